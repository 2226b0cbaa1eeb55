"""The example page fits the official types of the widget, and the backend that it talks to."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "agents" / "examples"
FRONTEND = EXAMPLES / "frontend"
PAGE = (FRONTEND / "app/page.tsx").read_text(encoding="utf-8")
BACKEND = (FRONTEND / "app/backend.ts").read_text(encoding="utf-8")
TOOLS = (EXAMPLES / "03_tools.py").read_text(encoding="utf-8")


def test_versions_are_exact_and_there_is_no_lock_file() -> None:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert {"@openai/chatkit", "@openai/chatkit-react", "typescript"} <= wanted.keys()
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert "package-lock=false" in (FRONTEND / ".npmrc").read_text(encoding="utf-8")


def test_the_compiler_is_strict() -> None:
    options = json.loads((FRONTEND / "tsconfig.json").read_text(encoding="utf-8"))["compilerOptions"]
    assert options["strict"] is True
    assert "skipLibCheck" not in options, "the official types are checked, too"


@pytest.mark.parametrize(
    ("name", "in_page"),
    [
        pytest.param("switch_theme", 'name !== "switch_theme"', id="client-tool"),
        pytest.param("show_map", 'action.type !== "show_map"', id="client-action"),
    ],
)
def test_the_page_handles_what_the_backend_sends(name: str, in_page: str) -> None:
    assert in_page in PAGE
    assert f'"{name}"' in TOOLS


@pytest.mark.parametrize("setting", ["url", "domainKey", "fetch", "uploadStrategy"])
def test_every_setting_of_the_connection_is_shown(setting: str) -> None:
    assert re.search(rf"^  {setting}: ", BACKEND, re.MULTILINE)


def test_every_request_carries_the_token_as_auth_header_py_reads_it() -> None:
    assert 'headers.set("authorization", `Bearer ${' in BACKEND
    assert 'scheme.lower() == "bearer"' in (EXAMPLES / "auth_header.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the page and install what it needs."""
    copy = tmp_path_factory.mktemp("frontend") / "page"
    shutil.copytree(FRONTEND, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "package-lock.json"))
    run = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert not (copy / "package-lock.json").exists()
    return copy


def compiled(folder: Path) -> tuple[int, str]:
    run = subprocess.run(["npx", "tsc", "--noEmit"], cwd=folder, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout


@pytest.mark.slow
def test_it_compiles_against_the_official_types_and_can_be_built(installed: Path) -> None:
    assert compiled(installed) == (0, "")
    build = subprocess.run(["npx", "vite", "build"], cwd=installed, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stderr
    assert (installed / "dist/index.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        pytest.param("app/backend.ts", "  domainKey: ", "  domain: ", id="unknown-setting"),
        pytest.param("app/backend.ts", '"two_phase"', '"three_phase"', id="unknown-upload-strategy"),
        pytest.param("app/backend.ts", "return fetch(request)", "return request", id="fetch-gives-no-response"),
        pytest.param("app/page.tsx", '"dark" ? "dark"', '"dark" ? "dusk"', id="unknown-colour-scheme"),
        pytest.param("app/page.tsx", 'radius: "round"', 'radius: "oval"', id="unknown-theme-value"),
        pytest.param("app/page.tsx", "return { theme: wanted }", "return wanted", id="client-tool-gives-a-string"),
        pytest.param("app/page.tsx", "action.payload?.city", "action.payload.city", id="payload-may-be-absent"),
        pytest.param(
            "app/page.tsx", "onEffect: ({ name, data })", "onEffect: ({ named })", id="effect-has-no-such-field"
        ),
    ],
)
def test_a_mistake_does_not_compile(installed: Path, file: str, right: str, wrong: str) -> None:
    path = installed / file
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        status, said = compiled(installed)
    finally:
        path.write_text(text, encoding="utf-8")
    assert status != 0
    assert f"{file}(" in said
