"""Who may: a table of tokens that are not believed, each with its reason; what those that are believed tell."""

import asyncio
import base64
import functools
import hmac
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chatkit_server import Answer, Turn, create_app, everyone
from chatkit_server.auth import bearer, session_cookie
from chatkit_server.auth.keys import PublishedKeys
from chatkit_server.auth.tokens import WORDS
from support.live import live
from support.wire import Reply, Wire

SECRET = "0123456789abcdef0123456789abcdef"
AUDIENCE = "chat"
ISSUER = "https://login.example.com"
NAMELESS: dict[str, Any] = {"typ": "JWT"}
"""A header that does not say which key."""
NOW = int(time.time())
"""When the tests were collected; a run takes less than the hour for which the tokens hold."""
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": NOW + 3600}
RSA, OTHER_RSA = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("rsa", "rsa"))
EC = ECKey.generate_key("P-256", {"kid": "ec"})
WIDE = ECKey.generate_key("P-384", {"kid": "wide"})
FOR_AGREEMENT = OKPKey.generate_key("X25519", {"kid": "x"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
FOR_ENCRYPTION = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
MISUSED = RSAKey.import_key(FOR_ENCRYPTION.as_dict(private=True) | {"use": "sig"})
UNKNOWN = RSAKey.generate_key(2048, {"kid": "unknown"})


async def tell(turn: Turn) -> Answer:
    context = turn.context
    yield turn.say(json.dumps([context.user, context.tenant, sorted(context.scopes), context.locale]))


def told(reply: Reply) -> list[Any]:
    found: list[Any] = json.loads(reply.raw_events[-1]["item"]["content"][0]["text"])
    return found


async def drops() -> AsyncIterator[bytes]:
    """Give keys so slowly that no read times out and it takes long all the same."""
    for letter in json.dumps({"keys": [RSA.as_dict(private=False)]})[:20]:
        yield letter.encode()
        await asyncio.sleep(0.1)


class Issuer:
    """Publishes its keys, counts who asks, and can be out of order."""

    def __init__(self) -> None:
        self.keys: list[Any] = [RSA, EC, WIDE, FOR_AGREEMENT, ED, FOR_ENCRYPTION]
        self.asked = 0
        self.body: Any = None
        self.status = 200
        self.delay = 0.0
        self.drips = False

    async def jwks(self, _http: Request) -> Response:
        self.asked += 1
        if self.delay:
            threading.Event().wait(self.delay)
        if self.drips:
            return StreamingResponse(drops(), media_type="application/json")
        public = [key.as_dict(private=False) for key in self.keys]
        foreign = [{"kty": "AKP", "kid": "later"}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}]
        return JSONResponse({"keys": [*foreign, *public]} if self.body is None else self.body, status_code=self.status)


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[Issuer, str]]:
    issuer = Issuer()
    with live(Starlette(routes=[Route("/jwks", issuer.jwks)])) as port:
        yield issuer, f"http://127.0.0.1:{port}/jwks"


@pytest.fixture(scope="module")
def published(issuer: tuple[Issuer, str]) -> Iterator[Wire]:
    identify = bearer(issuer=ISSUER, audience=AUDIENCE, jwks_url=issuer[1], tenant_claim="org")
    with live(create_app(tell, identify=identify)) as port:
        yield Wire(port)


@pytest.fixture(scope="module")
def shared() -> Iterator[Wire]:
    with live(create_app(tell, identify=bearer(secret=SECRET, issuer=ISSUER, audience=AUDIENCE))) as port:
        yield Wire(port)


def sign(key: Any = RSA, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    given = {name: value for name, value in (CLAIMS | {"org": "acme"} | claims).items() if value is not None}
    kid = {"kid": key.kid} if key.kid and header != NAMELESS else {}
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg} | kid | (header or {}), given, key, registry=registry)


def eddsa(header: dict[str, Any]) -> str:
    """Sign as most issuers with such a key do; joserfc would warn of the name."""
    parts = raw(header, CLAIMS | {"org": "acme"}).rpartition(".")[0]
    return f"{parts}.{base64.urlsafe_b64encode(ED.private_key.sign(parts.encode())).decode().rstrip('=')}"


