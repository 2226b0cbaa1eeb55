"""A JavaScript or TypeScript file as the checks see it.

tree-sitter parses it: it reads TypeScript and JSX alike, does not give up on a file that is half written, and tells
every place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from chatkit_conformance.doctor.tree.nodes import arguments, bound, called, inside, result, text
from chatkit_conformance.doctor.tree.source import BROWSER, DOCUMENTS, SCRIPTS, Source

if TYPE_CHECKING:
    from chatkit_conformance.doctor.tree.project import Project

_BLOCK = re.compile(r"(<script\b[^>]*>)(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKUP = DOCUMENTS | {".vue", ".svelte"}
_ENDS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js")
_WRAPS = {"as_expression", "satisfies_expression", "parenthesized_expression", "non_null_expression"}
_DEEPEST = 12


class Env(NamedTuple):
    """A variable that a script reads from its environment."""

    name: str
    node: Node
    vite: bool
    """Whether through `import.meta.env` rather than `process.env`."""


class Value(NamedTuple):
    """What an expression comes to, as far as the source says."""

    script: "Script"
    node: Node


@dataclass(frozen=True)
class Script:
    """A parsed file. For HTML, Vue and Svelte it is their `script` blocks."""

    source: Source
    project: "Project"
    code: str
    root: Node

    def __hash__(self) -> int:
        """Scripts are told apart by their files."""
        return hash(self.source)

    @classmethod
    def read(cls, source: Source, project: "Project") -> "Script":
        """Parse a file; what has no name of a script is taken for HTML."""
        code = source.text if source.suffix in SCRIPTS - _MARKUP else _blocks(source.text)
        return cls(source, project, code, _parser(source.suffix in {".ts", ".mts"}).parse(code.encode()).root_node)

    @cached_property
    def _ascii(self) -> bool:
        return self.code.isascii()

    @cached_property
    def _bytes(self) -> bytes:
        return self.code.encode()

    def start(self, node: Node) -> int:
        """Give the offset of a node in characters."""
        return node.start_byte if self._ascii else len(self._bytes[: node.start_byte].decode(errors="replace"))

    def end(self, node: Node) -> int:
        """Give the offset behind it."""
        return node.end_byte if self._ascii else len(self._bytes[: node.end_byte].decode(errors="replace"))

    def where(self, node: Node) -> str:
        """Give its place."""
        return self.source.where(self.start(node))

    def lines(self, node: Node) -> str:
        """Give the lines in which it stands."""
        return self.source.lines(self.start(node), self.end(node))

    @cached_property
    def nodes(self) -> dict[str, list[Node]]:
        """Every node by its type, in the order of the file."""
        found: dict[str, list[Node]] = {}
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            found.setdefault(node.type, []).append(node)
            waiting += reversed(node.named_children)
        return found

    def all(self, *types: str) -> Iterator[Node]:
        """Give the nodes of some types."""
        for name in types:
            yield from self.nodes.get(name, [])

    @cached_property
    def strings(self) -> list[tuple[Node, str]]:
        """Every string and template with what is literal in it."""
        return [(node, inside(node)) for node in self.all("string", "template_string")]

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """What the imported names come from: module and name there, which is `default` or `*` for the whole."""
        found: dict[str, tuple[str, str]] = {}
        for statement in self.all("import_statement"):
            module = statement.child_by_field_name("source")
            for name, original in bound(statement):
                found[name] = (inside(module) if module else "", original)
        return found

    @cached_property
    def modules(self) -> set[str]:
        """The modules that it imports or requires."""
        named = (node.child_by_field_name("source") for node in self.all("import_statement", "export_statement"))
        required = (arguments(node)[0] for node in self.calls("require") if arguments(node))
        return {inside(node) for node in (*named, *required) if node is not None and node.type == "string"}

    def calls(self, *names: str) -> Iterator[Node]:
        """Give the calls of a function, or of a method of anything, by its bare name."""
        for node in self.all("call_expression"):
            if called(node) in names:
                yield node

    @cached_property
    def environment(self) -> list[Env]:
        """Every variable that is read through `process.env` or `import.meta.env`."""
        found = []
        for node in self.all("member_expression", "subscript_expression"):
            left, right = node.child_by_field_name("object"), node.child_by_field_name("property")
            right = right or node.child_by_field_name("index")
            whole = text(left) if left else ""
            if (
                right
                and whole in {"process.env", "import.meta.env"}
                and right.type in {"property_identifier", "string"}
            ):
                found.append(Env(inside(right), node, whole == "import.meta.env"))
        return found

    @cached_property
    def is_browser(self) -> bool:
        """Whether the browser gets it, rather than a server or a build tool."""
        return _in_browser(self)

    def follow(self, node: Node | None, deep: int = 0) -> Value | None:
        """Follow a name to the one thing that it stands for, also into another file of the project."""
        if node is None or deep > _DEEPEST:
            return None
        if node.type in _WRAPS:
            return self.follow(node.named_children[0] if node.named_children else None, deep + 1)
        if node.type == "call_expression" and called(node) in {"useMemo", "useCallback"} and arguments(node):
            return self.follow(result(arguments(node)[0]), deep + 1)
        if node.type not in {"identifier", "shorthand_property_identifier"}:
            return Value(self, node)
        return self._named(text(node), deep)

    def _named(self, name: str, deep: int) -> Value | None:
        declared = self._declared.get(name, [])
        if len(declared) == 1:
            return self.follow(declared[0], deep + 1)
        other = self._file(self.imports[name][0]) if not declared and name in self.imports else None
        return other._named(self.imports[name][1], deep + 1) if other else None  # noqa: SLF001 - of its own kind

    @cached_property
    def _declared(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.all("variable_declarator"):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name and value and name.type == "identifier":
                found.setdefault(text(name), []).append(value)
        for node in self.all("function_declaration"):
            if name := node.child_by_field_name("name"):
                found.setdefault(text(name), []).append(node)
        return found

    def _file(self, module: str) -> "Script | None":
        here = PurePosixPath(self.source.name).parent
        if module.startswith("."):
            bases = [_normal(here / module)]
        elif module.startswith(("@/", "~/", "$lib/")):
            inner = module.partition("/")[2]
            bases = [parent / top / inner for parent in (here, *here.parents) for top in ("", "src", "src/lib")]
        else:
            return None
        names = (f"{base.as_posix()}{end}" for base in bases for end in _ENDS)
        found = next((source for name in names if (source := self.project.named(name))), None)
        return self.project.script(found) if found and found.suffix not in {".json", ".css"} else None


def _blocks(whole: str) -> str:
    """Blank everything but the scripts, so that all offsets stay."""
    whole = _COMMENT.sub(lambda found: _blank(found.group()), whole)
    at, parts = 0, []
    for block in _BLOCK.finditer(whole):
        parts += [_blank(whole[at : block.start(2)]), block.group(2)]
        at = block.end(2)
    return "".join([*parts, _blank(whole[at:])])


def _blank(piece: str) -> str:
    return re.sub(r"[^\n\r]", " ", piece)


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


@cache
def _parser(plain: bool) -> Parser:
    """Make a parser; JSX and the older casts of plain TypeScript exclude each other."""
    grammar = tree_sitter_typescript.language_typescript if plain else tree_sitter_typescript.language_tsx
    return Parser(Language(grammar()))


_SERVER = frozenset({"server", "api", "scripts", "functions", "backend", "workers", "edge-functions"})
_SERVER_NAMES = re.compile(r"(\.config|\.server|^route|^middleware|^\+server|^\+page\.server|^server|^proxy)$")
_SERVER_MODULES = ("node:", "express", "fastify", "hono", "koa", "server-only", "@hono/", "next/server", "fs", "http")
_FRAMEWORKS = ("react", "vue", "svelte", "next", "vite", "nuxt", "astro", "preact", "solid-js", "webpack", "parcel")


def _in_browser(script: Script) -> bool:
    source = script.source
    stem = PurePosixPath(source.name).name.removesuffix(source.suffix)
    if _SERVER_NAMES.search(stem) or not _SERVER.isdisjoint(source.parts) or script.code.startswith('"use server"'):
        return False
    if any(
        name == one or name.startswith(one if one[-1] in ":/" else f"{one}/")
        for name in script.modules
        for one in _SERVER_MODULES
    ):
        return False
    if source.suffix in BROWSER or source.is_published:
        return True
    package = script.project.package_of(source)
    data = script.project.packages.get(package, {}) if package is not None else {}
    needed = {**_table(data.get("dependencies")), **_table(data.get("devDependencies"))}
    plain = any(one in script.code for one in ("document.", "window."))
    return plain or any(name.startswith(("@openai/chatkit", *_FRAMEWORKS)) for name in needed)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
