"""How a front end puts the widget into its page: the script that is the widget, and the room it is given."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from chatkit_conformance.doctor.check import Edit, Found, check
from chatkit_conformance.doctor.tree.jsx import Tag, tags
from chatkit_conformance.doctor.tree.loader import ELEMENT, SCRIPT, TAG
from chatkit_conformance.doctor.tree.nodes import inside
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.source import Source
from chatkit_conformance.doctor.tree.styles import Height, Styles

_LAYOUTS = ("layout", "_document", "_app", "root", "app", "__root", "entry-server")
_ENTRY = re.compile(
    r"(?:^|/)(?:index\.html|app\.html|layout\.(?:tsx|jsx|js)|_document\.(?:tsx|jsx|js)|root\.(?:tsx|jsx))$"
)
_RENDERS_ON_SERVER = (
    "next",
    "nuxt",
    "astro",
    "gatsby",
    "@remix-run/react",
    "@react-router/node",
    "@tanstack/react-start",
)
_HEAD = re.compile(r"<head\b[^>]*>")
_NEXT_TAG = f'<Script src="{SCRIPT}" strategy="beforeInteractive" />'


@check(
    "tree.embedding.script",
    "fault",
    why="The packages of npm are types and a wrapper; the widget itself is that script. Without it the page shows an "
    "empty element, and no error.",
    mend=f"Load {SCRIPT} in the page's head.",
)
def script(project: Project) -> Iterator[Found]:
    """A front end with the widget loads chatkit.js."""
    entries = [one for one in project.code if _ENTRY.search(one.name) and not one.is_bundle]
    if not (project.widgets or _elements(project)) or not entries or any(map(_loads, _texts(project))):
        return
    entry = min(entries, key=lambda one: ("html" not in one.suffix, len(one.parts), one.name))
    head = _HEAD.search(entry.text)
    tag = TAG if entry.suffix == ".html" else _NEXT_TAG
    at = head.end() if head else 0
    indent = re.match(r"\s*\n([ \t]*)", entry.text[at:]) if head else None
    piece = f"\n{indent.group(1)}{tag}" if indent else tag
    yield Found(
        what="Nothing in the project loads chatkit.js",
        where=entry.where(head.start() if head else 0),
        before=head.group() if head else entry.text.partition("\n")[0],
        after=f"{head.group() if head else '<head>'}\n  {tag}",
        edits=(Edit(entry.path, at, "", piece),) if head and entry.suffix == ".html" else (),
    )


@check(
    "tree.embedding.script-in-component",
    "fault",
    why="React builds such a tag without running it; the widget never loads.",
    mend="Move it into index.html's head.",
)
def script_in_component(project: Project) -> Iterator[Found]:
    """chatkit.js is loaded where the browser runs scripts, not by a component."""
    for one, tag in _loaders(project):
        package = project.packages.get(project.package_of(one.source) or "", {})
        needed = {**(package.get("dependencies") or {}), **(package.get("devDependencies") or {})}
        if tag.name == "script" and "async" not in tag.attributes and not set(_RENDERS_ON_SERVER) & set(needed):
            yield Found(
                what="A component builds the tag that loads the widget, and React does not run it",
                where=one.where(tag.node),
                before=one.lines(tag.node),
                after=f"<head>\n  {TAG}    (index.html)",
            )


@check(
    "tree.embedding.script-in-page",
    "warning",
    why="Next.js heeds `beforeInteractive` in the root layout alone; elsewhere the script comes late or not at all.",
    mend='Move it into app/layout.tsx, or take strategy="afterInteractive".',
)
def script_in_page(project: Project) -> Iterator[Found]:
    """A script that Next.js is to load first stands in the root layout."""
    for one, tag in _loaders(project):
        strategy = tag.attributes.get("strategy")
        early = strategy is not None and inside(strategy) == "beforeInteractive"
        if tag.name == "Script" and early and not one.source.path.stem.startswith(_LAYOUTS):
            yield Found(
                what=f'strategy="beforeInteractive" stands in {one.source.name}',
                where=one.where(tag.node),
                before=one.lines(tag.node),
                after=one.lines(tag.node).replace("beforeInteractive", "afterInteractive"),
            )


@check(
    "tree.embedding.height",
    "fault",
    why="The widget fills its element. Without a height that is nothing, or a sliver: it runs, and nobody sees it.",
    mend='Give it a height: `<ChatKit control={control} style={{ height: "600px" }} />`, or a class that does.',
)
def height(project: Project) -> Iterator[Found]:
    """The widget's element has a height."""
    styles: Styles | None = None
    for one in project.scripts:
        for tag in tags(one):
            if tag.name not in {"ChatKit", ELEMENT} or (tag.name == "ChatKit" and not _is_chatkit(one)):
                continue
            styles = styles or _styles(project)
            culprit = _culprit(tag, styles)
            if culprit:
                line = one.lines(culprit.node).partition("\n")[0]
                inner = "" if culprit is tag else f", so <{tag.name}> inside it has none"
                yield Found(
                    what=f"<{culprit.name}> has no height{inner}",
                    where=one.where(culprit.node),
                    before=line,
                    after=re.sub(r"\s*(/?>)\s*$", r' style={{ height: "600px" }} \1', line, count=1),
                )


