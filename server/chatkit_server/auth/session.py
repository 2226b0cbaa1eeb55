"""A signed session cookie, for a page that signs its users in itself.

A browser adds cookies to whatever any page sends, so a cookie alone proves nothing (cross-site request forgery). A
request with the cookie must also carry the header `chatkit-csrf`, with any value: a page elsewhere cannot add it
without being asked about in a preflight, which only listed origins pass. And where the browser says which page sends
the request, it must be one of the server's own host, or a listed one.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Literal

from joserfc import jwt
from starlette.requests import Request
from starlette.responses import Response

from chatkit_protocol.codec import RequestError
from chatkit_server.auth.claims import Reading, fits
from chatkit_server.auth.keys import Secrets
from chatkit_server.auth.tokens import Checks, Rejected
from chatkit_server.context import Context
from chatkit_server.guarding import Origins

CSRF_HEADER = "chatkit-csrf"
AUDIENCE = "chatkit-session"
"""Keeps tokens that another part of the app signs with the same secret from being taken for sessions."""
SCHEME = "Cookie"
FORTNIGHT = 14 * 24 * 3600


class SessionCookie:
    """Tells who asks by a cookie, and gives that cookie. For `create_app(identify=…)`.

    It holds no more than who the user is, signed and not encrypted, and nothing is kept on the server: a session ends
    when it expires, or all do when the secret is no longer believed.
    """

    def __init__(self, secrets: Secrets, *, origins: Origins, lifetime: int, secure: bool) -> None:
        self._secrets = secrets
        self._origins = origins
        self._lifetime = lifetime
        self._secure = secure
        self._checks = Checks(issuer=AUDIENCE, audience=AUDIENCE, leeway=0)
        self._reading = Reading(tenant="tenant", tenantless=True)
        # Browsers accept the prefix only from this very host, over https and for all paths.
        self.name = "__Host-chatkit" if secure else "chatkit"

    async def __call__(self, http: Request) -> Context:
        """Give who asks. Raises Rejected, and RequestError when another page may have sent the request."""
        token = http.cookies.get(self.name)
        if not token:
            raise Rejected("missing", scheme=SCHEME)
        claims = await self._checks.claims(token, self._secrets, scheme=SCHEME)
        self._hold_to_our_pages(http)
        return self._reading.context(claims, http, scheme=SCHEME)

    def _hold_to_our_pages(self, http: Request) -> None:
        elsewhere = http.headers.get("sec-fetch-site") == "cross-site" and "origin" not in http.headers
        if elsewhere or not http.headers.get(CSRF_HEADER) or not self._origins.allow(http.headers):
            raise RequestError(
                f"the header {CSRF_HEADER} of one of our own pages is missing", code="forbidden", reason="csrf"
            )

    def sign_in(
        self, response: Response, user: str, *, tenant: str = "", scopes: Iterable[str] = (), locale: str = ""
    ) -> None:
        """Set the cookie on a response; the app has made sure who the user is. Raises ValueError for an unfit name."""
        Context(user=user, tenant=tenant)
        if not fits(user) or not fits(tenant):
            raise ValueError("a name has at most 512 characters, and none that cannot be kept")
        now = int(time.time())
        claims = {"iss": AUDIENCE, "aud": AUDIENCE, "sub": user, "iat": now, "exp": now + self._lifetime}
        claims |= {"tenant": tenant, "scope": " ".join(sorted(scopes)), "locale": locale}
        token = jwt.encode({"alg": "HS256"}, claims, self._secrets.keys[0])
        response.set_cookie(
            self.name,
            token,
            max_age=self._lifetime,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite=self._same_site,
        )

    def sign_out(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite=self._same_site)

    @property
    def _same_site(self) -> Literal["lax", "none"]:
        """Pages of other origins get the cookie only when some are listed."""
        return "none" if self._secure and self._origins.restricted else "lax"


def session_cookie(
    secret: str | Sequence[str],
    *,
    origins: Sequence[str] = (),
    lifetime: int = FORTNIGHT,
    secure: bool = True,
) -> SessionCookie:
    """Believe a cookie that this app has set.

    Args:
        secret: signs it; at least 32 bytes. Of several the first signs and all are believed.
        origins: pages of other hosts that may call with the cookie; the same list as `create_app(allow_origins=…)`,
            which needs `allow_credentials=True` then.
        lifetime: seconds until the user has to sign in again.
        secure: whether the cookie is for https only; False is for http on this machine.

    Raises:
        ValueError: for a secret that is too short, or `*` among the origins.
    """
    listed = Origins(origins)
    if listed.any:
        raise ValueError("cookies are for listed origins only, not for `*`")
    return SessionCookie(Secrets(secret), origins=listed, lifetime=lifetime, secure=secure)
