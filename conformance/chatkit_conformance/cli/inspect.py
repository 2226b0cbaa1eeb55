"""Put the inspector in front of any backend: a page with a chat on its left, and the wire on its right.

Open the address that is printed. What the page says goes to the backend through a proxy on this machine; point another
client at the address, and the page shows what that one says, too. The rules of the protocol are held against all of it.
"""

import argparse
from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.cli.addresses import wanted
from chatkit_conformance.cli.terminal import say

EXAMPLE = """\
  chatkit-wire inspect --upstream http://127.0.0.1:8000
  chatkit-wire inspect --upstream https://example.com/api/chatkit --port 9000"""

PORT = 8041
CLOSING_SECONDS = 1.0
"""A page that listens never ends by itself."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--upstream",
        required=True,
        metavar="URL",
        help="the backend, e.g. http://127.0.0.1:8000; with a path, that of its endpoint (default: /chatkit/api)",
    )
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port on 127.0.0.1 (default: {PORT})")
    parser.add_argument("--revision", metavar="R", help="the revision of the protocol that the server speaks, e.g. 1.4")


def run(options: argparse.Namespace) -> int:
    """Show and pass on until interrupted."""
    from chatkit_conformance.cli.listening import address, listen, run  # noqa: PLC0415 - an extra
    from chatkit_server.app import ENDPOINT  # noqa: PLC0415 - an extra

    server, endpoint = _upstream(options.upstream, ENDPOINT)
    listener = listen("127.0.0.1", options.port)
    say(f"inspector at        {address(listener)}/")
    say(f"in front of         {server}{endpoint}")
    say(f"other clients, too  {address(listener)}{endpoint}")
    say()
    say("Ctrl-C stops it.")
    app = front(server, endpoint, revision=options.revision)
    return run(app, listener, log_level="critical", closing_seconds=CLOSING_SECONDS, saving_seconds=0)


def front(server: str, endpoint: str, *, revision: str | None = None) -> Any:
    """Make the app: the page, its tools, and the proxy.

    Args:
        server: the origin of the backend.
        endpoint: the path of its endpoint.
        revision: of the protocol, which it is held against.
    """
    from starlette.applications import Starlette  # noqa: PLC0415 - an extra
    from starlette.middleware import Middleware  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.settings.table import LOCAL_HOSTS, LOCAL_PAGES  # noqa: PLC0415 - as the others
    from chatkit_conformance.inspecting.feed import OWN, Feed  # noqa: PLC0415 - as the others
    from chatkit_conformance.inspecting.front import Front  # noqa: PLC0415 - as the others
    from chatkit_conformance.inspecting.tools import tool_routes  # noqa: PLC0415 - as the others
    from chatkit_conformance.recorder.proxy import Proxy  # noqa: PLC0415 - an extra
    from chatkit_server.guarding import Guard, Origins  # noqa: PLC0415 - an extra
    from chatkit_server.inspector import Inspector  # noqa: PLC0415 - an extra

    feed = Feed()
    inspector = Inspector(
        title=f"ChatKit inspector · {urlsplit(server).netloc}",
        connect=[server],
        images=[server],
        tools=[*tool_routes(revision=revision), feed.route()],
    )
    guard = Middleware(Guard, hosts=LOCAL_HOSTS, origins=Origins((), LOCAL_PAGES))
    page = Starlette(routes=inspector.routes(endpoint), middleware=[guard])
    proxy = Proxy(server, lambda _exchange: None, watch=feed, unwatched=OWN)
    return Front(page, proxy.app())


def _upstream(url: str, usual: str) -> tuple[str, str]:
    place = wanted("--upstream", url, "http://127.0.0.1:8000")
    return f"{place.scheme}://{place.netloc}", place.path.rstrip("/") or usual
