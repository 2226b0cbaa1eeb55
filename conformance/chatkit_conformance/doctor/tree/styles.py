"""Heights that can be told from the source: inline styles, rules of style sheets, Tailwind's classes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Height = Literal["fixed", "percent", "stretch", "zero", "none", "unknown"]
"""Its own measure; a share of what is around it; stretched between edges; nothing at all; not said; not told here."""

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ZERO = re.compile(r"0(?:px|rem|em|%|vh)?")
_VARIANT = re.compile(r"^(?:[a-z0-9-]+(?:\[[^\]]*\])?:|!)+")
_TALL = re.compile(r"^(?:min-)?h-(?:\[(?!0)[^%\]]+\]|screen|[1-9][\d.]*|px|svh|dvh|lvh|min|fit|max)$|^aspect-")
_SHARE = re.compile(r"^(?:min-)?h-(?:full|\d+/\d+|\[[^\]]*%[^\]]*\])$|^size-full$")
_STRETCH = re.compile(
    r"^(?:flex-1|flex-auto|grow|flex-grow|inset-0|inset-y-0|self-stretch|basis-|size-(?!full)|container$)"
)
_UTILITY = re.compile(
    r"^-?(?:bg|text|[pm][xytrblse]?|rounded|border|shadow|overflow|relative|block|w|max|min-w|font|flex|grid|gap|space|items"
    r"|justify|content|z|opacity|transition|duration|ring|outline|cursor|antialiased|mx-auto|leading|tracking|dark|isolate"
    r"|place|order|col|row|from|via|to|backdrop|divide|select|pointer|whitespace|truncate|scroll|ease|sticky|static|top"
    r"|left|right|bottom|hidden|inline|uppercase|list|object|fill|stroke|animate|transform|scale|translate|will)(?:-|$)"
)


@dataclass(frozen=True)
class Styles:
    """What the style sheets say, by tag, `.class` and `#id`."""

    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tailwind: bool = False

    @classmethod
    def read(cls, sheets: Iterable[str], *, tailwind: bool = False) -> "Styles":
        """Read style sheets. A rule counts for everything that its last part is about, so nothing is found wanting."""
        rules: dict[str, dict[str, str]] = {}
        for selectors, body in (
            found.groups() for sheet in sheets for found in _RULE.finditer(_COMMENT.sub("", sheet))
        ):
            for selector in selectors.split(","):
                for part in re.findall(
                    r"[.#]?[\w-]+", selector.split()[-1].partition(":")[0] if selector.split() else ""
                ):
                    rules.setdefault(part, {}).update(declarations(body))
        return cls(rules, tailwind)

    def told(self, tag: str, classes: Iterable[str], name: str, inline: Mapping[str, str]) -> dict[str, str]:
        """Put together what is said of an element."""
        found: dict[str, str] = {}
        for key in (tag, *(f".{one}" for one in classes), f"#{name}"):
            found |= self.rules.get(key, {})
        return found | dict(inline)

    def height(self, tag: str, classes: Iterable[str], name: str, inline: Mapping[str, str]) -> Height:
        """Tell the height of an element."""
        said = _declared(self.told(tag, classes, name, inline))
        if said != "none":
            return said
        heights = {self._of_class(one) for one in classes}
        for kind in ("fixed", "stretch", "percent", "zero", "unknown"):
            if kind in heights:
                return kind
        return "none"

    def shares(self, tag: str, classes: Iterable[str], name: str, inline: Mapping[str, str]) -> bool:
        """Whether an element stretches what is in it."""
        told = self.told(tag, classes, name, inline)
        names = {_VARIANT.sub("", one) for one in classes}
        return told.get("display", "") in {"flex", "grid", "inline-flex", "inline-grid"} or bool(
            names & {"flex", "grid"}
        )

    def _of_class(self, name: str) -> Height:
        bare = _VARIANT.sub("", name)
        for pattern, kind in ((_TALL, "fixed"), (_SHARE, "percent"), (_STRETCH, "stretch")):
            if pattern.search(bare):
                return kind  # type: ignore[return-value]
        if bare in {"h-0", "h-[0]", "h-[0px]"}:
            return "zero"
        known = f".{name}" in self.rules or (self.tailwind and _UTILITY.search(bare))
        return "none" if known else "unknown"


def declarations(body: str) -> dict[str, str]:
    """Read `height: 100%; width: …`."""
    pairs = (piece.partition(":") for piece in body.split(";"))
    return {
        name.strip().lower(): value.replace("!important", "").strip().lower()
        for name, _, value in pairs
        if value.strip()
    }


def _declared(told: Mapping[str, str]) -> Height:
    values = [told[name] for name in ("height", "min-height", "block-size", "aspect-ratio") if name in told]
    edges = told.get("position") in {"absolute", "fixed"} and ("inset" in told or {"top", "bottom"} <= set(told))
    if edges or any(name in told for name in ("flex", "flex-grow", "grid-area", "grid-row")):
        return "stretch"
    if told.get("height") and _ZERO.fullmatch(told["height"]) and len(values) == 1:
        return "zero"
    real = [one for one in values if not _ZERO.fullmatch(one) and one not in {"auto", "initial", "unset"}]
    if any("%" not in one for one in real):
        return "fixed"
    return "percent" if real else "none"