def spelled(**claims: Any) -> str:
    """Sign claims spelled in ASCII, so that anything can be said."""
    payload = json.dumps(CLAIMS | {"org": "acme"} | claims).encode()
    return jws.serialize_compact({"alg": "RS256", "kid": "rsa"}, payload, RSA)


def secretly(**claims: Any) -> str:
    return sign(OctKey.import_key(SECRET), "HS256", **claims)


def raw(header: Any, payload: Any, signature: bytes = b"x") -> str:
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload, signature))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def confused() -> str:
    """Sign with the public key of the issuer, as if it were a shared secret."""
    head, payload, _ = raw({"alg": "HS256", "kid": "rsa"}, CLAIMS | {"org": "acme"}).split(".")
    mac = hmac.digest(RSA.as_pem(private=False), f"{head}.{payload}".encode(), "sha256")
    return f"{head}.{payload}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def altered() -> str:
    head, _, signature = sign().split(".")
    payload = base64.urlsafe_b64encode(json.dumps(CLAIMS | {"sub": "bob", "org": "acme"}).encode()).decode().rstrip("=")
    return f"{head}.{payload}.{signature}"


NOT_BELIEVED: list[Any] = [
    pytest.param(raw({"alg": "none"}, CLAIMS, b""), "algorithm", id="none"),
    pytest.param(raw({"alg": "None"}, CLAIMS, b""), "algorithm", id="none in another spelling"),
    pytest.param(raw({"alg": "none", "kid": "rsa"}, CLAIMS, b""), "algorithm", id="none with a known key"),
    pytest.param(confused(), "algorithm", id="the public key taken for a secret"),
    pytest.param(secretly(), "algorithm", id="a secret where keys are published"),
    pytest.param(raw({"alg": "RS1", "kid": "rsa"}, CLAIMS), "algorithm", id="a broken algorithm"),
    pytest.param(raw({"alg": ["RS256"]}, CLAIMS), "malformed", id="a list of algorithms"),
    pytest.param(raw({"kid": "rsa"}, CLAIMS), "malformed", id="no algorithm"),
    pytest.param(sign(EC, "ES256", {"kid": "rsa"}), "unknown_key", id="the key of another kind"),
    pytest.param(sign(EC, "ES256", {"kid": "wide"}), "unknown_key", id="the key of another curve"),
    pytest.param(raw({"alg": "EdDSA", "kid": "x"}, CLAIMS), "signature", id="a key that signs nothing"),
    pytest.param(sign(UNKNOWN), "unknown_key", id="unknown key"),
    pytest.param(sign(MISUSED), "unknown_key", id="a key for encryption"),
    pytest.param(sign(OTHER_RSA), "signature", id="another key under a known name"),
    pytest.param(altered(), "signature", id="altered"),
    pytest.param(sign(iss="https://login.example.com/"), "issuer", id="almost the issuer"),
    pytest.param(sign(iss="https://evil.example"), "issuer", id="another issuer"),
    pytest.param(sign(iss=None), "issuer", id="no issuer"),
    pytest.param(sign(iss=7), "claims", id="an issuer that is no text"),
    pytest.param(sign(aud="other"), "audience", id="another audience"),
    pytest.param(sign(aud=["other", "chat2"]), "audience", id="other audiences"),
    pytest.param(sign(aud=None), "audience", id="no audience"),
    pytest.param(sign(aud={"chat": True}), "claims", id="an audience that is an object"),
    pytest.param(sign(aud=[["chat"]]), "audience", id="an audience in a list in a list"),
    pytest.param(sign(exp=NOW - 3600), "expired", id="expired"),
    pytest.param(sign(exp=None), "claims", id="without an end"),
    pytest.param(sign(exp="9999999999"), "claims", id="an end that is text"),
    pytest.param(sign(exp=True), "claims", id="an end that is true"),
    pytest.param(raw({"alg": "RS256", "kid": "rsa"}, b'{"exp":NaN}'), "signature", id="an end that is no number"),
    pytest.param(sign(exp=float("nan")), "claims", id="an end that is no number, signed"),
    pytest.param(sign(exp=float("inf")), "claims", id="an end that never comes"),
    pytest.param(sign(nbf=NOW + 3600), "not_yet_valid", id="not yet valid"),
    pytest.param(sign(iat=NOW + 3600), "not_yet_valid", id="from the future"),
    pytest.param(sign(nbf="soon"), "claims", id="a beginning that is text"),
    pytest.param(sign(sub=None), "claims", id="nobody"),
    pytest.param(sign(sub=""), "claims", id="a name of no letters"),
    pytest.param(sign(sub=7), "claims", id="a name that is a number"),
    pytest.param(sign(sub=["ann"]), "claims", id="a list of names"),
    pytest.param(sign(sub="acme\x1fann"), "claims", id="a name that reaches into a tenant"),
    pytest.param(sign(sub="ann\0"), "claims", id="a name with NUL"),
    pytest.param(spelled(sub="\ud800"), "claims", id="half a letter"),
    pytest.param(sign(sub="a" * 513), "claims", id="a very long name"),
    pytest.param(sign(org=None), "claims", id="no tenant"),
    pytest.param(sign(org=""), "claims", id="a tenant of no letters"),
    pytest.param(sign(org={"id": "acme"}), "claims", id="a tenant that is an object"),
    pytest.param(sign(scope=7), "claims", id="scopes that are a number"),
    pytest.param(sign(scope=["a", 7]), "claims", id="a scope that is a number"),
    pytest.param(sign(filler="x" * 9000), "oversized", id="oversized"),
    pytest.param("x" * 9000, "oversized", id="oversized garbage"),
    pytest.param("garbage", "malformed", id="garbage"),
    pytest.param("a.b.c", "malformed", id="three times garbage"),
    pytest.param("..", "malformed", id="nothing in three parts"),
    pytest.param("a.b.c.d.e", "malformed", id="encrypted"),
    pytest.param(raw(b"\xff\xfe", CLAIMS), "malformed", id="a header that is no text"),
    pytest.param(raw([], CLAIMS), "malformed", id="a header that is a list"),
    pytest.param(raw({"alg": "RS256", "kid": 7}, CLAIMS), "malformed", id="a key's name that is a number"),
    pytest.param(
        raw({"alg": "RS256", "kid": "rsa", "crit": ["exp"], "exp": 1}, CLAIMS),
        "malformed",
        id="a critical field that is not understood",
    ),
    pytest.param(sign() + "x", "signature", id="something behind it"),
    pytest.param("", "missing", id="none at all"),
]


