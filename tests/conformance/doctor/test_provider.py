"""Each mistake about the model is named by its cause: by the settings, on the way, and by what the provider says."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from chatkit_agents.providers import KEYS
from chatkit_conformance.cli.subjects import provider, variables
from chatkit_conformance.doctor import CHECKS, examine
from chatkit_conformance.doctor.provider.provider import VARIABLES, Provider
from chatkit_conformance.fake_model import create_fake_model
from chatkit_conformance.fake_model.failures import refuse
from support import ailments as a
from support.live import live

KEY = "sk-CANARY-0123456789"
MODEL = "fake-model"
HEADERS = {"authorization": f"Bearer {KEY}"}
JSON = dict[str, Any]


def at(address: str, **settings: Any) -> Provider:
    """Name a compatible provider that should do."""
    usual: JSON = {"key": KEY, "headers": HEADERS, "model": MODEL, "timeout": 20.0}
    return Provider("compatible", address=address, **(usual | settings))


# Providers


def refusing(word: str, *, models: bool = True) -> Starlette:
    """Refuse every answer; the list of models, too, unless that is given to everyone."""

    async def refused(_http: Request) -> Response:
        return refuse(word, f"The script says {word}.", KEY)

    async def told(_http: Request) -> Response:
        return listed(MODEL)

    listing = Route("/v1/models", refused if models else told)
    paths = ("/v1/responses", "/v1/chat/completions")
    return Starlette(routes=[listing, *(Route(path, refused, methods=["POST"]) for path in paths)])


def listed(*names: str) -> Any:
    return JSONResponse({"object": "list", "data": [{"id": name} for name in names]})


def google(message: str, status: int = 400) -> Starlette:
    """Refuse as Gemini does: an error in a list."""
    body = [{"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}]

    async def refused(_http: Request) -> Response:
        return JSONResponse(body, status)

    return Starlette(routes=[Route("/v1/{path:path}", refused, methods=["GET", "POST"])])


def only(dialect: str, reply: Any = None) -> Starlette:
    """Speak one dialect alone."""
    path = {"chat": "/chat/completions", "responses": "/responses"}[dialect]
    told = {"choices": []} if dialect == "chat" else {"output": []}

    async def answer(_http: Request) -> Response:
        return JSONResponse(told if reply is None else reply)

    return Starlette(routes=[Route("/v1/models", listed(MODEL)), Route(f"/v1{path}", answer, methods=["POST"])])


def site() -> Starlette:
    page = Route("/{path:path}", HTMLResponse("<!doctype html><title>Console</title>"), methods=["GET", "POST"])
    return Starlette(routes=[page])


def moved() -> Starlette:
    return Starlette(routes=[Route("/v1/{path:path}", RedirectResponse("https://api.example/v1"), methods=["GET"])])


def fake() -> Starlette:
    return create_fake_model(KEY)


OLD = {"key": "sk-old", "headers": {"authorization": "Bearer sk-old"}}
NOBODY = {"key": "", "headers": {}}
AHEAD = {"now": lambda: datetime.now(UTC) + timedelta(minutes=7)}
NO_KEY = "API key not valid. Please pass a valid API key."
NO_QUOTA = "You exceeded your current quota, please check your plan."

MISTAKES = {
    "address-of-chat": (fake, "/v1/chat/completions", {}, "settings.suffix", "ends with /chat/completions"),
    "address-of-responses": (fake, "/v1/responses/", {}, "settings.suffix", "ends with /responses"),
    "no-version": (fake, "", {}, "address.root", "there is no API at"),
    "web-site": (site, "/v1", {}, "address.page", "a web page answers (200)"),
    "redirect": (moved, "/v1", {}, "address.redirect", "to https://api.example/v1"),
    "chat-alone": (
        lambda: only("chat"),
        "/v1",
        {"dialect": "responses"},
        "address.dialect",
        "knows no /responses (404), but /chat/completions",
    ),
    "responses-alone": (
        lambda: only("responses"),
        "/v1",
        {},
        "address.dialect",
        "knows no /chat/completions (404), but /responses",
    ),
    "another-api": (lambda: only("chat", {"text": "OK"}), "/v1", {}, "address.dialect", "but without `choices`"),
    "no-key": (fake, "/v1", NOBODY, "key.accepted", "wants a key (401), and LLM_API_KEY is not set"),
    "wrong-key": (fake, "/v1", OLD, "key.accepted", "does not accept LLM_API_KEY (401)"),
    "wrong-key-public-list": (lambda: refusing("401", models=False), "/v1", {}, "key.accepted", "(401)"),
    "wrong-key-gemini": (lambda: google(NO_KEY), "/v1", {}, "key.accepted", "(400): API key not valid"),
    "no-permission": (lambda: refusing("403"), "/v1", {}, "key.permitted", "may not use it (403)"),
    "no-quota": (lambda: refusing("quota", models=False), "/v1", {}, "key.quota", "no quota is left (429)"),
    "no-quota-gemini": (lambda: google(NO_QUOTA, 429), "/v1", {}, "key.quota", "no quota is left (429)"),
    "rate-limit": (lambda: refusing("429", models=False), "/v1", {}, "key.rate", "a rate limit is reached (429)"),
    "no-model": (fake, "/v1", {"model": "unknown-model"}, "model.exists", "(404); there are fake-model"),
    "offered-model": (fake, "/v1", {"offered": ["fake-model-large", "gone"]}, "model.offered", "no model gone"),
    "overloaded": (lambda: refusing("503", models=False), "/v1", {}, "model.answers", "does not answer (503)"),
    "clock": (fake, "/v1", AHEAD, "network.clock", "s ahead of"),
}
"""A server, the path of the address, what else is set; the check that finds it, and what it says."""


@pytest.fixture(scope="module")
def switch() -> Iterator[tuple[a.Switch, str]]:
    one = a.Switch()
    with live(one, log_level="critical", lifespan="off") as port:
        yield one, f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read no certificates, which takes each client 70 ms, where nothing is encrypted; go through no proxy."""
    monkeypatch.setenv("SSL_CERT_DIR", str(Path(__file__).parent))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("app", "path", "settings", "name", "says"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_named_by_its_cause(
    app: Callable[[], Any], path: str, settings: JSON, name: str, says: str, switch: Any
) -> None:
    switch[0].turn_to(app())
    report = examine([at(f"{switch[1]}{path}", **settings)])
    (finding,) = report.findings
    assert (finding.check, says in finding.what) == (f"provider.{name}", True), finding.what
    assert report.stumbled == {}
    assert KEY not in json.dumps([one.data() for one in report.findings])


def test_the_mend_of_an_address_is_the_right_one(switch: Any) -> None:
    switch[0].turn_to(fake())
    for path in ("", "/v1/chat/completions", "/v1/models"):
        (finding,) = examine([at(f"{switch[1]}{path}")]).findings
        assert finding.after == f"LLM_BASE_URL={switch[1]}/v1"


LOOKS = [
    pytest.param("sk-your-key-here", "compatible", "a placeholder", id="placeholder"),
    pytest.param("sk-ant-0123456789", "openai", "a key of Anthropic", id="another-provider"),
    pytest.param("AIza0123456789", "openai", "a key of Google", id="gemini-for-openai"),
]


@pytest.mark.parametrize(("key", "name", "says"), LOOKS)
def test_a_key_that_looks_wrong(key: str, name: str, says: str, switch: Any) -> None:
    switch[0].turn_to(fake())
    headers = {"authorization": f"Bearer {key}"}
    (finding,) = examine([Provider(name, address=f"{switch[1]}/v1", key=key, headers=headers, model=MODEL)]).findings
    assert says in finding.what
    assert key not in finding.what


# The way there


def test_nothing_listens() -> None:
    with a.free_port() as port:
        (finding,) = examine([at(f"http://127.0.0.1:{port}/v1")]).findings
    assert finding.check == "provider.network.refused"


def test_no_answer_in_time() -> None:
    def serve(connection: Any) -> None:
        while connection.recv(4096):
            pass

    with a.raw(serve) as port:
        (finding,) = examine([at(f"http://127.0.0.1:{port}/v1", timeout=0.3)]).findings
    assert (finding.check, "no reply within 0.3 s" in finding.what) == ("provider.network.silent", True)


def test_what_answers_is_no_http() -> None:
    with a.raw(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        (finding,) = examine([at(f"http://127.0.0.1:{port}/v1")]).findings
    assert finding.check == "provider.network.silent"
    assert "cannot be read" in finding.what


def test_the_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (finding,) = examine([at("https://provider.example/v1")]).findings
    assert finding.check == "provider.network.name"


def test_the_certificate_is_not_believed(tmp_path: Path) -> None:
    pem, key = a.certificate(tmp_path)
    with live(fake(), log_level="critical", ssl_certfile=pem, ssl_keyfile=key) as port:
        (finding,) = examine([at(f"https://127.0.0.1:{port}/v1")]).findings
    assert (finding.check, "self-signed" in finding.what) == ("provider.network.tls", True)


def test_the_proxy_does_not_pass_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with a.free_port() as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{port}")
        (finding,) = examine([at("http://provider.example/v1", key="", headers={})]).findings
    assert finding.check == "provider.network.proxy"
    assert f"127.0.0.1:{port}" in finding.what
    assert "secret" not in finding.what


def test_a_key_over_plain_http(switch: Any) -> None:
    switch[0].turn_to(fake())

    class Elsewhere(Provider):
        def ask(self, method: str, url: str, body: JSON | None = None) -> Any:
            return super().ask(method, url.replace("http://provider.example", switch[1]), body)

    far = Elsewhere("compatible", address="http://provider.example/v1", key=KEY, headers=HEADERS, model=MODEL)
    (finding,) = examine([far]).findings
    assert (finding.check, finding.severity) == ("provider.settings.plain", "warning")


# The settings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a project whose `.env` has these lines, with nothing of it in the environment."""
    names = [*KEYS, "LLM_PROVIDER", "LLM_MODEL", "LLM_API", "LLM_MODELS", "LLM_BASE_URL", "OPENAI_BASE_URL"]
    for name in names:
        monkeypatch.delenv(name, raising=False)

    def made(*lines: str) -> Path:
        (tmp_path / ".env").write_text("\n".join(lines))
        return tmp_path

    return made


SETTINGS = [
    pytest.param(["LLM_PROVIDER=openai"], "provider.settings.key", "OPENAI_API_KEY is not set", id="no-key"),
    pytest.param(["LLM_PROVIDER=gemini"], "provider.settings.key", "GEMINI_API_KEY is not set", id="no-gemini-key"),
    pytest.param(["LLM_PROVIDER=compatible"], "provider.settings.valid", "LLM_BASE_URL is not set", id="no-address"),
    pytest.param(["LLM_PROVIDER=claude"], "provider.settings.valid", "LLM_PROVIDER is 'claude'", id="no-such-provider"),
    pytest.param(
        ["LLM_PROVIDER=openai", "OPENAI_API_KEY=sk two"], "provider.settings.valid", "is no API key", id="no-such-key"
    ),
    pytest.param(["OPENAI_API_KEY=sk-1"], "provider.settings.unused", "OPENAI_API_KEY is set", id="unused"),
]


@pytest.mark.parametrize(("lines", "name", "says"), SETTINGS)
def test_settings_that_name_no_model(lines: list[str], name: str, says: str, project: Any) -> None:
    (finding,) = examine([provider(project(*lines), 20.0)]).findings
    assert (finding.check, says in finding.what) == (name, True), finding.what


HEALTHY = [
    pytest.param("chat", ["LLM_API=chat"], id="chat"),
    pytest.param("responses", ["export LLM_API='responses'", 'LLM_MODELS="fake-model-large" # too'], id="responses"),
]


@pytest.mark.parametrize(("dialect", "lines"), HEALTHY)
def test_a_healthy_model_is_left_in_peace(dialect: str, lines: list[str], project: Any, switch: Any) -> None:
    switch[0].turn_to(fake())
    where = [f"LLM_BASE_URL={switch[1]}/v1", f"LLM_API_KEY={KEY}", "LLM_PROVIDER=compatible", f"LLM_MODEL={MODEL}"]
    examined = provider(project(*where, *lines), 20.0)
    assert (examined.dialect, examined.model) == (dialect, MODEL)
    report = examine([examined])
    assert report.findings == []
    assert report.stumbled == report.left_out == {}


def test_nothing_is_asked_of_the_demo_model(project: Any) -> None:
    assert provider(project(), 20.0) is None
    assert provider(project("LLM_PROVIDER=demo", f"OPENAI_API_KEY={KEY}"), 20.0) is None


def test_nothing_goes_anywhere_but_to_the_provider(project: Any, switch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = httpx.Client.send

    def seen(client: httpx.Client, request: httpx.Request, **how: Any) -> Any:
        asked.append(str(request.url))
        return real(client, request, **how)

    monkeypatch.setattr(httpx.Client, "send", seen)
    switch[0].turn_to(fake())
    lines = [f"LLM_BASE_URL={switch[1]}/v1", "LLM_PROVIDER=compatible", f"LLM_API_KEY={KEY}", f"LLM_MODEL={MODEL}"]
    examine([provider(project(*lines), 20.0)])
    assert asked == [f"{switch[1]}/v1/models", f"{switch[1]}/v1/chat/completions"]


def test_an_env_file_is_read_as_others_read_it() -> None:
    text = "# A=1\nB=2\nexport C = 'three # 3'\nD=\"4\" # four\nE=five # 5\n\nF=\nG=# none\nH=a=b"
    assert variables(text) == {"B": "2", "C": "three # 3", "D": "4", "E": "five", "F": "", "G": "", "H": "a=b"}


def test_the_variables_are_those_that_are_read() -> None:
    assert {row.key: name for name, row in VARIABLES.items()} == KEYS


def test_every_check_of_a_provider_is_seen_to_find_something() -> None:
    apart = {f"provider.network.{name}" for name in ("refused", "silent", "name", "tls", "proxy")}
    seen = {f"provider.{row[3]}" for row in MISTAKES.values()}
    apart |= {f"provider.settings.{name}" for name in ("key", "valid", "unused", "plain")}
    assert {name for name in CHECKS if name.startswith("provider.")} == seen | apart
