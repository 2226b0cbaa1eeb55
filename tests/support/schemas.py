"""The files in `schemas/`, as validators."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def document(name: str) -> dict[str, Any]:
    """Read a file of the folder."""
    found: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return found


@cache
def validator(name: str, definition: str = "") -> Draft202012Validator:
    """Make a validator of a JSON Schema file, or of one definition in it."""
    schema = document(name)
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]} if definition else schema)