def _culprit(tag: Tag, styles: Styles) -> Tag | None:
    """Find the tag, the widget's own or one around it in the same component, that has no height.

    What is said nowhere may be given by whatever is around the component; the widget alone is expected to say.
    """
    own = _height(tag, styles)
    here, said = tag, own
    while said in {"percent", "none"}:
        around = here.parent
        if said == "none" and here is not tag and not (around and (_shares(around, styles) or not _seen(around))):
            return tag if own == "none" else here if around else None
        if around is None or not _seen(around):
            return None
        here, said = around, _height(around, styles)
    return here if said == "zero" else None


def _seen(tag: Tag) -> bool:
    """Whether a tag is an element, and all that is said of it is in sight."""
    return tag.is_told and not tag.name[:1].isupper()


def _height(tag: Tag, styles: Styles) -> Height:
    name = ELEMENT if tag.name == "ChatKit" else tag.name
    return styles.height(name, tag.classes, tag.id, tag.style) if tag.is_told else "unknown"


def _shares(tag: Tag, styles: Styles) -> bool:
    return styles.shares(tag.name, tag.classes, tag.id, tag.style)


def _is_chatkit(script: Script) -> bool:
    return script.imports.get("ChatKit", ("", ""))[0].startswith("@openai/chatkit")


def _styles(project: Project) -> Styles:
    sheets = (one.text for one in project.files if one.suffix == ".css")
    needed = [
        {**(data.get("dependencies") or {}), **(data.get("devDependencies") or {})}
        for data in project.packages.values()
    ]
    return Styles.read(
        sheets, tailwind=any(name.startswith(("tailwindcss", "@tailwindcss")) for one in needed for name in one)
    )


def _elements(project: Project) -> bool:
    return any(f"<{ELEMENT}" in one.text for one in project.code if one.suffix in {".html", ".vue", ".svelte"})


def _loaders(project: Project) -> Iterator[tuple[Script, Tag]]:
    for one in project.scripts:
        for tag in tags(one) if one.source.suffix in {".tsx", ".jsx", ".js"} else ():
            src = tag.attributes.get("src")
            followed = one.follow(_bare(src)) if src is not None else None
            if tag.name in {"script", "Script"} and followed and "chatkit.js" in inside(followed.node):
                yield one, tag


def _bare(node: Node) -> Node:
    return node.named_children[0] if node.type == "jsx_expression" and node.named_children else node


def _texts(project: Project) -> Iterator[Source]:
    return (one for one in project.files if one.suffix not in {".md", ".json", ".css"})


def _loads(source: Source) -> bool:
    return "chatkit.js" in re.sub(r"<!--.*?-->|^\s*//[^\n]*", "", source.text, flags=re.DOTALL | re.MULTILINE)
