"""The room that the widget is given: it fills its element, which has no height of its own."""

from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.page.markup import Element
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.loader import ELEMENT
from chatkit_conformance.doctor.tree.styles import Height, Styles, declarations


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
    own = _height(element, styles)
    for one in element.up():
        said = _height(one, styles)
        if said == "zero":
            return one
        root = not one.parent or not one.parent.tag
        if said not in {"percent", "none"} or (root and said == "percent"):
            return None
        shared = one.parent is not None and styles.shares(*_asked(one.parent))
        if said == "none" and one is not element and not shared:
            return element if own == "none" else one
    return None


def _height(element: Element, styles: Styles) -> Height:
    return styles.height(*_asked(element))


def _asked(element: Element) -> tuple[str, list[str], str, dict[str, str]]:
    inline = declarations(element.attributes.get("style", ""))
    return element.tag, element.classes, element.attributes.get("id", ""), inline


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
