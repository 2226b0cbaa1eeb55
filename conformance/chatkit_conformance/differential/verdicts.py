"""What the official models make of drawn messages of ours: read, written again, and kept for comparing without them.

One JSON line a message: `[kind, ours, theirs]`; `theirs` is left out where it is the same, and null where the
models refuse the message.

    python -m chatkit_conformance.differential.verdicts
"""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

import chatkit_protocol as wire
from chatkit_conformance.differential import material
from chatkit_conformance.differential.compare import same
from chatkit_conformance.differential.servers import REFERENCE, ROOT, reference_python
from chatkit_conformance.differential.widget_rules import as_given
from chatkit_conformance.strategies import Given, drawn, floats, free, icons, strategy
from chatkit_conformance.transcript import compact

FILE = ROOT / "conformance" / "transcripts" / "1.6.5" / "verdicts.jsonl"
SHAPES: dict[str, Any] = {
    "request": wire.Request,
    "event": wire.ThreadStreamEvent,
    "item": wire.ThreadItem,
    "update": wire.ThreadItemUpdate,
    "attachment": wire.Attachment,
    "thread": wire.Thread,
}
COUNT = {"request": 100, "event": 300, "item": 150, "update": 60, "attachment": 30, "thread": 30}

_words = st.text("abc é☃\n\u2028", max_size=5)
_urls = st.sampled_from(["https://example.com/a?b=c", "https://example.com"])
_icons = st.one_of(icons, st.just("no-such-icon"))
_some = free.filter(lambda value: value is not None)
_components = material.components.map(lambda part: part if "type" in part else {**part, "type": "Text", "value": ""})
MEETING: Given = {
    (wire.AttachmentUploadDescriptor, "url"): _urls,
    (wire.ImageAttachment, "preview_url"): _urls,
    (wire.EntitySource, "icon"): _icons,
    (wire.CustomTask, "icon"): _icons,
    (wire.ProgressUpdate, "icon"): _icons,
    (wire.ErrorEvent, "code"): st.sampled_from(["custom", "stream.error"]),
    (wire.WidgetItem, "widget"): material.widgets,
    (wire.WidgetRootUpdated, "widget"): material.widgets,
    (wire.WidgetComponentUpdated, "component"): _components,
    # The reference drops a null here when it writes, and then cannot read what it wrote.
    (wire.HiddenContextItem, "content"): _some,
    (wire.AddClientToolOutputParams, "result"): _some,
    (wire.PagingParams, "limit"): st.one_of(st.none(), st.integers(0, 9999)),
    (wire.GeneratedImageUpdated, "progress"): floats,
    wire.WorkflowSummary: st.one_of(
        st.builds(wire.WorkflowSummary, title=_words, icon=_icons),
        st.builds(wire.WorkflowSummary, duration=st.integers(0, 9)),
    ),
}
"""What the reference checks and we pass on: addresses, icons, codes, widgets; and what it reads as another type."""


def messages() -> list[tuple[str, Any]]:
    """Draw the messages, as JSON."""
    return [
        (kind, json.loads(wire.encode(value)))
        for kind, number in COUNT.items()
        for value in drawn(strategy(SHAPES[kind], MEETING), number)
    ]


def echoes(sent: list[tuple[str, Any]]) -> list[Any]:
    """Have the official models read the messages and write them again."""
    lines = "\n".join(compact(row) for row in sent)
    # S603: the interpreter and the script are this repository's own.
    done = subprocess.run(  # noqa: S603
        [reference_python(), "-W", "ignore", str(REFERENCE / "echo.py")],
        input=lines.encode(),
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]


def load(path: Path = FILE) -> list[tuple[str, Any, Any]]:
    """Read the file: kind, ours, theirs."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    return [(kind, ours, theirs[0] if theirs else deepcopy(ours)) for kind, ours, *theirs in rows]


def explained(kind: str, ours: Any, theirs: Any) -> str | None:
    """Name the divergences that make theirs differ from ours; empty for the same, None for what no number explains.

    Compared are values: what the official models wrote is read by ours, which know what an absent field means.
    """
    if theirs is None:
        return "D22" if "no-such-icon" in compact(ours) else None
    found = []
    mine = deepcopy(ours)
    other = json.loads(wire.encode(msgspec.convert(theirs, SHAPES[kind])))
    if as_given(other, mine):
        found.append("D21")
    if not same(other, mine):
        other = json.loads(compact(other).replace('"https://example.com/"', '"https://example.com"'))
        found.append("D8")
    return " ".join(found) if same(other, mine) else None


def main() -> int:
    """Draw, have them read, and write the file."""
    sent = messages()
    rows = [
        [kind, ours] if same(ours, theirs) else [kind, ours, theirs]
        for (kind, ours), theirs in zip(sent, echoes(sent), strict=True)
    ]
    FILE.write_text("".join(f"{compact(row)}\n" for row in rows), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
