"""Replay recorded transcripts as a backend: for front-end work without a server, and for showing a fault again.

A request gets the reply of the recorded one that equals it, or else of the next one of its type.
"""

import argparse

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire replay session.jsonl
  chatkit-wire replay session.har other.jsonl --fast --port 9001"""

PORT = 8050


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a transcript, or any capture that `lint` reads")
    parser.add_argument("--fast", action="store_true", help="as fast as possible; otherwise in the recorded time")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port on 127.0.0.1 (default: {PORT})")
    parser.add_argument("--path", default="/chatkit/api", help="shown in the address; every path is answered")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from chatkit_conformance.cli.files import capture  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.listening import address, listen, run  # noqa: PLC0415 - an extra
    from chatkit_conformance.recorder.replay import Replay  # noqa: PLC0415 - an extra
    from chatkit_conformance.transcript import Transcript, numbered  # noqa: PLC0415 - as the others

    exchanges = [exchange for name in options.files for exchange in capture(name).exchanges]
    numbered(Transcript(exchanges=exchanges))
    if not any(exchange.status for exchange in exchanges):
        raise Failure("no request in the recording was answered", 2)
    listener = listen("127.0.0.1", options.port)
    say(f"{len(exchanges)} recorded exchanges at {address(listener)}{options.path}")
    say("Ctrl-C stops it.")
    return run(Replay(exchanges, timed=not options.fast).app(), listener, log_level="critical")
