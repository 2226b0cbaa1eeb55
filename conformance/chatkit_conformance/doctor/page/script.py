"""The script that is the widget: the page loads it, from the right address, in a place where it runs, in time."""

import re
from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.loader import ELEMENT, SCRIPT, TAG

_ADDRESS = re.compile(re.escape(SCRIPT.removeprefix("https:")))
_WAITS = ("whenDefined", "onload", "addEventListener", "DOMContentLoaded")
_DEAD = {"template", "noscript"}


@check(
    "page.script.missing",
    "fault",
    why="The widget is that script: without it the page shows an empty element, and no error.",
    mend=f"Put {TAG} into the page's head. With Next.js: <Script src=… /> in app/layout.tsx.",
    stops=True,
)
def missing(page: Page) -> Iterator[Found]:
    """The page, or one of its own scripts, loads chatkit.js."""
    if page.address and not _ADDRESS.search(page.everything):
        head = next(page.tagged("head"), None)
        yield Found(
            what=f"Neither the page nor its {len(page.bundles)} own scripts load {SCRIPT}",
            where=page.where(head.start) if head else page.address,
            before="<head>",
            after=f"<head>\n  {TAG}",
        )


@check(
    "page.script.address",
    "fault",
    why="Nothing answers there, or another widget does; the page shows an empty element.",
    mend=f"Load it from there: {SCRIPT}.",
)
def address(page: Page) -> Iterator[Found]:
    """chatkit.js comes from where OpenAI has it."""
    for one in page.loaders:
        said = one.attributes["src"].partition("?")[0]
        if "openai" in said and said not in {SCRIPT, SCRIPT.removeprefix("https:")}:
            yield Found(
                what=f"{said} is not the widget's address",
                where=page.where(one.start),
                before=page.source.text[one.start : one.opened],
                after=page.source.text[one.start : one.opened].replace(one.attributes["src"], SCRIPT),
            )


@check(
    "page.script.inert",
    "fault",
    why="A browser never runs what stands there; the page shows an empty element, and no error.",
    mend="Move the tag into the head.",
)
def inert(page: Page) -> Iterator[Found]:
    """chatkit.js stands where scripts run."""
    for one in page.loaders:
        dead = next((around.tag for around in one.up() if around.tag in _DEAD), "")
        kind = one.attributes.get("type", "module")
        if dead or kind not in {"module", "text/javascript", "", "application/javascript"}:
            place = f"inside <{dead}>" if dead else f"of type {kind!r}"
            yield Found(
                what=f"The tag that loads the widget is {place}, so it never runs",
                where=page.where(one.start),
                before=page.source.text[one.start : one.opened],
                after=f"<head>\n  {TAG}",
            )


@check(
    "page.script.too-early",
    "fault",
    why="The element gets its methods once chatkit.js has run: `TypeError: … setOptions is not a function`, on some "
    "loads or on all, and the widget stays blank.",
    mend=f'Wait for it: `await customElements.whenDefined("{ELEMENT}")`.',
)
def too_early(page: Page) -> Iterator[Found]:
    """Options are given after the widget's script has run."""
    if not page.loaders or any(one in page.source.text for one in _WAITS):
        return
    loader = page.loaders[0]
    late = "async" in loader.attributes or "defer" in loader.attributes or loader.attributes.get("type") == "module"
    for widget in page.widgets:
        at = widget.script.start(widget.call)
        if (
            widget.script.source.name == page.source.name
            and (late or loader.start > at)
            and not _later(page, at, loader.attributes)
        ):
            line = widget.script.lines(widget.call).partition("\n")[0]
            yield Found(
                what="setOptions runs before chatkit.js has",
                where=page.where(at),
                before=line,
                after=f'await customElements.whenDefined("{ELEMENT}");\n{line}',
            )


def _later(page: Page, at: int, loader: dict[str, str]) -> bool:
    """Whether a module with options surely runs after a deferred loader: both wait for the document, in order."""
    block = next((one for one in reversed(page.elements) if one.tag == "script" and one.start < at), None)
    deferred = "async" not in loader and ("defer" in loader or loader.get("type") == "module")
    return bool(block and block.attributes.get("type") == "module" and deferred and page.loaders[0].start < block.start)
