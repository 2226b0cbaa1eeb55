"""A page with the widget: its text, its headers, its scripts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin, urlsplit

import httpx

from chatkit_conformance.doctor.page.markup import Element, parse
from chatkit_conformance.doctor.tree.loader import ELEMENT
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.source import Source
from chatkit_conformance.doctor.tree.widgets import Widget, widgets_in

_MOST_SCRIPTS = 40
_LARGEST = 8_000_000


@dataclass(frozen=True)
class Page:
    """A document, from a file of the project or from a web server."""

    source: Source
    project: Project
    headers: Mapping[str, str] = field(default_factory=dict)
    """As the web server sent them; none for a file."""
    address: str = ""
    """Where a web server has it; empty for a file."""
    bundles: Mapping[str, str] = field(default_factory=dict)
    """The page's own scripts by address, as they were fetched."""

    def __str__(self) -> str:
        return f"the page {self.address or self.source.name}"

    @cached_property
    def tree(self) -> Element:
        """The document as a tree."""
        return parse(self.source.text)

    @cached_property
    def elements(self) -> list[Element]:
        """Everything in it, in order."""
        return list(self.tree.all())[1:]

    @cached_property
    def script(self) -> Script:
        """Its scripts."""
        return self.project.script(self.source) or Script.read(self.source, self.project)

    @cached_property
    def widgets(self) -> list[Widget]:
        """Where its scripts give the widget its options."""
        return list(widgets_in(self.script))

    def tagged(self, name: str) -> Iterator[Element]:
        """Give the elements of a name."""
        return (one for one in self.elements if one.tag == name)

    @property
    def loaders(self) -> list[Element]:
        """The tags that load the widget."""
        return [one for one in self.tagged("script") if "chatkit.js" in one.attributes.get("src", "")]

    def where(self, offset: int) -> str:
        """Tell a place in it."""
        line, column = self.source.position(offset)
        return f"{self.address or self.source.name}:{line}:{column}"

    @cached_property
    def everything(self) -> str:
        """The text of the page and of its own scripts, without what is commented out."""
        return "\n".join((re.sub(r"<!--.*?-->", "", self.source.text, flags=re.DOTALL), *self.bundles.values()))

    @cached_property
    def apis(self) -> list[str]:
        """The addresses of backends that the page is seen to call."""
        said = [widget.api.text("url") for widget in (*self.widgets, *self.project.widgets) if widget.api]
        return [urljoin(self.address, one) for one in dict.fromkeys(said) if one]


def pages_of(project: Project) -> list[Page]:
    """Give the HTML files of a project that show the widget themselves, or load it."""
    sources = [one for one in project.documents if "chatkit.js" in one.text or f"<{ELEMENT}" in one.text]
    return [Page(source, project) for source in sources]


def fetched(address: str, project: Project | None, *, timeout: float) -> Page:
    """Fetch a page and its own scripts.

    Raises:
        httpx.HTTPError: when the page cannot be fetched. A script that cannot is left out.
    """
    with httpx.Client(timeout=timeout, follow_redirects=True, headers={"accept": "text/html"}) as client:
        reply = client.get(address)
        reply.raise_for_status()
        source, here = Source.of(str(reply.url), reply.text), str(reply.url)
        page = Page(source, project or Project.of(source), reply.headers, here)
        bundles = dict(_bundles(client, page))
    return Page(source, page.project, reply.headers, here, bundles)


def _bundles(client: httpx.Client, page: Page) -> Iterator[tuple[str, str]]:
    named = [one.attributes.get("src", "") for one in page.tagged("script")]
    named += [one.attributes.get("href", "") for one in page.tagged("link") if one.attributes.get("as") == "script"]
    addresses = dict.fromkeys(urljoin(page.address, name) for name in named if name)
    own = [one for one in addresses if urlsplit(one).netloc == urlsplit(page.address).netloc]
    for address in own[:_MOST_SCRIPTS]:
        try:
            reply = client.get(address)
        except httpx.HTTPError:
            continue
        if reply.is_success and len(reply.content) <= _LARGEST:
            yield address, reply.text
