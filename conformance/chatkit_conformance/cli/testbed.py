"""Serve a backend without a model, which obeys the script in a message: `ckc:` and a JSON array of operations.

Everything that a ChatKit backend can say can be had from it exactly: every event, errors, timing, volume. With
OPENAI_BASE_URL, which names the model that `chatkit-wire fake-model` serves, an agent answers what is no script.
"""

import argparse
import os
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire testbed --port 8001
  then, as a user message: ckc:[["notice", "hello"], ["sleep", 500], ["raise", "custom", "sorry", true]]"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port on 127.0.0.1 (default: 8000)")
    parser.add_argument(
        "--store",
        default="memory",
        metavar="memory|sqlite:PATH|postgres:URL",
        help="where threads are kept (default: memory)",
    )
    parser.add_argument(
        "--users",
        action="store_true",
        help="the header `authorization` names the user, and nobody without it is served",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from chatkit_conformance.cli.listening import address, listen, run  # noqa: PLC0415 - an extra
    from chatkit_conformance.testbed.app import by_header, scripted_app  # noqa: PLC0415 - an extra
    from chatkit_server.app import ENDPOINT  # noqa: PLC0415 - an extra

    app = scripted_app(_store(options.store), os.environ, identify=by_header if options.users else None)
    listener = listen("127.0.0.1", options.port)
    say(f"test bed at {address(listener)}{ENDPOINT}")
    return run(app, listener, log_level="error")


def _store(name: str) -> Any:
    from chatkit_conformance.cli.stores import postgres  # noqa: PLC0415 - an extra
    from chatkit_server import MemoryStore, SQLiteStore  # noqa: PLC0415 - an extra

    kind, _, place = name.partition(":")
    if name == "memory":
        return MemoryStore()
    if kind == "sqlite" and place:
        return SQLiteStore(place)
    if kind == "postgres" and place:
        return postgres(place)
    raise Failure(f"--store is memory, sqlite:PATH or postgres:URL, not {name!r}", 2)