@pytest.mark.parametrize(("token", "reason"), NOT_BELIEVED)
def test_what_is_not_believed_is_refused_with_a_reason_and_nothing_more(
    published: Wire, token: str, reason: str
) -> None:
    refused = published.post(b"not even JSON", {"authorization": f"Bearer {token}"})
    assert refused.status == 401
    assert refused.json == {"message": WORDS[reason], "code": "unauthorized", "reason": reason}  # type: ignore[index]
    fault = "" if reason == "missing" else f' error="invalid_token", error_description="{reason}"'
    assert refused.headers["www-authenticate"] == f"Bearer{fault}"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="none"),
        pytest.param("Basic YW5uOmFubg==", id="another scheme"),
        pytest.param("Bearer", id="no token"),
        pytest.param(sign(), id="no scheme"),
    ],
)
def test_without_a_bearer_token_one_is_asked_for(published: Wire, header: str | None) -> None:
    refused = published.post({"type": "threads.list"}, {"authorization": header} if header else None)
    assert (refused.status, refused.json["reason"]) == (401, "missing")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_the_secret_is_no_key_of_another_kind(shared: Wire) -> None:
    for token in (sign(), sign(EC, "ES256"), confused()):
        refused = shared.post(b"", {"authorization": f"Bearer {token}"})
        assert refused.json["reason"] in {"algorithm", "signature"}


