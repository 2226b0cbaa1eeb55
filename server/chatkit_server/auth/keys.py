"""Where the keys come from that signatures are checked with: a shared secret, or a JWKS that the issuer publishes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, OctKey
from joserfc.jws import JWSRegistry

from chatkit_protocol.codec import RequestError
from chatkit_server.errors import logger

SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Never together with the symmetric ones: a public key is no secret, though its bytes would do as one."""
PUBLIC = frozenset({"RSA", "EC", "OKP"})
"""The kinds of key that are read from a JWKS (RFC 7518, section 6.1; RFC 8037); a secret does not belong into one."""

SHORTEST_SECRET = 32
"""Bytes. RFC 7518, section 3.2: "A key of the same size as the hash output [...] or larger MUST be used"."""
FRESH_SECONDS = 600.0
"""How long keys are used without asking for them again; a key that was withdrawn is believed no longer than that."""
PAUSE_SECONDS = 10.0
"""Between two fetches, however many unknown keys are named meanwhile."""
STALE_SECONDS = 86_400.0
"""How long old keys are used while new ones cannot be had."""
FETCH_SECONDS = 5.0
"""How long a fetch may take in all; everyone whose key is not there yet waits for it."""
LARGEST_DOCUMENT = 1024 * 1024
OK = 200


class Keys(Protocol):
    """Gives keys to check a signature with."""

    algorithms: frozenset[str]

    async def candidates(self, header: dict[str, Any]) -> Sequence[Key]:
        """Give the keys that may have signed a token with this header; none when its `kid` is unknown."""
        ...


class Secrets:
    """Secrets that the issuer shares with the backend. The first signs and all are believed, so they can be rotated."""

    algorithms = SYMMETRIC

    def __init__(self, secrets: str | Sequence[str]) -> None:
        given = [secrets] if isinstance(secrets, str) else list(secrets)
        if not given or any(len(secret.encode()) < SHORTEST_SECRET for secret in given):
            raise ValueError(f"a secret has at least {SHORTEST_SECRET} bytes; `openssl rand -hex 32` makes one")
        self.keys = [OctKey.import_key(secret) for secret in given]

    async def candidates(self, header: dict[str, Any]) -> Sequence[Key]:  # noqa: ARG002 - secrets have no names
        """Give all of them."""
        return self.keys


class PublishedKeys:
    """The JWKS of an issuer, fetched when it is needed: at first, after `fresh` seconds, and for an unknown key."""

    algorithms = ASYMMETRIC

    def __init__(
        self,
        url: str = "",
        *,
        issuer: str = "",
        fresh: float = FRESH_SECONDS,
        pause: float = PAUSE_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        for address in filter(None, (url, issuer)):
            check_address(address)
        self._url = url
        self._issuer = issuer
        self._fresh = fresh
        self._pause = pause
        self._now = now
        self._keys: list[Key] = []
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def candidates(self, header: dict[str, Any]) -> Sequence[Key]:
        """Give the key that the header names, or every key that fits its algorithm when it names none.

        Raises:
            RequestError: `internal`, when no keys can be had.
        """
        if self._now() - self._fetched > self._fresh:
            await self._refresh()
        if not self._matching(header):
            await self._refresh()
        if not self._keys:
            raise RequestError("the keys of the issuer cannot be had", code="internal", reason="no_keys")
        return self._matching(header)

    def _matching(self, header: dict[str, Any]) -> list[Key]:
        kid, algorithm = header.get("kid"), header["alg"]
        named = (key for key in self._keys if kid is None or key.kid == kid)
        # By kind and curve, and by what the key itself says it is for (`use`, `alg`).
        return [key for key in named if JWSRegistry.filter_algorithms(key, [algorithm])]

    async def _refresh(self) -> None:
        """Fetch the keys, unless that was tried a moment ago. Who comes meanwhile waits for the same fetch."""
        asked = self._now()
        async with self._fetching:
            if self._tried >= asked or self._now() - self._tried < self._pause:
                return
            self._tried = self._now()
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    self._keys = _readable(await self._fetch())
                self._fetched = self._now()
            except Exception as error:  # noqa: BLE001 - whatever it sent, or did not: the keys from before still do
                logger.error("the keys of %s cannot be had: %r", self._url or self._issuer, error)
                if self._now() - self._fetched > STALE_SECONDS:
                    self._keys = []

    async def _fetch(self) -> Any:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
            return await _document(client, self._url or await self._discover(client))

    async def _discover(self, client: httpx.AsyncClient) -> str:
        """Ask the issuer where its keys are. OpenID Connect Discovery 1.0, section 4."""
        # It takes 30 ms, and has no types.
        from authlib.oidc.discovery import (  # type: ignore[import-untyped]  # noqa: PLC0415
            OpenIDProviderMetadata,
            get_well_known_url,
        )

        place = get_well_known_url(self._issuer, external=True)
        found = OpenIDProviderMetadata(await _document(client, place))
        # Section 4.3: the issuer in it "MUST be identical to the Issuer URL" that was asked.
        if found.issuer != self._issuer:
            raise ValueError(f"{place} says that it is the issuer {found.issuer!r}")
        check_address(found.jwks_uri or "")
        return str(found.jwks_uri)


def check_address(url: str) -> None:
    """Hold an address to https; on this machine plain http will do. Raises ValueError."""
    place = urlsplit(url)
    local = place.hostname in {"localhost", "127.0.0.1", "::1"}
    if not place.hostname or not (place.scheme == "https" or (local and place.scheme == "http")):
        raise ValueError(f"keys are fetched by https, not from {url!r}")


async def _document(client: httpx.AsyncClient, url: str) -> Any:
    async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
        if response.status_code != OK:
            raise ValueError(f"{url} answers with status {response.status_code}")
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > LARGEST_DOCUMENT:
                raise ValueError(f"{url} is too large")
    return httpx.Response(OK, content=bytes(body)).json()


def _readable(document: Any) -> list[Key]:
    """Read the public keys of a JWKS; those of kinds that are not known, and secret ones, are passed over."""
    found: list[Key] = []
    for one in document["keys"]:
        if one.get("kty") not in PUBLIC:
            continue
        try:
            found += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            logger.warning("a key of the JWKS cannot be read")
    return found
