"""The test bed behind a real server, with what some rules need beside it, each at an address of its own."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.routing import Mount

from chatkit_conformance.testbed.app import Obedient, scripted_app
from chatkit_protocol import WidgetItem
from chatkit_server import Answer, Store, Turn, action, create_app
from chatkit_server.errors import Unauthorized
from support.live import live

Wrap = Callable[[Any], Any]


class Peek:
    """Tells what the store holds, hidden items too; marks a widget that sends an action."""

    async def respond(self, turn: Turn) -> Answer:
        yield turn.notice("nothing to say")

    @action("peek")
    async def peek(self, turn: Turn, _payload: Any) -> Answer:
        yield turn.notice(" ".join(str(item.__struct_config__.tag) for item in await turn.history()))

    @action("mark")
    async def mark(self, turn: Turn, _payload: Any) -> WidgetItem | None:
        if turn.sender:
            turn.sender.copy_text = "marked"
        return turn.sender


def by_header(http: Request) -> str:
    user = http.headers.get("authorization")
    if not user:
        raise Unauthorized
    return user


@contextlib.contextmanager
def served(store: Store, wrap: Wrap = lambda app: app) -> Iterator[int]:
    """Serve the test bed on `store`; `wrap` may put something broken in front of it."""
    app = scripted_app(store)
    app.router.routes += [
        Mount("/peek", create_app(Peek(), store=store)),
        Mount("/guarded", create_app(Obedient(), store=store, identify=by_header)),
        Mount("/pinging", create_app(Obedient(), store=store, ping=0.05)),
        Mount("/bare", create_app(Peek(), store=store)),
    ]
    with live(wrap(app)) as port:
        yield port
