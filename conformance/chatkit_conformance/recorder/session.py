"""A recording as it grows: exchanges into a file, and what the rules say of each as soon as it has ended."""

from dataclasses import replace
from typing import TextIO

from chatkit_conformance.findings import FileReport
from chatkit_conformance.linter.lint import lint
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.recorder.redaction import redacted
from chatkit_conformance.transcript import Exchange, Header, Transcript, exchange_lines, lines

RECENT = 50
"""Exchanges of a thread that are looked at together: a recording may go on for days."""


class Session:
    """One recording.

    Args:
        out: where the transcript goes; it is whole after every exchange.
        revision: what the server is held against.
    """

    def __init__(self, header: Header, out: TextIO | None, *, revision: str | None = None) -> None:
        self._out = out
        self._revision = revision
        self._threads: dict[str, list[Exchange]] = {}
        self._count = 0
        self._write(*lines(Transcript(header)))

    def take(self, exchange: Exchange) -> FileReport | None:
        """Write an exchange down; give what is new about it. None for what is no ChatKit request."""
        clean = redacted(exchange)
        self._write(*exchange_lines(clean))
        if not clean.kind and not clean.streams:
            return None
        number = self._count
        self._count += 1
        return self._judged(replace(clean, number=number), number)

    def _judged(self, exchange: Exchange, number: int) -> FileReport:
        """Lint an exchange together with the earlier ones of its thread; only what is about it is new."""
        thread = Conversation([exchange]).thread_of(0)
        known = self._threads.setdefault(thread, [])
        known.append(exchange)
        del known[:-RECENT]
        told = Conversation([replace(one) for one in known])
        report = lint(told, revision=self._revision)
        last = len(known) - 1
        fresh = [one for one in report.findings if one.where.exchange == last]
        return FileReport(f"exchange {number + 1}", told, fresh, len(report.looked))

    def _write(self, *told: str) -> None:
        if self._out:
            self._out.writelines(f"{line}\n" for line in told)
            self._out.flush()
