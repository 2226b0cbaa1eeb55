"""Record what a client and a server say to each other: a proxy on this machine that passes every byte on at once.

Point the client at the address that is printed. What passed is written as a transcript, without credentials, and
every exchange is linted as soon as it has ended. Ctrl-C stops; exit code 1 if a rule was broken meanwhile.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from chatkit_conformance.cli.addresses import wanted
from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire record --upstream http://127.0.0.1:8000
  chatkit-wire record --upstream https://example.com --port 9000 --out session.jsonl"""

PORT = 8040
SWITCH_SECONDS = 0.0005
"""For how long the rules may keep the interpreter to themselves while frames wait to pass."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--upstream", required=True, metavar="URL", help="the server, e.g. http://127.0.0.1:8000")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port on 127.0.0.1 (default: {PORT})")
    parser.add_argument("--out", metavar="FILE", help="the transcript (default: recording-TIME.jsonl)")
    parser.add_argument("--revision", metavar="R", help="the revision of the protocol that the server speaks, e.g. 1.4")
    parser.add_argument("--no-lint", action="store_true", help="only record")


def run(options: argparse.Namespace) -> int:
    """Pass on and record until interrupted."""
    from chatkit_conformance.cli.listening import address, listen, run  # noqa: PLC0415 - an extra
    from chatkit_conformance.recorder.proxy import Proxy  # noqa: PLC0415 - an extra
    from chatkit_conformance.recorder.session import Session  # noqa: PLC0415 - an extra
    from chatkit_conformance.transcript import Header  # noqa: PLC0415 - as the others

    upstream = _upstream(options.upstream)
    now = datetime.now(UTC)
    path = Path(options.out or f"recording-{now:%Y%m%d-%H%M%S}.jsonl")
    with listen("127.0.0.1", options.port) as listener, _opened(path) as out:
        header = Header(name=path.stem, note=f"recorded in front of {upstream}", recorded=f"{now:%Y-%m-%d}")
        teller = _Teller(Session(header, out, revision=options.revision), quiet=options.no_lint)
        say(f"{address(listener)} → {upstream}, recorded in {path}")
        say("Ctrl-C stops it.")
        sys.setswitchinterval(SWITCH_SECONDS)
        # Linting must not hold up what passes through meanwhile; Ctrl-C is the usual end.
        with ThreadPoolExecutor(1) as hand, suppress(KeyboardInterrupt):
            run(Proxy(upstream, lambda exchange: hand.submit(teller.take, exchange)).app(), listener, log_level="error")
    say(f"{teller.count} exchange{'s' if teller.count != 1 else ''} in {path}, {teller.broken} with findings")
    return 1 if teller.broken else 0


def _upstream(url: str) -> str:
    place = wanted("--upstream", url, "http://127.0.0.1:8000")
    return f"{place.scheme}://{place.netloc}"


def _opened(path: Path) -> TextIO:
    try:
        return path.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}", 2) from None


class _Teller:
    """Prints a line for each exchange, and its findings."""

    def __init__(self, session: Any, *, quiet: bool) -> None:
        from rich.console import Console  # noqa: PLC0415 - an extra

        self._session = session
        self._quiet = quiet
        self._console = Console(highlight=False)
        self.count = 0
        self.broken = 0

    def take(self, exchange: Any) -> None:
        """Tell of an exchange that has ended."""
        try:
            report = self._session.take(exchange)
        except OSError as error:  # a full disk must not end what passes through
            complain(f"cannot write the transcript: {error.strerror}")
            return
        self.count += 1
        seconds = exchange.arrivals[-1][1] if exchange.arrivals else 0.0
        how = exchange.trouble or ("broken off" if exchange.cut else "left" if exchange.left else "")
        size = f"{len(exchange.received)} B, {seconds:.2f} s"
        say(f"{exchange.kind or f'{exchange.method} {exchange.path}'}  {exchange.status}  {size}  {how}".rstrip())
        if report and report.findings and not self._quiet:
            self.broken += 1
            self._show(report)

    def _show(self, report: Any) -> None:
        from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra
        from chatkit_conformance.findings import shown  # noqa: PLC0415 - as the others

        self._console.print(Clean(shown(report)))
        sys.stdout.flush()
