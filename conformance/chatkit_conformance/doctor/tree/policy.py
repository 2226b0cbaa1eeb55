"""Policies that a project's own settings give its pages: those of bundlers, hosts and servers of the front end."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.tree.loader import CDN, SCRIPT
from chatkit_conformance.doctor.tree.nodes import inside
from chatkit_conformance.doctor.tree.policies import STRICT, allowing, allows, read, sources
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.source import Source

_DIRECTIVE = re.compile(r"\s*(?:default|script|frame|child|connect|style|img)-src(?:-elem)?\s+\S")
_POLICY = re.compile(r"\b[a-z]+-src(?:-elem)?\s[^\"\n]+")
"""A policy in JSON, TOML or a list of headers, from its first directive about sources on."""
_SETTINGS = ("vercel.json", "_headers", "netlify.toml", "staticwebapp.config.json", "firebase.json")
_UNTOLD = ("nonce-", "sha256-", STRICT)


class _Piece(NamedTuple):
    """A policy, and where each of its directives stands."""

    source: Source
    text: str
    starts: list[tuple[int, int]]


@check(
    "tree.policy.script",
    "fault",
    why="The browser does not load the widget: `Loading the script … violates the following Content Security Policy "
    "directive`. The page shows an empty element.",
    mend=f"Add {CDN} to script-src.",
)
def script(project: Project) -> Iterator[Found]:
    """The project's own policy lets chatkit.js load."""
    yield from _blocked(project, "script-src-elem", "script-src", SCRIPT, "the widget's script")


@check(
    "tree.policy.frame",
    "fault",
    why=f"The widget draws itself in a frame of {CDN}: `Framing … violates the following Content Security Policy "
    "directive`. The page shows an empty element.",
    mend=f"Add {CDN} to frame-src.",
)
def frame(project: Project) -> Iterator[Found]:
    """The project's own policy lets the widget's frame in."""
    yield from _blocked(project, "frame-src", "frame-src", CDN, "the widget's frame")


def _blocked(project: Project, kind: str, name: str, address: str, what: str) -> Iterator[Found]:
    for piece in _policies(project):
        decided = sources(read(piece.text), kind)
        told = decided is None or any(one in " ".join(decided[1]) for one in _UNTOLD)
        if decided is None or told or allows(decided[1], address):
            continue
        directive, listed = decided
        starts = (one for one in piece.starts if directive in piece.source.text[one[0] : one[1]])
        start, _ = next(starts, piece.starts[0])
        yield Found(
            what=f"{directive} blocks {what}",
            where=piece.source.where(start),
            before=" ".join((directive, *listed)),
            after=allowing(directive, listed, name, CDN),
        )


def _policies(project: Project) -> Iterator[_Piece]:
    """Find the policies of the front ends that have the widget; a server's own may be about other replies."""
    if not project.widgets:
        return
    homes = {project.package_of(widget.source) for widget in project.widgets}
    for one in project.scripts:
        if project.package_of(one.source) in homes:
            yield from _in_script(one)
    for source in project.code:
        if source.path.name in _SETTINGS:
            for found in _POLICY.finditer(source.text):
                yield _Piece(source, found.group(), [found.span()])


def _in_script(one: Script) -> Iterator[_Piece]:
    groups: dict[int, list[Node]] = {}
    for node, said in one.strings:
        if _DIRECTIVE.match(said):
            around = node.parent
            together = around is not None and around.type == "array"
            groups.setdefault(around.id if around is not None and together else node.id, []).append(node)
    for nodes in groups.values():
        text = "; ".join(inside(node).replace("\n", " ") for node in nodes)
        if "script-src" in text or "default-src" in text:
            yield _Piece(one.source, text, [(one.start(node), one.end(node)) for node in nodes])
