"""A JSON Web Token is believed when every check holds; otherwise one word says which did not, and nothing more."""

from collections.abc import Sequence
from typing import Any, Literal

from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyTypeError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from msgspec import Struct

from chatkit_server.auth.keys import Keys
from chatkit_server.errors import Unauthorized

Reason = Literal[
    "missing",
    "oversized",
    "malformed",
    "algorithm",
    "unknown_key",
    "signature",
    "type",
    "issuer",
    "audience",
    "expired",
    "not_yet_valid",
    "claims",
]
WORDS: dict[Reason, str] = {
    "missing": "sign in first",
    "oversized": "the token is too large",
    "malformed": "the token cannot be read",
    "algorithm": "the token is signed in a way that is not accepted here",
    "unknown_key": "the token is signed with an unknown key",
    "signature": "the token's signature is wrong",
    "type": "the token is of another type",
    "issuer": "the token is from another issuer",
    "audience": "the token is for somebody else",
    "expired": "the token has expired",
    "not_yet_valid": "the token is not valid yet",
    "claims": "the token lacks a claim, or has one of a wrong type",
}
LARGEST_TOKEN = 8192
"""Bytes; servers and proxies take no larger header."""
LEEWAY = 30
"""Seconds by which clocks may differ."""


class Rejected(Unauthorized):
    """The credentials are not believed. RFC 6750, section 3.1, says how a bearer token's fault is told."""

    def __init__(self, reason: Reason, *, scheme: str = "Bearer") -> None:
        told = "" if reason == "missing" else f' error="invalid_token", error_description="{reason}"'
        super().__init__(WORDS[reason], challenge=scheme + told, reason=reason)


class Checks(Struct, frozen=True, kw_only=True):
    """What a token must say."""

    issuer: str | None = None
    audience: str | None = None
    type: str | None = None
    """Of the header's `typ`, e.g. `at+jwt` (RFC 9068), which keeps ID tokens out."""
    leeway: int = LEEWAY

    async def claims(self, token: str, keys: Keys, *, scheme: str = "Bearer") -> dict[str, Any]:
        """Give the claims of a token that is believed. Raises Rejected."""
        try:
            return await self._claims(token, keys)
        except Rejected as error:
            raise Rejected(error.reason, scheme=scheme) from None  # type: ignore[arg-type]  # it was one before

    async def _claims(self, token: str, keys: Keys) -> dict[str, Any]:
        if len(token) > LARGEST_TOKEN:
            raise Rejected("oversized")
        header = _header(token)
        if header.get("alg") not in keys.algorithms:
            raise Rejected("algorithm")
        candidates = await keys.candidates(header)
        if not candidates:
            raise Rejected("unknown_key")
        if self.type and str(header.get("typ")).lower().removeprefix("application/") != self.type:
            raise Rejected("type")
        claims = _signed(token, candidates, keys.algorithms)
        self._hold(claims)
        return claims

    def _hold(self, claims: dict[str, Any]) -> None:
        """Hold the registered claims against what is wanted. RFC 7519, section 4.1."""
        wanted: dict[str, Any] = {"exp": {"essential": True}, "sub": {"essential": True}}
        for name, value in (("iss", self.issuer), ("aud", self.audience)):
            if value:
                wanted[name] = {"essential": True, "value": value}
        try:
            jwt.JWTClaimsRegistry(leeway=self.leeway, **wanted).validate(claims)
        except ExpiredTokenError:
            raise Rejected("expired") from None
        except MissingClaimError as error:
            raise Rejected(_FAULTS.get(_claim(error), "claims")) from None
        except InvalidClaimError as error:
            raise Rejected(_of_value(_claim(error), claims)) from None


_TYPES: dict[str, tuple[type, ...]] = {"iss": (str,), "aud": (str, list), "nbf": (int, float), "iat": (int, float)}
_FAULTS: dict[str, Reason] = {"iss": "issuer", "aud": "audience", "nbf": "not_yet_valid", "iat": "not_yet_valid"}


def _claim(error: MissingClaimError | InvalidClaimError) -> str:
    """Name the claim at fault; of several missing ones, the first."""
    return str(error.claim).partition(",")[0]


def _of_value(name: str, claims: dict[str, Any]) -> Reason:
    """Tell a wrong value from one of a wrong type."""
    value = claims.get(name)
    right = isinstance(value, _TYPES.get(name, ())) and not isinstance(value, bool)
    return _FAULTS.get(name, "claims") if right else "claims"


class _Registry(JWSRegistry):
    """What joserfc holds signatures against, but for two habits of issuers."""

    max_header_length = LARGEST_TOKEN
    """With certificates in it (`x5c`) a header is long."""

    def get_alg(self, name: str) -> Any:
        """Give an algorithm; `EdDSA`, which RFC 9864 calls `Ed25519`, is what most say, and no cause to warn."""
        return self.algorithms[name] if name == "EdDSA" and name in (self.allowed or ()) else super().get_alg(name)


def _header(token: str) -> dict[str, Any]:
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=_Registry()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise Rejected("malformed") from None
    if not isinstance(header.get("alg"), str) or not all(
        isinstance(header.get(name, ""), str) for name in ("kid", "typ")
    ):
        raise Rejected("malformed")
    return header


def _signed(token: str, candidates: Sequence[Key], algorithms: frozenset[str]) -> dict[str, Any]:
    """Give the claims once one of the keys fits the signature."""
    # Issuers add fields to the header that mean nothing here; `crit` is still obeyed.
    registry = _Registry(algorithms=algorithms, strict_check_header=False)
    for key in candidates:
        try:
            return jwt.decode(token, key, registry=registry).claims
        except (BadSignatureError, InvalidKeyTypeError):  # the latter: an X25519 key is of the kind, and signs nothing
            continue
        except (JoseError, ValueError, TypeError, RecursionError):
            raise Rejected("malformed") from None
    raise Rejected("signature")
