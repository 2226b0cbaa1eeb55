"""The bridge works with the oldest openai-agents that the extra admits, as it does with the newest."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PathDistribution, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLDEST = ROOT / ".venv-oldest"
PACKAGES = ("openai-agents", "openai")
APART = {
    "test_bridge_differential": "the official SDK decides there what is right, with a version of its own",
}
FILES = sorted(
    path
    for pattern in ("test_bridge*.py", "test_approvals.py", "test_tables.py")
    for path in Path(__file__).parent.glob(pattern)
    if path.stem not in APART
)


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def requirement(name: str, requirements: list[str]) -> str:
    return next(line for line in requirements if re.match(rf"{name}\b(?!-)", line))


def test_what_is_pinned_is_the_oldest_that_the_extra_admits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = requirement("openai-agents", project["optional-dependencies"]["agents"])
    assert needed == f"openai-agents>={pinned()['openai-agents']}"


@pytest.mark.slow
def test_the_bridge_works_with_the_oldest_versions() -> None:
    assert OLDEST.is_dir(), "make oldest"
    found = {name: PathDistribution(next(OLDEST.glob(f"{name.replace('-', '_')}-*.dist-info"))) for name in PACKAGES}
    assert {name: one.version for name, one in found.items()} == {name: pinned()[name] for name in PACKAGES}
    assert f">={pinned()['openai']}" in requirement("openai", found["openai-agents"].requires or [])
    assert all(version(name) != pinned()[name] for name in PACKAGES), "the other tests run with newer ones"
    assert len(FILES) >= 7
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, FILES)]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(OLDEST)}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert int(re.findall(r"(\d+) passed", run.stdout)[-1]) > 150
