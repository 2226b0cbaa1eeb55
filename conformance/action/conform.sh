#!/usr/bin/env bash
# What the action does: installs the suite beside the project, runs it, and writes the Markdown report to the job's summary.
# Inputs come as variables (CONFIG, BASELINE, LEVEL, PACKAGE, PYTHON), so that none is read as shell. An empty PACKAGE
# takes the chatkit-wire on the path.
set -euo pipefail

place=$(mktemp -d)
if [ -n "$PACKAGE" ]; then
  "$PYTHON" -m venv "$place/venv"
  "$place/venv/bin/pip" install --quiet --disable-pip-version-check "$PACKAGE"
  PATH="$place/venv/bin:$PATH"
fi

options=(--config "$CONFIG" --report "markdown=$place/report.md" --report "json=$place/report.json" --json)
[ -z "$BASELINE" ] || options+=(--baseline "$BASELINE")
[ -z "$LEVEL" ] || options+=(--level "$LEVEL")

code=0
chatkit-wire conform "${options[@]}" > /dev/null || code=$?
if [ -f "$place/report.md" ]; then
  cat "$place/report.md" >> "$GITHUB_STEP_SUMMARY"
  headline=$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1]))["footer"]["headline"])' "$place/report.json")
  echo "headline=$headline" >> "$GITHUB_OUTPUT"
  echo "$headline"
fi
rm -rf "$place"
exit "$code"
