"""The icon names that ChatKit draws."""

from typing import Literal, get_args

BuiltInIcon = Literal[
    "agent",
    "analytics",
    "atom",
    "batch",
    "bolt",
    "book-clock",
    "book-closed",
    "book-open",
    "bug",
    "calendar",
    "chart",
    "check",
    "check-circle",
    "check-circle-filled",
    "chevron-left",
    "chevron-right",
    "circle-question",
    "clock",
    "compass",
    "confetti",
    "cube",
    "desktop",
    "document",
    "dot",
    "dots-horizontal",
    "dots-vertical",
    "empty-circle",
    "external-link",
    "globe",
    "images",
    "info",
    "keys",
    "lab",
    "lifesaver",
    "lightbulb",
    "mail",
    "map-pin",
    "maps",
    "mobile",
    "name",
    "notebook",
    "notebook-pencil",
    "page-blank",
    "phone",
    "play",
    "plus",
    "profile",
    "profile-card",
    "reload",
    "search",
    "settings-slider",
    "sparkle",
    "sparkle-double",
    "square-code",
    "square-image",
    "square-text",
    "star",
    "star-filled",
    "suitcase",
    "user",
    "wreath",
    "write",
    "write-alt",
    "write-alt2",
]
"""64 names. The Python SDK has them all; the JS types spell two lists of 63, for widgets without `clock` and
for everything else without `dot`. A name that either knows counts here."""

ICONS = frozenset[str](get_args(BuiltInIcon))

ICON_PREFIXES = ("vendor:", "lucide:")
"""What may follow is any name of the app's own set, or of Lucide's."""

IconName = BuiltInIcon | str
"""A built-in name, or one behind a prefix. The literal part is there for editors to complete."""


def is_icon(name: str) -> bool:
    """Tell whether `name` is a built-in icon or points into a prefixed set."""
    return name in ICONS or name.startswith(ICON_PREFIXES)
