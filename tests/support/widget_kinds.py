"""The components that the protocol has classes for, by their type: nothing is listed here."""

from collections.abc import Iterator
from typing import Any

from chatkit_protocol.widgets import Node, Series


def leaves(base: type) -> Iterator[Any]:
    """Give the classes of the protocol below another, without those that others come from."""
    below = [kind for child in base.__subclasses__() for kind in leaves(child)]
    yield from below or ([base] if base.__module__.startswith("chatkit_protocol.") else [])


KINDS = {kind.__struct_config__.tag: kind for kind in leaves(Node)}
SERIES = {kind.__struct_config__.tag: kind for kind in leaves(Series)}
