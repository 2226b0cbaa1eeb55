"""What is wrong with an object literal, told with the object as it is and as it should be."""

import re

from chatkit_conformance.doctor.check import Edit, Found
from chatkit_conformance.doctor.tree.nodes import text
from chatkit_conformance.doctor.tree.widgets import Options

_FEW = 4
"""Lines of an object that is shown whole."""


def lacking(options: Options, what: str, new: str, *, safe: bool = True) -> Found:
    """Tell that an object lacks a key, and put the key behind its brace.

    Args:
        options: the object.
        what: the fact.
        new: key and value.
        safe: whether the value is right for everyone, so that the change can be offered.
    """
    script, source = options.script, options.script.source
    start, end = script.start(options.node) + 1, script.end(options.node)
    body = source.text[start : end - 1]
    indent = re.match(r"\s*\n([ \t]*)", body)
    piece = f"\n{indent.group(1)}{new}," if indent else f" {new}," if body.strip() else f" {new} "
    shown = end if source.position(end)[0] - source.position(start)[0] < _FEW else start
    return Found(
        what=what,
        where=options.where,
        before=source.lines(start, shown),
        after=source.mended(start, shown, piece + source.text[start:shown]),
        edits=(Edit(source.path, start, "", piece),) if safe else (),
    )


def wrong(options: Options, key: str, what: str, value: str, *, old: str = "") -> Found:
    """Tell that a key has a wrong value, where that value stands.

    Args:
        options: the object.
        key: of the value, which may stand elsewhere.
        what: the fact.
        value: the right one.
        old: the part of it that is wrong; what an expression falls back on, or all of it, unless given.
    """
    followed = options.get(key)
    script, node = (followed.script, followed.node) if followed else (options.script, options.node)
    start, end = script.start(node), script.end(node)
    last = node.child_by_field_name("right") if node.type == "binary_expression" else None
    whole = script.source.text[start:end]
    mended = script.source.mended(start, end, whole.replace(old or (text(last) if last else whole), value))
    return Found(what=what, where=script.where(node), before=script.lines(node), after=mended)
