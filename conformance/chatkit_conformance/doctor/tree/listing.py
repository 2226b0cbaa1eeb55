"""Which files a project has: git is asked, so that its own reading of `.gitignore` counts."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

SKIPPED = frozenset(
    {"node_modules", ".venv", "venv", "site-packages", "__pycache__", ".git", ".next", ".nuxt", ".svelte-kit"}
    | {".output", ".turbo", ".vercel", ".cache", "bower_components", "vendor", ".tox"}
)
"""Folders of things that are installed or built, committed or not."""
BUILT = frozenset({"dist", "build", "out"})
"""Folders that builds write; without git nobody can tell whether they are committed."""
_SECONDS = 30


class NoGit(Exception):  # noqa: N818 - a fact, not a fault
    """There is no git, or no repository."""


def git(root: Path, *arguments: str) -> list[str]:
    """Ask git about a folder.

    Raises:
        NoGit: when there is no git, or it refuses.
    """
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603 - no shell
    except (OSError, subprocess.SubprocessError) as error:
        raise NoGit(str(error)) from error
    return [name for name in done.stdout.decode(errors="surrogateescape").split("\0") if name]


def tracked(root: Path) -> set[str] | None:
    """Name the files in git's index; None where no repository is."""
    try:
        return set(git(root, "ls-files", "-z", "--cached"))
    except NoGit:
        return None


def listed(root: Path, index: set[str] | None) -> set[str]:
    """Name the files that are the project's own: committed, or not ignored."""
    try:
        if index is not None:
            return {name for name in index | set(git(root, "ls-files", "-z", "-o", "--exclude-standard")) if own(name)}
        return {name for name in _outside_git(root) if own(name) and BUILT.isdisjoint(name.split("/")[:-1])}
    except NoGit:
        return {name for name in _walked(root) if BUILT.isdisjoint(name.split("/")[:-1])}


def own(name: str) -> bool:
    """Whether a file is in no folder of installed or built things."""
    return SKIPPED.isdisjoint(name.split("/"))


def _outside_git(root: Path) -> list[str]:
    """List a folder that is no repository by the rules of its `.gitignore`, through an empty repository elsewhere."""
    with TemporaryDirectory() as scratch:
        git(Path(scratch), "init", "-q", "--template=")
        where = ["--git-dir", f"{scratch}/.git", "--work-tree", str(root)]
        return git(root, *where, "ls-files", "-z", "-o", "--exclude-standard")


def _walked(root: Path) -> Iterable[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        yield from ((Path(folder) / name).relative_to(root).as_posix() for name in files)