BELIEVED: list[Any] = [
    pytest.param(sign(), ["ann", "acme", [], None], id="RS256"),
    pytest.param(sign(alg="PS512"), ["ann", "acme", [], None], id="PS512"),
    pytest.param(sign(EC, "ES256"), ["ann", "acme", [], None], id="ES256"),
    pytest.param(sign(ED, "Ed25519"), ["ann", "acme", [], None], id="Ed25519"),
    pytest.param(eddsa({"alg": "EdDSA", "kid": "ed"}), ["ann", "acme", [], None], id="EdDSA"),
    pytest.param(eddsa({"alg": "EdDSA"}), ["ann", "acme", [], None], id="EdDSA beside a key that signs nothing"),
    pytest.param(sign(WIDE, "ES384", NAMELESS), ["ann", "acme", [], None], id="the second of two curves, unnamed"),
    pytest.param(sign(header={"x5c": ["MIIC" * 500]}), ["ann", "acme", [], None], id="certificates in the header"),
    pytest.param(sign(header={"x5t": "a", "nonce": "b"}), ["ann", "acme", [], None], id="fields that say nothing here"),
    pytest.param(sign(aud=["other", "chat"]), ["ann", "acme", [], None], id="one audience of several"),
    pytest.param(sign(exp=NOW + 3600.5), ["ann", "acme", [], None], id="parts of a second"),
    pytest.param(sign(scope="chat files"), ["ann", "acme", ["chat", "files"], None], id="scope"),
    pytest.param(sign(scp=["chat"]), ["ann", "acme", ["chat"], None], id="scp"),
    pytest.param(sign(locale="fr-CA"), ["ann", "acme", [], "fr-CA"], id="locale"),
    pytest.param(sign(locale=7), ["ann", "acme", [], None], id="a locale that is none"),
    pytest.param(sign(sub="../Ännchen 🎉"), ["../Ännchen 🎉", "acme", [], None], id="any other name"),
]


@pytest.mark.parametrize(("token", "who"), BELIEVED)
def test_what_a_token_tells(published: Wire, token: str, who: list[Any]) -> None:
    wire = Wire(published.port, headers={"authorization": f"bearer {token}"})
    assert told(wire.create()) == who


def test_clocks_may_differ_a_little(published: Wire) -> None:
    token = sign(exp=int(time.time()) - 10, nbf=int(time.time()) + 10)
    assert Wire(published.port, headers={"authorization": f"Bearer {token}"}).create().status == 200


def test_the_language_of_the_page_comes_first(published: Wire) -> None:
    wire = Wire(published.port, headers={"authorization": f"Bearer {sign(locale='fr')}", "accept-language": "de-CH"})
    assert told(wire.create())[3] == "de-CH"


def test_a_shared_secret_is_believed(shared: Wire) -> None:
    assert told(Wire(shared.port, headers={"authorization": f"Bearer {secretly()}"}).create())[0] == "ann"


def test_secrets_are_rotated() -> None:
    old, new = (OctKey.import_key(secret) for secret in (SECRET, SECRET[::-1]))
    with live(create_app(tell, identify=bearer(secret=[SECRET[::-1], SECRET]))) as port:
        for key in (old, new):
            token = sign(key, "HS256")
            assert Wire(port, headers={"authorization": f"Bearer {token}"}).create().status == 200


def test_users_of_two_tenants_are_two_users(published: Wire) -> None:
    acme, zeta = (
        Wire(published.port, headers={"authorization": f"Bearer {sign(org=org, sub='same')}"})
        for org in ("acme", "zeta")
    )
    thread = acme.thread()
    assert zeta.ask("threads.get_by_id", thread_id=thread).status == 404
    assert acme.ask("threads.get_by_id", thread_id=thread).status == 200


def test_who_lacks_a_scope_is_known_and_refused() -> None:
    identify = bearer(secret=SECRET, scopes=["chat"])
    with live(create_app(tell, identify=identify)) as port:
        for scope, status in (("other", 403), ("other chat", 200)):
            reply = Wire(port, headers={"authorization": f"Bearer {secretly(scope=scope)}"}).ask("threads.list")
            assert reply.status == status
            assert status == 200 or (reply.json["code"], reply.json["reason"]) == ("forbidden", "scope")


