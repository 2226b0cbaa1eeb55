"""The rules that the files of the inspector's page keep: small, self-contained, and never markup out of text."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "server" / "chatkit_server" / "inspector" / "page"
SCRIPTS = sorted(PAGE.rglob("*.js"))
STYLES = sorted(PAGE.rglob("*.css"))
LONGEST = 400
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment"
    r"|setHTMLUnsafe|srcdoc|setAttribute\(\s*[\"'](?:style|on\w+)[\"']"
)
IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\bfrom\s+\"([^\"]+)\"|^import\s+\"([^\"]+)\"", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(PAGE))


def test_there_is_something_to_look_at() -> None:
    assert len(SCRIPTS) > 50
    assert len(STYLES) > 4


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_says_what_it_is_is_checked_and_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.match(r"// [A-Z“`<](.|\n// (?!@))*[.:]\n// @ts-check\n", text), "first, a sentence about it"
    assert text.count("\n") <= LONGEST


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_no_script_makes_markup_of_text(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert MARKUP.findall(code) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_imports_files_of_the_page_alone(path: Path) -> None:
    for found in IMPORT.finditer(path.read_text("utf-8")):
        target = (path.parent / (found[1] or found[2])).resolve()
        assert target.is_file(), found[0]
        assert PAGE in target.parents


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("/* ")
    assert not re.search(r"https?:|@font-face", text)
    assert [link for link in re.findall(r"url\(\"?([^)\"]*)", text) if not (path.parent / link).is_file()] == []


def test_every_script_is_used() -> None:
    """From `main.js`, along what each imports, also when that is asked for later."""
    seen: set[Path] = set()
    pending = [PAGE / "main.js"]
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen.add(path)
        later = re.findall(r"\bimport\(\"([^\"]+)\"\)", path.read_text("utf-8"))
        found = [one[1] or one[2] for one in IMPORT.finditer(path.read_text("utf-8"))]
        pending += [(path.parent / link).resolve() for link in [*found, *later] if link.endswith(".js")]
    assert {name(path) for path in SCRIPTS} - {name(path) for path in seen} == set()
