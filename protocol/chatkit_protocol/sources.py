"""Sources: what an annotation or a task points at."""

from typing import Literal

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, field


class Source(Lenient, kw_only=True):
    """What every source shows: a title, and optionally more about it."""

    title: str
    description: Maybe[str] = UNSET
    timestamp: Maybe[str] = UNSET
    """When the source is from, as text to show; the protocol gives it no format."""
    group: Maybe[str] = UNSET
    """Sources of the same group are shown together."""


class FileSource(Source, tag_field="type", tag="file", kw_only=True):
    """A file the answer draws on."""

    filename: str


class URLSource(Source, tag_field="type", tag="url", kw_only=True):
    """A page the answer draws on."""

    url: str
    attribution: Maybe[str] = UNSET
    """Who the page is by, shown beside its title."""


class EntitySource(Source, tag_field="type", tag="entity", kw_only=True):
    """Anything of the app's own that the answer draws on: a customer, an order, a place."""

    id: str
    icon: Maybe[str] = UNSET
    label: Maybe[str] = UNSET
    """Shown with the icon in the default hover header. Since 1.4.1."""
    inline_label: Maybe[str] = UNSET
    """Shown in the text instead of the icon. Since 1.4.1."""
    interactive: bool = False
    """Whether a click reaches the page's own callback. Since 1.4.1."""
    data: JSONObject = field(default_factory=dict)
    """Handed to the page's callbacks, never interpreted. Since 1.0.1."""
    preview: Maybe[Literal["lazy"]] = UNSET
    """Without effect today; kept because stored threads have it."""


AnySource = URLSource | FileSource | EntitySource
