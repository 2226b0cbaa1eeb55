"""From the claims of a token to a Context: who, of which tenant, what they may do, in which language."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from starlette.requests import Request

from chatkit_protocol.codec import RequestError
from chatkit_server.auth.tokens import Rejected
from chatkit_server.context import SEPARATOR, Context, first_locale

LONGEST_NAME = 512
"""Characters. OpenID Connect Core 1.0, section 2: a `sub` "MUST NOT exceed 255 ASCII characters"; some do."""


class Reading(Struct, frozen=True, kw_only=True):
    """Which claims tell who somebody is."""

    user: str = "sub"
    tenant: str | None = None
    """Once it is named, a token without it is not believed, so that nobody falls out of their tenant."""
    tenantless: bool = False
    """Whether there may be users of no tenant all the same."""
    scopes: frozenset[str] = frozenset()
    """What everybody has to be allowed who asks at all."""

    def context(self, claims: dict[str, Any], http: Request, *, scheme: str = "Bearer") -> Context:
        """Make a Context. The claims are its `data`. Raises RequestError."""
        names = (claims.get(self.user), claims.get(self.tenant) if self.tenant else "")
        if not all(isinstance(name, str) for name in names):
            raise Rejected("claims", scheme=scheme)
        user, tenant = (str(name) for name in names)
        if (
            not user
            or (self.tenant and not tenant and not self.tenantless)
            or any(not fits(name) for name in (user, tenant))
        ):
            raise Rejected("claims", scheme=scheme)
        scopes = _scopes(claims, scheme)
        if not self.scopes <= scopes:
            raise RequestError("this is not allowed", code="forbidden", reason="scope")
        locale = claims.get("locale")
        return Context(
            user=user,
            tenant=tenant,
            scopes=scopes,
            # What the widget says is what the page shows; the claim is what the user once chose elsewhere.
            locale=first_locale(http.headers.get("accept-language", "")) or (locale if _is_text(locale) else None),
            data=claims,
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def fits(name: str) -> bool:
    """Tell whether a name can be kept: databases take no NUL and no half of a surrogate pair."""
    clean = SEPARATOR not in name and "\0" not in name
    return clean and len(name) <= LONGEST_NAME and name.encode(errors="replace").decode() == name


def _scopes(claims: dict[str, Any], scheme: str) -> frozenset[str]:
    """Read `scope` (RFC 8693, section 4.2: a string with spaces) or `scp`, as some issuers call it, often a list."""
    found = claims.get("scope", claims.get("scp", ""))
    parts: Iterable[Any] = found.split() if isinstance(found, str) else found if isinstance(found, list) else [None]
    if not all(isinstance(part, str) for part in parts):
        raise Rejected("claims", scheme=scheme)
    return frozenset(parts)
