"""Where a front end gives the widget its options: `useChatKit({…})` of React, `setOptions({…})` of the element."""

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from chatkit_conformance.doctor.tree.nodes import arguments, inside, is_literal, text
from chatkit_conformance.doctor.tree.script import Script, Value
from chatkit_conformance.doctor.tree.source import Source

NAMES = ("useChatKit", "setOptions")


@dataclass(frozen=True)
class Options:
    """An object literal, wherever in the project it stands."""

    script: Script
    node: Node

    @property
    def members(self) -> dict[str, Node]:
        """What it says, by key; a method stands for itself."""
        found: dict[str, Node] = {}
        for child in self.node.named_children:
            key = child.child_by_field_name("key") or child.child_by_field_name("name")
            if child.type == "shorthand_property_identifier":
                found[text(child)] = child
            elif key:
                found[inside(key)] = child.child_by_field_name("value") or child
        return found

    @property
    def is_whole(self) -> bool:
        """Whether all its keys are in sight: nothing is spread into it."""
        types = {child.type for child in self.node.named_children}
        computed = any(
            key.type == "computed_property_name"
            for child in self.node.named_children
            if (key := child.child_by_field_name("key"))
        )
        return "spread_element" not in types and not computed

    def lacks(self, key: str) -> bool:
        """Whether it surely has no such key."""
        return self.is_whole and key not in self.members

    def get(self, key: str) -> Value | None:
        """Follow what a key stands for."""
        node = self.members.get(key)
        return self.script.follow(node) if node else None

    def object(self, key: str) -> "Options | None":
        """Follow a key to another object literal."""
        value = self.get(key)
        return Options(value.script, value.node) if value and value.node.type == "object" else None

    def text(self, key: str) -> str | None:
        """Give a string that stands in the source, or what stands there for want of another."""
        value = self.get(key)
        return literal(value) if value else None

    @property
    def where(self) -> str:
        """Its place."""
        return self.script.where(self.node)


@dataclass(frozen=True)
class Widget:
    """A place where options are given."""

    script: Script
    call: Node
    options: Options
    api: Options | None
    """What `api` stands for, if that is in sight."""

    @property
    def source(self) -> Source:
        """The file that it stands in."""
        return self.script.source

    @property
    def is_hosted(self) -> bool:
        """Whether it gets its sessions from OpenAI."""
        return bool(self.api and "getClientSecret" in self.api.members)


def widgets_in(script: Script) -> Iterator[Widget]:
    """Find the widgets of a file."""
    for call in script.calls(*NAMES):
        given = script.follow(arguments(call)[0]) if arguments(call) else None
        if given is None or given.node.type != "object":
            continue
        options = Options(given.script, given.node)
        react = text(call.child_by_field_name("function") or call) == "useChatKit"
        if react or "api" in options.members:
            yield Widget(script, call, options, options.object("api"))


def literal(value: Value) -> str | None:
    """Give the string that a value is, or that it falls back on: `import.meta.env.X ?? "…"`."""
    node = value.node
    if node.type == "binary_expression":
        right = value.script.follow(node.child_by_field_name("right"))
        return literal(right) if right and text(node.children[1]) in {"??", "||"} else None
    return inside(node) if is_literal(node) else None


def env_names(value: Value) -> list[str]:
    """Name the environment variables in an expression."""
    start, end = value.node.start_byte, value.node.end_byte
    return [one.name for one in value.script.environment if start <= one.node.start_byte and one.node.end_byte <= end]
