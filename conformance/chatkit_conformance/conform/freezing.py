"""`python -m chatkit_conformance.conform.freezing`: freeze the rules that there are with the newest revision."""

import sys

from chatkit_conformance.conform import requirements
from chatkit_conformance.linter.rule import every_rule
from chatkit_conformance.linter.subjects import NEWEST


def main() -> int:
    """Write the file; what was frozen before stays in it."""
    before = requirements.recorded()
    after = requirements.frozen(before, NEWEST, (rule.id for rule in every_rule()))
    requirements.FILE.write_bytes(requirements.written(after))
    new = len(after[NEWEST]) - len(before.get(NEWEST, frozenset()))
    sys.stdout.write(f"revision {NEWEST}: {len(after[NEWEST])} rules count, {new} of them new\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
