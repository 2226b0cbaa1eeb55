"""The mends that can be made in files: shown as a diff, written only by whoever asked the user."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from chatkit_conformance.doctor.check import Edit, Finding


class Patch(NamedTuple):
    """A file before and after all its mends."""

    path: Path
    old: str
    new: str

    def diff(self, root: Path) -> str:
        """Give the change as a unified diff, paths relative to `root`, as `patch -p1` takes it."""
        name = self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else self.path.as_posix()
        lines = unified_diff(self.old.splitlines(True), self.new.splitlines(True), f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Write the file, unless it was changed since it was read.

        Raises:
            ValueError: when it was changed.
            OSError: when it cannot be written.
        """
        if read(self.path) != self.old:
            raise ValueError(f"{self.path} was changed meanwhile; nothing was written")
        with self.path.open("w", encoding="utf-8", newline="") as file:
            file.write(self.new)


def read(path: Path) -> str:
    """Read a file as it is, line ends included; a file that is not there is empty."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def patches(findings: Iterable[Finding]) -> Iterator[Patch]:
    """Put the edits of all findings together, file by file. Of edits that overlap, the first is made."""
    edits = sorted({edit for one in findings for edit in one.edits}, key=lambda edit: (edit.path, edit.start))
    for path, group in groupby(edits, lambda edit: edit.path):
        old = read(path)
        new = _edited(old, list(group))
        if new != old:
            yield Patch(path, old, new)


def _edited(text: str, edits: list[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in edits:
        end = edit.start + len(edit.old)
        if edit.start < at or text[edit.start : end] != edit.old:
            continue
        parts += [text[at : edit.start], edit.new]
        at = end
    return "".join([*parts, text[at:]])
