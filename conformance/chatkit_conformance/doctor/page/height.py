"""The room that the widget is given: it fills its element, which has no height of its own."""

from collections.abc import Iterator
from functools import partial

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.page.markup import Element
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.loader import ELEMENT
from chatkit_conformance.doctor.tree.styles import Styles, declarations


@check(
    "page.height.none",
    "fault",
    why="The widget fills its element. Without a height that is nothing, or a sliver: it runs, and nobody sees it.",
    mend="Give the element a height, or 100% where everything around it has one.",
)
def none(page: Page) -> Iterator[Found]:
    """The widget's element has a height."""
    elements = list(page.tagged(ELEMENT))
    styles = Styles.read(_sheets(page), tailwind="tailwind" in page.source.text) if elements else Styles()
    for element in elements:
        culprit = _culprit(element, styles)
        if culprit:
            line = page.source.text[culprit.start : culprit.opened]
            whole = culprit.tag in {"html", "body"}
            yield Found(
                what=f"<{culprit.tag}> has no height"
                + ("" if culprit is element else f", so {ELEMENT} inside it has none"),
                where=page.where(culprit.start),
                before=line,
                after="html, body { height: 100%; margin: 0 }" if whole else _with_height(line, culprit),
            )


def _culprit(element: Element, styles: Styles) -> Element | None:
    """Find the element, the widget's own or one around it, that has no height."""
    for one in element.up():
        if not one.tag or (one.tag == "html" and not one.parent):
            return None
        ask = (one.tag, one.classes, one.attributes.get("id", ""), declarations(one.attributes.get("style", "")))
        height = styles.height(*ask)
        around = one.parent
        if height == "zero":
            return one
        if height in {"fixed", "unknown", "stretch"}:
            return None
        if height == "none" and not (around and _shares(around, styles)):
            return one
    return None


def _shares(element: Element, styles: Styles) -> bool:
    inline = declarations(element.attributes.get("style", ""))
    return partial(styles.shares, element.tag, element.classes)(element.attributes.get("id", ""), inline)


def _sheets(page: Page) -> Iterator[str]:
    yield from (one.text for one in page.tagged("style"))
    yield from (one.text for one in page.project.files if one.suffix == ".css")


def _with_height(line: str, element: Element) -> str:
    style = element.attributes.get("style", "").rstrip("; ")
    new = "; ".join(
        piece
        for piece in (*style.split(";"), "height: 600px")
        if piece.strip() and not piece.strip().startswith("height: 0")
    )
    if "style" in element.attributes:
        return line.replace(element.attributes["style"], new)
    return f'{line[:-1].rstrip("/ ")} style="{new}">'
