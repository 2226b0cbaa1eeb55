"""A page and a proxy behind one address: what is the page's goes there, everything else to the server behind."""

from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = "/inspector/"
READING = ("GET", "HEAD")


class Front:
    """An ASGI app of two: reading `/` and what is below `/inspector/` is the page's."""

    def __init__(self, page: ASGIApp, behind: ASGIApp) -> None:
        self._page = page
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to where it belongs."""
        app = self._page if _is_of_page(scope) else self._behind
        await app(scope, receive, send)


def _is_of_page(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    path: str = scope["path"]
    return path.startswith(FOLDER) or (path == "/" and scope["method"] in READING)
