"""The folder `schemas/`: the latest revision to be read, and each earlier one to be used, in a folder of its name."""

import json
from pathlib import Path
from typing import Any

from chatkit_conformance.schemas import asyncapi, json_schema, openapi, typescript
from chatkit_protocol.revisions import LATEST, REVISIONS, Revision, at

_OPENED = {"$defs", "components", "messages", "schemas"}
"""The objects of a document that a compact file writes with one line for each entry."""


def files() -> dict[str, str]:
    """Give every generated file but the history, by its path in the folder."""
    latest = at(LATEST)
    found = {"widgets.json": spaced(json_schema.widget_document(latest))}
    found |= {name: spaced(document) for name, document in documents(latest).items()}
    found["chatkit-wire.d.ts"] = typescript.declarations(latest)
    for name in REVISIONS[:-1]:
        earlier = at(name)
        found |= {f"{name}/{file}": compact(value) for file, value in documents(earlier, documented=False).items()}
        found[f"{name}/chatkit-wire.d.ts"] = typescript.declarations(earlier, documented=False)
    return found


def documents(revision: Revision, *, documented: bool = True) -> dict[str, Any]:
    """Give the JSON files of a revision by name."""
    return {
        **json_schema.documents(revision, documented=documented),
        "openapi.json": openapi.document(revision, documented=documented),
        "asyncapi.json": asyncapi.document(revision, documented=documented),
    }


def spaced(value: Any) -> str:
    """Write JSON to be read."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def compact(value: Any) -> str:
    """Write JSON with one line for each definition."""
    return _lined(value, "\n") + "\n"


def _lined(value: dict[str, Any], margin: str) -> str:
    inner = margin + " "
    rows = [
        f"{json.dumps(key)}:{_lined(one, inner) if key in _OPENED and one else _flat(one)}"
        for key, one in value.items()
    ]
    return f"{{{inner}{f',{inner}'.join(rows)}{margin}}}"


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(folder: Path, found: dict[str, str]) -> None:
    """Write files into a folder, which is made when it is not there.

    Raises:
        OSError: when it cannot be written.
    """
    for name, text in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