@pytest.mark.parametrize(
    ("typ", "reason"), [("at+jwt", None), ("application/AT+JWT", None), ("JWT", "type"), (7, "malformed")]
)
def test_the_type_of_a_token(issuer: tuple[Issuer, str], typ: Any, reason: str | None) -> None:
    identify = bearer(issuer=ISSUER, audience=AUDIENCE, jwks_url=issuer[1], type="at+jwt")
    token = raw({"alg": "RS256", "kid": "rsa", "typ": 7}, CLAIMS) if typ == 7 else sign(header={"typ": typ})
    with live(create_app(tell, identify=identify)) as port:
        reply = Wire(port).post({"type": "threads.list"}, {"authorization": f"Bearer {token}"})
        assert (reply.json.get("reason"), reply.status) == (reason, 401 if reason else 200)


# Where keys come from.


def running(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **given: Any) -> None:
        asyncio.run(test(*args, **given))

    return run


async def names(keys: PublishedKeys, kid: str | None = "rsa") -> list[Any]:
    header = {"alg": "RS256"} | ({"kid": kid} if kid else {})
    return [key.kid for key in await keys.candidates(header)]


@pytest.fixture
def publisher() -> Iterator[tuple[Issuer, str]]:
    issuer = Issuer()
    with live(Starlette(routes=[Route("/jwks", issuer.jwks)])) as port:
        yield issuer, f"http://127.0.0.1:{port}/jwks"


@running
async def test_keys_are_kept_and_fetched_again_when_they_are_old(publisher: tuple[Issuer, str]) -> None:
    issuer, url = publisher
    clock = [0.0]
    keys = PublishedKeys(url, fresh=600, pause=10, now=lambda: clock[0])
    for _ in range(5):
        assert await names(keys) == ["rsa"]
    assert issuer.asked == 1
    issuer.keys = [EC]
    clock[0] = 601
    assert await names(keys) == [], "a key that was withdrawn is believed no longer"
    assert issuer.asked == 2


@running
async def test_a_new_key_is_believed_at_once(publisher: tuple[Issuer, str]) -> None:
    issuer, url = publisher
    clock = [0.0]
    keys = PublishedKeys(url, fresh=600, pause=10, now=lambda: clock[0])
    assert await names(keys) == ["rsa"]
    issuer.keys = [RSA, UNKNOWN]
    clock[0] = 11
    assert await names(keys, "unknown") == ["unknown"]
    assert issuer.asked == 2


@running
async def test_unknown_names_do_not_make_the_issuer_s_life_hard(publisher: tuple[Issuer, str]) -> None:
    issuer, url = publisher
    clock = [0.0]
    keys = PublishedKeys(url, fresh=600, pause=10, now=lambda: clock[0])
    for number in range(200):
        clock[0] += 0.1
        assert await names(keys, f"made up {number}") == []
    assert issuer.asked <= 3


@running
async def test_many_at_once_are_one_question(publisher: tuple[Issuer, str]) -> None:
    issuer, url = publisher
    issuer.delay = 0.1
    keys = PublishedKeys(url)
    assert await asyncio.gather(*(names(keys) for _ in range(50))) == [["rsa"]] * 50
    assert issuer.asked == 1


@running
async def test_old_keys_do_while_there_are_no_new_ones(publisher: tuple[Issuer, str]) -> None:
    issuer, url = publisher
    clock = [0.0]
    keys = PublishedKeys(url, fresh=600, now=lambda: clock[0])
    assert await names(keys) == ["rsa"]
    issuer.status = 503
    clock[0] = 3600
    assert await names(keys) == ["rsa"]
    clock[0] = 100_000
    with pytest.raises(Exception, match="cannot be had"):
        await names(keys)


BROKEN: list[Any] = [
    pytest.param({"status": 500}, id="out of order"),
    pytest.param({"body": []}, id="a list"),
    pytest.param({"body": {"keys": None}}, id="no keys"),
    pytest.param({"body": {"keys": ["x", {"kty": "RSA", "n": 1}]}}, id="none that can be read"),
    pytest.param({"body": {"keys": [], "filler": "x" * 1_100_000}}, id="too large"),
    pytest.param({"drips": True}, id="byte by byte"),
]


