"""`authorization: Bearer …`: the page's own `fetch` adds it, an issuer of your choice signs it."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request

from chatkit_server.auth.claims import Reading
from chatkit_server.auth.keys import Keys, PublishedKeys, Secrets
from chatkit_server.auth.tokens import LEEWAY, Checks, Rejected
from chatkit_server.context import Context


class Bearer:
    """Tells who asks by a bearer token (RFC 6750) that is a JWT. For `create_app(identify=…)`."""

    def __init__(self, keys: Keys, checks: Checks, reading: Reading) -> None:
        self._keys = keys
        self._checks = checks
        self._reading = reading

    async def __call__(self, http: Request) -> Context:
        """Give who asks. Raises Rejected, and RequestError for somebody known who may not."""
        scheme, _, token = http.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Rejected("missing")
        claims = await self._checks.claims(token.strip(), self._keys)
        return self._reading.context(claims, http)


def bearer(
    *,
    issuer: str | None = None,
    audience: str | None = None,
    jwks_url: str | None = None,
    secret: str | Sequence[str] | None = None,
    type: str | None = None,  # noqa: A002 - the name of the header's field
    scopes: Iterable[str] = (),
    user_claim: str = "sub",
    tenant_claim: str | None = None,
    leeway: int = LEEWAY,
) -> Bearer:
    """Believe bearer tokens of one issuer.

    Args:
        issuer: what `iss` must be, exactly. Without `jwks_url` and `secret` its keys are found by OpenID Connect
            Discovery; fetched when first needed, kept for ten minutes, fetched anew for a key that is not known.
        audience: what `aud` must be or hold: the name of this backend at the issuer. Needed unless there is a secret.
        jwks_url: where the keys are, if the issuer knows no discovery.
        secret: what tokens are signed with (HS256, HS384, HS512), at least 32 bytes; of several all are believed.
        type: what `typ` in the header must be, e.g. `at+jwt`; any unless given.
        scopes: what everybody must be allowed; otherwise 403.
        user_claim: which claim names the user.
        tenant_claim: which claim names the tenant, e.g. `org_id` or `tid`; then every token needs one.
        leeway: seconds by which clocks may differ.

    Raises:
        ValueError: when the arguments leave open whom to believe.
    """
    if secret is not None and jwks_url:
        raise ValueError("a secret or a jwks_url, not both: an algorithm belongs to one kind of key")
    if secret is None and not audience:
        raise ValueError("name the audience: the issuer signs tokens for other apps with the same keys")
    if secret is None and not (issuer or jwks_url):
        raise ValueError("name an issuer, a jwks_url or a secret")
    keys: Keys = PublishedKeys(jwks_url or "", issuer=issuer or "") if secret is None else Secrets(secret)
    checks = Checks(issuer=issuer, audience=audience, type=type.lower() if type else None, leeway=leeway)
    return Bearer(keys, checks, Reading(user=user_claim, tenant=tenant_claim, scopes=frozenset(scopes)))
