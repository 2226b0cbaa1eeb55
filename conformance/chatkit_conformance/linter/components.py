"""The components of widgets, wherever a message carries one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chatkit_conformance.linter.growth import JSON, components, mapped
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.subjects import Look, Placed, Where
from chatkit_protocol.items import WidgetItem
from chatkit_protocol.updates import WidgetComponentUpdated, WidgetRootUpdated


@dataclass(frozen=True)
class Component(Placed):
    """A component of a widget, or what stands in the place of one."""

    place: Where
    given: Any
    """As it came."""
    parent: JSON
    """The component that it stands in; empty for the first."""
    root: bool
    """Whether it is the root of a whole widget."""

    @property
    def where(self) -> Where:
        """The place."""
        return self.place

    @property
    def value(self) -> JSON:
        """The component; empty for what is none."""
        return mapped(self.given)

    @property
    def type(self) -> str:
        """Its type; empty without one."""
        kind = self.value.get("type")
        return kind if isinstance(kind, str) else ""

    def look(self, holds: object, expected: str, actual: Any = None, *, path: str = "") -> Look:
        """Say whether a rule holds here, or in a prop: `path` goes on from its own place."""
        return Look(bool(holds), self.place._replace(path=self.place.path + path), expected, actual)


def found(node: Node) -> Iterator[Component]:
    """Find the components of a message that carries a widget, or a part of one."""
    name = "component" if node.is_a(WidgetComponentUpdated) else "widget"
    if node.is_a(WidgetItem, WidgetRootUpdated, WidgetComponentUpdated) and isinstance(node.value.get(name), dict):
        for given, parent, path in components(node.value[name]):
            place = node.place._replace(path=f"{node.place.path}.{name}{path}")
            yield Component(place, given, parent, root=name == "widget" and not path)
