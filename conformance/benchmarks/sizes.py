"""How many bytes an installation has: files of a distribution and of all that it requires, not what was compiled."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement


def installed(site: Path, name: str) -> Distribution | None:
    """Find a distribution in an environment."""
    return next(iter(Distribution.discover(name=name, path=[str(site)])), None)


def closure(site: Path, name: str, extras: set[str], found: dict[str, set[str]]) -> None:
    """Collect a distribution, and what it requires with these extras."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    one = installed(site, name)
    if one is None or (key in found and extras <= found[key]):
        return
    found.setdefault(key, set()).update(extras)
    for text in one.requires or []:
        needed = Requirement(text)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            closure(site, needed.name, set(needed.extras), found)


def size(one: Distribution | None) -> int:
    """Count the bytes of one distribution."""
    paths = [Path(str(file.locate())) for file in (one.files if one and one.files else [])]
    return sum(path.stat().st_size for path in paths if path.is_file() and "__pycache__" not in path.parts)


def installation(site: Path, requirement: str, *folders: Path) -> int:
    """Count the bytes of a requirement with its extras, and of folders that stand in for what is installed in place."""
    wanted = Requirement(requirement)
    found: dict[str, set[str]] = {}
    closure(site, wanted.name, set(wanted.extras), found)
    own = sum(path.stat().st_size for folder in folders for path in folder.rglob("*.py"))
    return own + sum(size(installed(site, name)) for name in found)
