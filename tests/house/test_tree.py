"""What is public is documented, in all four packages, and no product code names a place of one machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "protocol/chatkit_protocol",
    "server/chatkit_server",
    "agents/chatkit_agents",
    "conformance/chatkit_conformance",
)
SOURCES = {path.relative_to(ROOT): path.read_text("utf-8") for top in FOLDERS for path in (ROOT / top).rglob("*.py")}
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
MACHINE = re.compile(r"(?<![\w.:/])/(?:work|root|tmp|home|Users)/\w")
EXAMPLES = {Path("conformance/chatkit_conformance/cli/serve.py"): "a path for a reader to type, in the help"}


STORES = {
    Path("server/chatkit_server/stores") / name: cls
    for name, cls in (("memory.py", "Memory"), ("sqlite.py", "SQLite"), ("postgres.py", "Postgres"))
}
"""The stores, whose methods the contract `Store` documents once for all of them."""
CONTRACT = Path("server/chatkit_server/stores/base.py")


def undocumented(source: str) -> list[str]:
    """Name the public classes, functions and methods without a docstring."""
    return [name for name, node in _public(ast.parse(source), "") if not ast.get_docstring(node)]


def _public(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in parent.body:
        if not isinstance(node, Definition) or node.name.startswith("_") or _says_elsewhere(node):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node, f"{prefix}{node.name}.")


def _says_elsewhere(node: Definition) -> bool:
    """Whether another definition carries the docstring: an overload's, or the one that this one overrides."""
    return any(
        ast.unparse(decorator).rpartition(".")[2] in {"overload", "override"} for decorator in node.decorator_list
    )


SNIPPETS = [
    pytest.param('class A:\n    """Doc."""\n    def f(self): """Doc."""', [], id="documented"),
    pytest.param("class A: pass\ndef f(): pass\nasync def g(): pass", ["A", "f", "g"], id="nothing-documented"),
    pytest.param('class A:\n    """Doc."""\n    def f(self): pass', ["A.f"], id="method"),
    pytest.param("def _f(): pass\nclass _A:\n    def f(self): pass", [], id="private"),
    pytest.param("@overload\ndef f(): ...", [], id="overload"),
]


@pytest.mark.parametrize(("source", "names"), SNIPPETS)
def test_what_is_found_undocumented(source: str, names: list[str]) -> None:
    assert undocumented(source) == names


@pytest.mark.parametrize("path", sorted(SOURCES), ids=str)
def test_what_is_public_is_documented(path: Path) -> None:
    contract = {
        name.partition(".")[2] for name, _ in _public(ast.parse(SOURCES[CONTRACT]), "") if name.startswith("Store.")
    }
    assert len(contract) > 10
    said = {f"{STORES[path]}Store.{name}" for name in contract} if path in STORES else set()
    assert set(undocumented(SOURCES[path])) <= said


PLACES = [
    pytest.param('open("/tmp/x")', True, id="tmp"),
    pytest.param("# see /home/me/x", True, id="home"),
    pytest.param('"https://example.com/work/x"', False, id="address"),
    pytest.param('"/chatkit/api"', False, id="route"),
]


@pytest.mark.parametrize(("line", "found"), PLACES)
def test_what_counts_as_a_place_of_one_machine(line: str, found: bool) -> None:
    assert bool(MACHINE.search(line)) is found


def test_no_code_names_a_place_of_one_machine() -> None:
    assert {path for path, source in SOURCES.items() if MACHINE.search(source)} == set(EXAMPLES)
