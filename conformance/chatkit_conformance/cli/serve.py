"""Serve a backend with a demo agent: the Agents SDK with a built-in model that needs no key and no network.

Or with another model: LLM_PROVIDER is openai (with OPENAI_API_KEY), gemini (with GEMINI_API_KEY) or compatible (with
LLM_BASE_URL, LLM_API_KEY, LLM_API=chat|responses). LLM_MODEL names the model, LLM_MODELS more that the user may choose.
LLM_TRACING=on has the Agents SDK send conversations to OpenAI's traces, for openai only.
Threads are kept in an SQLite file, or in PostgreSQL. Pages of localhost may call it. There are no accounts: whoever
reaches the port is the one user.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire serve
  chatkit-wire serve --port 9000 --data /tmp/try.sqlite3
  chatkit-wire serve --data postgresql://user@localhost/chats
  LLM_PROVIDER=compatible LLM_BASE_URL=http://127.0.0.1:8009/v1 chatkit-wire serve"""

PORT = 8000
DATA = "data/chatkit.sqlite3"
LOCAL_PAGES = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
"""Origins of pages that this machine serves."""
HELLO = '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}]}}}'


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, metavar="N", help=f"port (default: $PORT, or {PORT})")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="address (default: 127.0.0.1)")
    parser.add_argument(
        "--data",
        metavar="FILE|URL",
        help=f"SQLite file, or the URL of a PostgreSQL database (default: $CHATKIT_DATA, or {DATA})",
    )
    parser.add_argument("--access-log", action="store_true", help="print a line for every request")
    parser.add_argument(
        "--insecure-no-auth",
        action="store_true",
        help="let other machines in with --host, though everyone is the same user there",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from chatkit_conformance.cli.listening import is_loopback, listen, run  # noqa: PLC0415 - an extra

    if not is_loopback(options.host) and not options.insecure_no_auth:
        raise Failure(
            f"{options.host} can be reached from other machines, and there are no accounts: everyone would read and "
            "delete everything. If that is what you want, add --insecure-no-auth",
            2,
        )
    provider = _provider()
    data = options.data or os.environ.get("CHATKIT_DATA") or DATA
    listener = listen(options.host, _port(options.port))
    app = _app(data, provider)
    if not is_loopback(options.host):
        complain(f"WARNING: no accounts! Everyone who reaches {options.host} reads, writes and deletes all threads.")
    _tell(listener, data, provider)
    return run(app, listener, access_log=options.access_log)


def _port(given: int | None) -> int:
    named = os.environ.get("PORT") or str(PORT)
    if given is None and not named.isdigit():
        raise Failure(f"the variable PORT is no number: {named!r}", 2)
    return int(named) if given is None else given


def _provider() -> Any:
    from chatkit_agents.providers import ProviderError, choose  # noqa: PLC0415 - an extra

    try:
        return choose()
    except ProviderError as error:
        raise Failure(str(error), 2) from None


def _app(data: str, provider: Any) -> Any:
    from chatkit_agents.demo_app import demo_app  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.stores import store_at  # noqa: PLC0415 - an extra

    return demo_app(store=store_at(data), provider=provider, allow_origin_regex=LOCAL_PAGES)


def _command() -> str:
    """Spell this command so that it works where it was typed: by its path, if it is not on the search path."""
    name = "chatkit-wire"
    here = Path(sys.argv[0])
    return name if here.name != name or shutil.which(name) else os.path.relpath(here)


def _tell(listener: Any, data: str, provider: Any) -> None:
    from chatkit_conformance.cli.listening import address  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.stores import shown  # noqa: PLC0415 - an extra
    from chatkit_server.app import ENDPOINT  # noqa: PLC0415 - an extra

    url = f"{address(listener)}{ENDPOINT}"
    say(f"ChatKit backend at  {url}")
    say(f"threads are kept in {shown(data)}")
    say(f"model               {provider.describe()}")
    say()
    say("Say hello:")
    say(f"  curl -N {url} -H 'content-type: application/json' -d '{HELLO}'")
    say("Talk to it (it understands /help):")
    say(f"  {_command()} chat {url}")
    say()
    say("Ctrl-C stops it.")
