"""Addresses that say of themselves what may be done with them, and until when; nobody else can make one."""

import time
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError

from chatkit_protocol.codec import RequestError
from chatkit_server.auth.keys import Secrets

Use = Literal["upload", "download", "preview"]
AUDIENCE = "chatkit-files"


class Signed(NamedTuple):
    """What an address is good for."""

    key: str
    """Which file: the folder of its owner and its id."""
    use: Use


class Signer:
    """Makes and reads the last part of addresses."""

    def __init__(self, secret: str | Sequence[str], now: Callable[[], float] = time.time) -> None:
        self._keys = Secrets(secret).keys
        self._now = now

    def sign(self, key: str, use: Use, seconds: float) -> str:
        """Make the part of an address that lets whoever has it use one file in one way for so long."""
        claims = {"aud": AUDIENCE, "file": key, "use": use, "exp": int(self._now() + seconds)}
        return jwt.encode({"alg": "HS256"}, claims, self._keys[0])

    def read(self, token: str, *uses: Use) -> Signed:
        """Read it. Raises RequestError: `forbidden`, whose reason is `expired` or `signature`."""
        for key in self._keys:
            try:
                claims = jwt.decode(token, key, algorithms=["HS256"]).claims
                jwt.JWTClaimsRegistry(now=lambda: int(self._now()), exp={"essential": True}).validate(claims)
            except ExpiredTokenError:
                raise RequestError("this address has expired", code="forbidden", reason="expired") from None
            except (JoseError, ValueError, TypeError):
                continue
            if claims.get("aud") == AUDIENCE and claims.get("use") in uses:
                return Signed(claims["file"], claims["use"])
        raise RequestError("this address is not ours", code="forbidden", reason="signature")
