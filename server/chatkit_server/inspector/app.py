"""The inspector's page as routes: its files, what it is told about its server, and a policy that no script gets around.

Nothing is built and nothing is fetched from elsewhere: what a browser loads are the files of the folder `page`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

PAGE = Path(__file__).parent / "page"
FOLDER = "/inspector"
"""Where everything but the page itself is served, beside the endpoint."""
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served, and as what; a browser that is told `nosniff` believes nothing else."""
_POLICY = (
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("font-src", "'self'"),
    ("media-src", "blob:"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
    ("require-trusted-types-for", "'script'"),
    ("trusted-types", "'none'"),
)


class Inspector:
    """The page for `create_app(…, inspector=Inspector())`, which serves it at `GET /`.

    Whoever reaches it can hold conversations as far as the endpoint lets them, so it is off unless asked for.

    Args:
        title: what the page calls itself.
        connect: origins that the page may call besides its own, such as one that files are uploaded to.
        images: origins, or schemes such as `https:`, from which the page may load images besides its own.
        settings: what the page starts with until the user chooses something else, by the names of its settings.
        tools: what the page may ask its server for besides, as routes below `/inspector`: `/lint`, `/read`, `/live`.
    """

    def __init__(
        self,
        *,
        title: str = "ChatKit inspector",
        connect: Sequence[str] = (),
        images: Sequence[str] = (),
        settings: Mapping[str, Any] | None = None,
        tools: Sequence[Route] = (),
    ) -> None:
        names = [tool.path.lstrip("/") for tool in tools]
        self._told = {"title": title, "images": list(images), "settings": dict(settings or {}), "tools": names}
        self._tools = tools
        self._policy = policy(connect, images)
        self._files = {str(path.relative_to(PAGE)): path for path in PAGE.rglob("*") if path.suffix in MEDIA}

    def routes(self, endpoint: str) -> list[BaseRoute]:
        """Give the routes of the page for an endpoint at this path of the same app."""
        told = msgspec.json.encode({"endpoint": endpoint.lstrip("/"), **self._told})

        async def config(http: Request) -> Response:
            return _reply(http, told, {"content-type": "application/json"})

        beside = [Route("/config.json", config), *self._tools, Route("/{name:path}", self._file)]
        return [Route("/", self._page), Mount(FOLDER, routes=beside)]

    async def _page(self, http: Request) -> Response:
        return self._send(http, "index.html")

    async def _file(self, http: Request) -> Response:
        name = http.path_params["name"]
        if name not in self._files:
            return Response("there is no such file\n", HTTPStatus.NOT_FOUND, media_type="text/plain")
        return self._send(http, name)

    def _send(self, http: Request, name: str) -> Response:
        path = self._files[name]
        headers = {"content-type": MEDIA[path.suffix], "content-security-policy": self._policy}
        return _reply(http, path.read_bytes(), headers)


def policy(connect: Sequence[str] = (), images: Sequence[str] = ()) -> str:
    """Write the Content-Security-Policy: scripts and styles are files of this server, and nobody frames the page."""
    rows = (
        *_POLICY,
        ("connect-src", " ".join(("'self'", *connect))),
        ("img-src", " ".join(("'self'", "blob:", "data:", *images))),
    )
    return "; ".join(f"{name} {value}" for name, value in rows)


def _reply(http: Request, body: bytes, headers: Mapping[str, str]) -> Response:
    """Send a body, or 304 to who has it: browsers ask each time, so that a page is never older than its server."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = {"etag": tag, "cache-control": "no-cache", **headers}
    known = [part.strip().removeprefix("W/") for part in http.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
    return Response(body, headers=kept)
