"""A project's source tree: its files, and which of them belong together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar

from chatkit_conformance.doctor.tree.listing import listed, tracked
from chatkit_conformance.doctor.tree.python import Module
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.source import DOCUMENTS, SCRIPTS, Source
from chatkit_conformance.doctor.tree.widgets import Widget, widgets_in

LARGEST = 2_000_000
"""Bytes of a file that is looked into."""
_READ = frozenset({*SCRIPTS, ".py", ".css", ".json", ".toml", ".txt"})
_NAMES = frozenset({"_headers", ".gitignore"})


class _Placed(Protocol):
    @property
    def source(self) -> Source: ...


_P = TypeVar("_P", bound=_Placed)


@dataclass(frozen=True, eq=False)
class Project:
    """The source tree under a folder."""

    root: Path
    _scripts: dict[str, Script | None] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"the source tree {self.root}"

    @classmethod
    def of(cls, source: Source) -> "Project":
        """Make one of a single text that stands in no folder."""
        project = cls(Path())
        project.__dict__.update(files=[source], environments=[], index=None)
        return project

    @cached_property
    def index(self) -> set[str] | None:
        """What git's index holds; None outside a repository."""
        return tracked(self.root)

    @cached_property
    def _listed(self) -> set[str]:
        return listed(self.root, self.index)

    @cached_property
    def files(self) -> list[Source]:
        """The project's own files that are read here, by name."""
        index = self.index or set()
        sources = (Source(self.root / name, name, name in index) for name in self._listed)
        return sorted((one for one in sources if _read(one)), key=lambda one: one.name)

    @cached_property
    def code(self) -> list[Source]:
        """The files that are neither tests nor documentation."""
        return [one for one in self.files if not one.is_test]

    @cached_property
    def environments(self) -> list[Source]:
        """The `.env` files on disk, ignored or not: bundlers and servers read them all."""
        own = {one.name for one in self.files}
        folders = {PurePosixPath(), *(parent for name in own for parent in PurePosixPath(name).parents)}
        found = [path for folder in sorted(folders) for path in (self.root / folder).glob(".env*") if path.is_file()]
        names = [path.relative_to(self.root).as_posix() for path in found]
        everything, index = self._listed, self.index or set()
        return [
            Source(path, name, name in index, ignored=name not in everything)
            for path, name in zip(found, names, strict=True)
        ]

    @cached_property
    def modules(self) -> list[Module]:
        """The Python files that parse."""
        read = (Module.read(one) for one in self.code if one.suffix == ".py")
        return [module for module in read if module]

    @cached_property
    def scripts(self) -> list[Script]:
        """The JavaScript and TypeScript that people wrote, also in HTML, Vue and Svelte files."""
        wanted = (one for one in self.code if one.suffix in SCRIPTS)
        return [script for script in map(self.script, wanted) if script]

    @cached_property
    def documents(self) -> list[Source]:
        """The HTML files that people wrote."""
        return [one for one in self.code if one.suffix in DOCUMENTS and not one.is_bundle]

    def script(self, source: Source) -> Script | None:
        """Parse a file once; None for what a bundler wrote."""
        if source.name not in self._scripts:
            bundle = source.is_bundle or "dist" in source.parts
            self._scripts[source.name] = None if bundle else Script.read(source, self)
        return self._scripts[source.name]

    @cached_property
    def widgets(self) -> list[Widget]:
        """Every place where the widget is given its options."""
        return [widget for script in self.scripts for widget in widgets_in(script)]

    @cached_property
    def packages(self) -> dict[str, dict[str, Any]]:
        """The `package.json` files by folder."""
        found = (one for one in self.files if PurePosixPath(one.name).name == "package.json")
        return {PurePosixPath(one.name).parent.as_posix(): _json(one.text) for one in found}

    def package_of(self, source: Source) -> str | None:
        """Name the folder of the `package.json` that a file belongs to; None where there is none."""
        parents = (parent.as_posix() for parent in PurePosixPath(source.name).parents)
        return next((name for name in parents if name in self.packages), None)

    def named(self, name: str) -> Source | None:
        """Find a file by its name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Source]:
        return {one.name: one for one in self.files}


def together(one: _Placed, others: Sequence[_P], alike: Iterable[_Placed]) -> list[_P]:
    """Give those of `others` that lie nearest to `one`, unless another one of its kind lies nearer to them.

    In a folder of several applications, that is the backend of the same application.
    """
    best = max((_shared(one, other) for other in others), default=0)
    near = [other for other in others if _shared(one, other) == best]
    kind = list(alike)
    return [other for other in near if max((_shared(same, other) for same in kind), default=0) <= best]


def _shared(one: _Placed, other: _Placed) -> int:
    count = 0
    for left, right in zip(one.source.parts, other.source.parts, strict=False):
        if left != right:
            break
        count += 1
    return count


def _read(source: Source) -> bool:
    wanted = source.suffix in _READ or PurePosixPath(source.name).name in _NAMES
    return wanted and source.path.is_file() and source.path.stat().st_size <= LARGEST


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
