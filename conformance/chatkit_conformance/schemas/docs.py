"""What the Structs say about themselves: the docstring of a class, and the text under a field."""

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, get_origin


def about(message: Any) -> str:
    """Give the docstring of a Struct or TypedDict; none is inherited."""
    return inspect.cleandoc((get_origin(message) or message).__doc__ or "")


def about_fields(message: Any) -> dict[str, str]:
    """Give the texts that stand under the fields of a Struct or TypedDict, those of its bases included."""
    found: dict[str, str] = {}
    for cls in reversed((get_origin(message) or message).__mro__):
        found |= _own(cls) if cls.__module__.startswith("chatkit_protocol.") else {}
    return found


@cache
def _own(cls: type) -> dict[str, str]:
    body = next(node.body for node in ast.parse(dedent(inspect.getsource(cls))).body if isinstance(node, ast.ClassDef))
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
