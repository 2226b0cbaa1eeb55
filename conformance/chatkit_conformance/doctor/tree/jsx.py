"""The tags of a component, each with the tag around it and what is said of its look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from chatkit_conformance.doctor.tree.nodes import inside, is_literal, text
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.styles import declarations
from chatkit_conformance.doctor.tree.widgets import Options

_BETWEEN = {"jsx_expression", "parenthesized_expression", "ternary_expression", "binary_expression", "jsx_fragment"}


@dataclass
class Tag:
    """A tag of JSX."""

    script: Script
    node: Node
    """Its opening tag."""
    name: str
    attributes: Mapping[str, Node]
    """By name; a name alone stands for itself."""
    is_told: bool
    """Whether all that is said of it is in sight: no spread, no class or style that is computed."""
    classes: list[str]
    style: dict[str, str]

    @property
    def id(self) -> str:
        """Its `id`."""
        said = self.attributes.get("id")
        return inside(said) if said is not None and is_literal(said) else ""

    @property
    def parent(self) -> "Tag | None":
        """The tag around it, if nothing but an expression is between the two."""
        element = self.node.parent if self.node.type == "jsx_opening_element" else self.node
        around = element.parent if element else None
        while around is not None and around.type in _BETWEEN:
            around = around.parent
        opening = (
            around.child_by_field_name("open_tag") if around is not None and around.type == "jsx_element" else None
        )
        return _tag(self.script, opening) if opening and opening.child_by_field_name("name") else None


def tags(script: Script) -> Iterator[Tag]:
    """Give the tags of a file."""
    for node in script.all("jsx_opening_element", "jsx_self_closing_element"):
        if node.child_by_field_name("name"):
            yield _tag(script, node)


def _tag(script: Script, node: Node) -> Tag:
    name = node.child_by_field_name("name")
    attributes: dict[str, Node] = {}
    told = True
    for child in node.named_children:
        if child.type == "jsx_attribute":
            parts = child.named_children
            attributes[text(parts[0])] = parts[1] if len(parts) > 1 else parts[0]
        elif child.type == "jsx_expression":
            told = False
    classes, whole = _classes(script, attributes.get("className", attributes.get("class")))
    style, styled = _style(script, attributes.get("style"))
    return Tag(script, node, text(name) if name else "", attributes, told and whole and styled, classes, style)


def _classes(script: Script, node: Node | None) -> tuple[list[str], bool]:
    if node is None:
        return [], True
    inner = node.named_children[0] if node.type == "jsx_expression" and node.named_children else node
    value = script.follow(inner)
    return (inside(value.node).split(), True) if value and is_literal(value.node) else ([], False)


def _style(script: Script, node: Node | None) -> tuple[dict[str, str], bool]:
    if node is None:
        return {}, True
    if is_literal(node):
        return declarations(inside(node)), True
    value = script.follow(node.named_children[0]) if node.named_children else None
    if value is None or value.node.type != "object":
        return {}, False
    options = Options(value.script, value.node)
    found: dict[str, str] = {}
    for key, member in options.members.items():
        said = value.script.follow(member)
        known = said is not None and (is_literal(said.node) or said.node.type == "number")
        plain = (
            text(said.node) if said and said.node.type == "number" else inside(said.node) if said and known else "1px"
        )
        found["".join(f"-{one.lower()}" if one.isupper() else one for one in key)] = plain.lower()
    return found, options.is_whole
