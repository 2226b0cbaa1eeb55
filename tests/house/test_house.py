"""The rules that the house keeps: who imports whom, how large a room may be, what must not stand in the tree."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from statistics import quantiles

import pytest

import chatkit_protocol
from chatkit_protocol.divergences import DIVERGENCES

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "chatkit_protocol": ROOT / "protocol",
    "chatkit_server": ROOT / "server",
    "chatkit_agents": ROOT / "agents",
    "chatkit_conformance": ROOT / "conformance",
}
MODULES = sorted(chain.from_iterable((top / name).rglob("*.py") for name, top in PACKAGES.items()))
IDS = [str(path.relative_to(ROOT)) for path in MODULES]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Name the top-level packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom"
            names.add((node.module or "").partition(".")[0])
    return names


def dotted(path: Path) -> Iterator[str]:
    """Name the modules that a module imports from."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def package(path: Path) -> str:
    return next(name for name, top in PACKAGES.items() if (top / name) in path.parents)


MAY_SEE = {
    "chatkit_protocol": {"chatkit_protocol"},
    "chatkit_server": {"chatkit_protocol", "chatkit_server"},
    "chatkit_agents": {"chatkit_protocol", "chatkit_server", "chatkit_agents"},
    "chatkit_conformance": {"chatkit_protocol", "chatkit_conformance"},
}
TEMPLATES = {"jinja2", "jsonschema", "jsonschema_specifications", "referencing"}
"""What `.widget` templates need: an extra, imported by that one module."""


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_import_law(path: Path) -> None:
    name, seen = package(path), imported(path)
    inside = path.relative_to(PACKAGES[name] / name).parts[0]
    everything = name == "chatkit_conformance" and inside in {"cli", "testbed"}
    allowed = set(PACKAGES) if everything else MAY_SEE[name]
    assert seen & set(PACKAGES) <= allowed
    assert "chatkit" not in seen, "the official SDK is run and recorded, never imported"
    if name != "chatkit_agents":
        assert not seen & {"agents", "openai"}
    if inside != "cli":
        assert not [d for d in dotted(path) if f"{d}.".startswith("chatkit_conformance.cli.")], "nothing imports a CLI"
    if name == "chatkit_protocol":
        foreign = seen - set(sys.stdlib_module_names) - {"chatkit_protocol", "msgspec"}
        assert foreign <= (TEMPLATES if path.name == "templates.py" else set())


def test_the_law_is_about_something() -> None:
    assert len(MODULES) > 60
    assert {package(path) for path in MODULES} == set(PACKAGES)


LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
DEEPEST = 4
LISTS = {"chatkit_protocol/__init__.py"}
"""Lists of names, not rooms to live in."""


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_rooms_are_of_a_size_to_feel_at_home_in(path: Path) -> None:
    if path.parts[-2] + "/" + path.name not in LISTS:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    for function in functions(path):
        assert length(function) <= LONGEST_FUNCTION, function.name
        assert depth(function) <= DEEPEST, function.name


def test_most_functions_are_short() -> None:
    lengths = [length(function) for path in MODULES for function in functions(path)]
    assert quantiles(lengths, n=20)[-1] < 30


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Count the lines of a function without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1


def depth(node: ast.AST, level: int = 0) -> int:
    """Count how deep blocks are nested in a function."""
    nested = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
    deepest = level
    for child in ast.iter_child_nodes(node):
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, depth(child, level + (isinstance(child, nested) and not chained)))
    return deepest


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_naive_time_and_no_stray_print(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not (called.endswith("datetime.now") and not node.args and not node.keywords), "a time has a zone"
            assert not called.endswith("utcnow"), "a time has a zone"
            if called == "print":
                assert package(path) == "chatkit_conformance", "only command lines print"


def test_the_agents_folder_does_not_shadow_the_agents_sdk() -> None:
    assert not (ROOT / "agents" / "__init__.py").exists()
    code = "import agents, sys; sys.exit(0 if hasattr(agents, 'Runner') else 1)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(("name", "top"), PACKAGES.items(), ids=list(PACKAGES))
def test_every_top_level_folder_holds_one_typed_package(name: str, top: Path) -> None:
    assert [path.parent.name for path in top.glob("*/__init__.py")] == [name]
    assert (top / name / "py.typed").exists()


def fresh(code: str) -> str:
    """Run code in a new interpreter; give what it prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    return run.stdout.strip()


def test_the_protocol_is_imported_in_under_100_ms_of_work() -> None:
    code = "import time; t = time.process_time(); import chatkit_protocol; print(time.process_time() - t)"
    assert min(float(fresh(code)) for _ in range(5)) < 0.1


HEAVY = ("pydantic", "starlette", "openai", "agents", "jinja2", "uvicorn")
ALONE = [
    pytest.param("chatkit_protocol", HEAVY, id="protocol"),
    pytest.param("chatkit_server", ("openai", "agents", "pydantic"), id="server"),
    pytest.param("chatkit_conformance.cli", HEAVY, id="cli"),
]


@pytest.mark.parametrize(("module", "without"), ALONE)
def test_importing_it_brings_nothing_heavy(module: str, without: tuple[str, ...]) -> None:
    code = f"import {module}, sys; print([n for n in {without!r} if n in sys.modules])"
    assert fresh(code) == "[]"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


FORBIDDEN = [
    pytest.param(r"https?://[^\s\"']*(pypi\.org|pythonhosted|npmjs|registry\.)", id="a-registry-s-host"),
    pytest.param(r"(?<![\w.])/(work|root|farm)/", id="a-path-of-one-machine"),
]


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_what_must_not_stand_in_the_tree(pattern: str) -> None:
    own = Path(__file__)
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path != own and re.search(pattern, path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def test_there_is_no_lock_file() -> None:
    assert not {path.name for path in tracked()} & {"uv.lock", "package-lock.json", "poetry.lock", "yarn.lock"}


TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("number", DIVERGENCES)
def test_every_divergence_is_cited_by_a_test(number: str) -> None:
    assert re.search(rf"(?i)(?<![a-z0-9]){number}(?!\d)", TESTS.replace("_", " "))


def test_the_numbers_run_without_gaps() -> None:
    assert list(DIVERGENCES) == [f"D{n + 1}" for n in range(len(DIVERGENCES))]


def test_the_changelog_knows_the_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    declared = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert declared
    assert newest[1] == declared[1]


def test_everything_public_is_documented() -> None:
    public = [getattr(chatkit_protocol, name) for name in chatkit_protocol.__all__]
    missing = [thing for thing in public if isinstance(thing, type) and not thing.__doc__]
    assert missing == []
