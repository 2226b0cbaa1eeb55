"""Every request gets an id, and the observers hear when it begins and ends."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_server.observing.call import REQUEST_ID, Call, Observer, current
from chatkit_server.sending import BODIES

STATUS_OF_A_CRASH = 500


class Observed:
    """An ASGI middleware: puts the request's id into the reply, and a Call into `current`.

    Without observers that is all it does.
    """

    def __init__(self, app: ASGIApp, observers: Iterable[Observer] = ()) -> None:
        self._app = app
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(scope["method"], scope["path"], headers)
        call.observers = self._observers
        token = current.set(call)
        call.tell(lambda observer: observer.began(call))
        exchange = _Exchange(call, receive, send)
        scope[BODIES] = exchange.send
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BaseException:
            call.status = call.status or STATUS_OF_A_CRASH
            raise
        finally:
            call.tell(lambda observer: observer.ended(call))
            current.reset(token)
            scope.pop(BODIES, None)  # it leads back to the scope, by way of the server; an app within may have done it


class _Exchange:
    """Listens in on what is received and sent."""

    def __init__(self, call: Call, receive: Receive, send: Send) -> None:
        self._call = call
        self._receive = receive
        self._send = send
        self._complete = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self._complete:
            self._call.gone = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._call.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), _own(self._call)]}
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._complete = True
        try:
            await self._send(message)
        except OSError:  # ASGI 2.4: the client is gone
            self._call.gone = True
            raise


def _own(call: Call) -> tuple[bytes, bytes]:
    return REQUEST_ID.encode(), call.id.encode()