@pytest.mark.parametrize("fault", BROKEN)
def test_keys_that_cannot_be_had_are_the_server_s_trouble(
    publisher: tuple[Issuer, str], fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatkit_server.auth.keys.FETCH_SECONDS", 0.5)
    issuer, url = publisher
    vars(issuer).update(fault)
    with live(create_app(tell, identify=bearer(audience=AUDIENCE, jwks_url=url))) as port:
        began = time.monotonic()
        reply = Wire(port).post({"type": "threads.list"}, {"authorization": f"Bearer {sign()}"})
        assert time.monotonic() - began < 1.5
        assert (reply.status, reply.json["code"], reply.json["reason"]) == (500, "internal", "no_keys")
        assert url not in reply.body.decode()


@running
async def test_without_a_name_every_key_of_the_kind_is_tried(publisher: tuple[Issuer, str]) -> None:
    assert await names(PublishedKeys(publisher[1]), None) == ["rsa"]


WRONG: list[Any] = [
    pytest.param({"issuer": ISSUER}, "audience", id="no audience"),
    pytest.param({"audience": "chat"}, "issuer", id="no issuer"),
    pytest.param({"secret": "short"}, "32 bytes", id="a short secret"),
    pytest.param({"secret": []}, "32 bytes", id="no secret"),
    pytest.param({"secret": SECRET, "jwks_url": "https://a.example"}, "not both", id="both kinds of key"),
    pytest.param(
        {"issuer": "http://login.example.com", "audience": "chat"}, "https", id="an issuer without encryption"
    ),
    pytest.param({"jwks_url": "ftp://a.example", "audience": "chat"}, "https", id="keys by other means"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_settings_that_leave_open_whom_to_believe_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        bearer(**given)


# Cookies.

PAGE = "https://page.example"


def pages(make: Callable[[], Any]) -> Any:
    """A backend with a page that signs its users in."""
    session = make()

    async def sign_in(http: Request) -> Response:
        response = Response()
        session.sign_in(
            response, http.query_params["user"], tenant=http.query_params.get("tenant", ""), scopes=["chat"]
        )
        return response

    async def sign_out(_http: Request) -> Response:
        response = Response()
        session.sign_out(response)
        return response

    app = create_app(tell, identify=session, allow_origins=[PAGE], allow_credentials=True)
    app.router.routes += [Route("/in", sign_in), Route("/out", sign_out)]
    return app


@pytest.fixture(scope="module")
def cookies() -> Iterator[Wire]:
    with live(pages(lambda: session_cookie(SECRET, origins=[PAGE]))) as port:
        yield Wire(port)


def cookie_of(port: int, query: str = "user=ann") -> str:
    return Wire(port, f"/in?{query}").request("GET").headers["set-cookie"]


def test_a_session_tells_who_asks(cookies: Wire) -> None:
    pair = cookie_of(cookies.port, "user=ann&tenant=acme").partition(";")[0]
    assert told(Wire(cookies.port, headers={"cookie": pair, "chatkit-csrf": "1"}).create())[:3] == [
        "ann",
        "acme",
        ["chat"],
    ]


def test_the_cookie_is_out_of_reach(cookies: Wire) -> None:
    attributes = cookie_of(cookies.port).lower()
    assert attributes.startswith("__host-chatkit=")
    for attribute in ("httponly", "secure", "path=/", "samesite=none"):
        assert attribute in attributes
    with live(pages(lambda: session_cookie(SECRET, secure=False))) as port:
        assert "samesite=lax" in cookie_of(port).lower()
        assert Wire(port, "/out").request("GET").headers["set-cookie"].startswith('chatkit=""')


FORGED: list[Any] = [
    pytest.param({}, 403, "csrf", id="no header"),
    pytest.param({"chatkit-csrf": ""}, 403, "csrf", id="an empty one"),
    pytest.param({"chatkit-csrf": "1", "origin": "https://evil.example"}, 403, "origin", id="a page elsewhere"),
    pytest.param({"chatkit-csrf": "1", "sec-fetch-site": "cross-site"}, 403, "csrf", id="somewhere else"),
    pytest.param({"chatkit-csrf": "1", "origin": PAGE, "sec-fetch-site": "cross-site"}, 200, "", id="a listed page"),
    pytest.param({"chatkit-csrf": "1", "sec-fetch-site": "same-origin"}, 200, "", id="our own page"),
]


@pytest.mark.parametrize(("headers", "status", "reason"), FORGED)
def test_a_cookie_alone_proves_nothing(cookies: Wire, headers: dict[str, str], status: int, reason: str) -> None:
    pair = cookie_of(cookies.port).partition(";")[0]
    reply = cookies.post({"type": "threads.list"}, {"cookie": pair} | headers)
    assert reply.status == status
    assert status == 200 or (reply.json["code"], reply.json["reason"]) == ("forbidden", reason)


def test_a_page_elsewhere_is_refused_without_a_list_too() -> None:
    session = session_cookie(SECRET, secure=False)
    app = create_app(tell, identify=session)
    response = Response()
    session.sign_in(response, "ann")
    pair = response.headers["set-cookie"].partition(";")[0]
    with live(app) as port:
        for origin, status in ((f"http://127.0.0.1:{port}", 200), ("https://evil.example", 403)):
            sent = {"cookie": pair, "chatkit-csrf": "1", "origin": origin}
            assert Wire(port).post({"type": "threads.list"}, sent).status == status


def session_token(secret: str = SECRET, **claims: Any) -> str:
    given = {"iss": "chatkit-session", "aud": "chatkit-session", "sub": "ann", "exp": NOW + 3600} | claims
    return jwt.encode({"alg": "HS256"}, given, OctKey.import_key(secret))


SESSIONS: list[Any] = [
    pytest.param("", "missing", id="none"),
    pytest.param(session_token(exp=NOW - 1), "expired", id="expired"),
    pytest.param(session_token(SECRET[::-1]), "signature", id="another secret"),
    pytest.param(secretly(), "issuer", id="a token for something else"),
    pytest.param(session_token(sub=7), "claims", id="a name that is a number"),
    pytest.param(session_token(tenant=7), "claims", id="a tenant that is a number"),
    pytest.param("x", "malformed", id="garbage"),
]


@pytest.mark.parametrize(("token", "reason"), SESSIONS)
def test_a_cookie_that_is_not_believed(cookies: Wire, token: str, reason: str) -> None:
    reply = cookies.post({"type": "threads.list"}, {"cookie": f"__Host-chatkit={token}", "chatkit-csrf": "1"})
    assert (reply.status, reply.json["reason"]) == (401, reason)
    assert reply.headers["www-authenticate"].startswith("Cookie")


@pytest.mark.parametrize("given", [{"secret": "short"}, {"secret": SECRET, "origins": ["*"]}])
def test_a_session_needs_a_secret_and_listed_origins(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"32 bytes|listed origins"):
        session_cookie(**given)


@pytest.mark.parametrize("user", ["acme\x1fann", "", "ann\0", "\ud800", "a" * 513])
def test_no_unfit_name_gets_a_session(user: str) -> None:
    """Rather than a cookie that is refused with every request."""
    with pytest.raises(ValueError, match="name"):
        session_cookie(SECRET).sign_in(Response(), user)


# Nobody.

REACHED = [
    pytest.param("192.0.2.7", None, True, id="from other machines"),
    pytest.param("2001:db8::7", None, True, id="from other machines, IPv6"),
    pytest.param("127.0.0.1", None, False, id="from this machine"),
    pytest.param("::1", None, False, id="from this machine, IPv6"),
    pytest.param("testserver", None, False, id="by a name"),
    pytest.param("192.0.2.7", everyone, False, id="on purpose"),
    pytest.param("192.0.2.7", lambda _http: "ann", False, id="with accounts"),
]


@pytest.mark.parametrize(("place", "identify", "warned"), REACHED)
def test_without_accounts_others_are_not_let_in_silently(
    place: str, identify: Any, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(tell, identify=identify)

    async def ask() -> int:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        host = f"[{place}]" if ":" in place else place
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return (await client.post("/chatkit/api", content=b'{"type":"threads.list"}')).status_code

    assert [asyncio.run(ask()) for _ in range(3)] == [200] * 3
    assert len([record for record in caplog.records if place in record.getMessage()]) == warned
