"""Pages with the widget as a web server sends them: each mistake is named first, a healthy page gets not a word."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_conformance.cli import main
from chatkit_conformance.doctor import Report, examine
from chatkit_conformance.doctor.page.checklist import CHECKLIST
from chatkit_conformance.doctor.page.page import Page, fetched
from chatkit_conformance.doctor.tree.domain_keys import malformed
from chatkit_conformance.doctor.tree.policies import allows, read, sources
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.source import Source
from support.live import live
from support.trees import GOOGLE_KEY, OPENAI_KEY, STANDS_FOR, planted, tree

CDN = "https://cdn.platform.openai.com"
HTML = tree("plain")["index.html"].replace("http://127.0.0.1:8000/chatkit/api", "/chatkit/api")
BUNDLED = (
    '<!doctype html>\n<head><link rel="modulepreload" as="script" href="/assets/a.js"></head>'
    '<script src="/assets/b.js"></script>'
)
TRUSTS = {"content-security-policy": "script-src 'nonce-x' 'strict-dynamic'"}
NONSENSE = ["", "<", "</p></p><openai-chatkit", "<html><body><openai-chatkit><script>setOptions({api", "\x00<!doctype>"]
LOADS = f'const s=document.createElement("script");s.src="{CDN}/deployments/chatkit/chatkit.js";'
REAL = STANDS_FOR["@DOMAIN_KEY@"]


class Site:
    """A web server whose answers a test sets."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.app = Starlette(routes=[Route("/{path:path}", self.answer)])

    async def answer(self, request: Request) -> Response:
        text = self.files.get(request.path_params["path"])
        if text is None:
            return Response(status_code=404)
        kind = "text/javascript" if request.url.path.endswith(".js") else "text/html"
        return Response(text, media_type=kind, headers=self.headers)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Site, str]]:
    site = Site()
    with live(site.app) as port:
        yield site, f"http://127.0.0.1:{port}/"


@pytest.fixture
def served(running: tuple[Site, str]) -> Callable[..., Page]:
    site, address = running

    def serve(
        files: dict[str, str], headers: dict[str, str] | None = None, project: Project | None = None, public: str = ""
    ) -> Page:
        site.files, site.headers = files, headers or {}
        page = fetched(address, project, timeout=5)
        return replace(page, address=public) if public else page

    return serve


def told(page: Page) -> list[tuple[str, str]]:
    report: Report = examine([page])
    assert report.stumbled == {}
    return [(one.check, one.after) for one in report.findings]


def without(old: str, new: str = "") -> dict[str, str]:
    assert old in HTML
    return {"": HTML.replace(old, new)}


HEALTHY = {
    "local": ({"": HTML}, {}, ""),
    "public": (without("local-dev", REAL), {}, "https://chat.example.com/"),
    "bundled": (
        {"": BUNDLED, "assets/a.js": LOADS, "assets/b.js": f'x({{domainKey:"{REAL}"}})'},
        {},
        "https://chat.example.com/",
    ),
    "policy-that-allows": ({"": HTML}, {"content-security-policy": f"default-src 'self' {CDN}; connect-src *"}, ""),
    "policy-that-trusts": ({"": BUNDLED, "assets/a.js": LOADS}, TRUSTS, ""),
    "lenient-embedder": ({"": HTML}, {"cross-origin-embedder-policy": "credentialless"}, ""),
}


@pytest.mark.parametrize(("files", "headers", "public"), HEALTHY.values(), ids=HEALTHY)
def test_a_healthy_page_gets_not_a_word(
    served: Callable[..., Page], files: dict[str, str], headers: dict[str, str], public: str
) -> None:
    assert told(served(files, headers, public=public)) == []


MISTAKES = {
    "no-script": ({"": BUNDLED, "assets/a.js": "", "assets/b.js": ""}, {}, "", "page.script.missing", "chatkit.js"),
    "script-in-a-comment": (
        without(STANDS_FOR["@LOADER@"], f"<!-- {STANDS_FOR['@LOADER@']} -->"),
        {},
        "",
        "page.script.missing",
        "<head>",
    ),
    "script-blocked": (
        {"": HTML},
        {"content-security-policy": "script-src 'self'"},
        "",
        "page.csp.script",
        f"script-src 'self' {CDN}",
    ),
    "script-blocked-by-default": (
        {"": HTML},
        {"content-security-policy": f"default-src 'none'; frame-src {CDN}; connect-src 'self'"},
        "",
        "page.csp.script",
        f"script-src {CDN}",
    ),
    "script-without-the-nonce": ({"": HTML}, TRUSTS, "", "page.csp.script", CDN),
    "frame-blocked": (
        {"": HTML},
        {"content-security-policy": "frame-src 'none'"},
        "",
        "page.csp.frame",
        f"frame-src {CDN}",
    ),
    "frame-blocked-by-default": (
        {"": HTML},
        {"content-security-policy": f"default-src 'self'; script-src {CDN}"},
        "",
        "page.csp.frame",
        f"frame-src 'self' {CDN}",
    ),
    "calls-blocked": (
        {"": HTML},
        {"content-security-policy": "connect-src https://other.example"},
        "",
        "page.csp.connect",
        "https://other.example http://127.0.0.1",
    ),
    "embedder": ({"": HTML}, {"cross-origin-embedder-policy": "require-corp"}, "", "page.csp.embedder", "unsafe-none"),
    "http": (
        without("local-dev", REAL),
        {},
        "http://chat.example.com/",
        "page.address.https",
        "https://chat.example.com/",
    ),
    "placeholder-on-a-public-page": (
        {"": HTML},
        {},
        "https://chat.example.com/",
        "page.address.domain-key",
        "domain_pk_…",
    ),
    "placeholder-in-a-bundle": (
        {"": BUNDLED, "assets/a.js": LOADS, "assets/b.js": 'x({url:"/c",domainKey:"local-dev"})'},
        {},
        "https://chat.example.com/",
        "page.address.domain-key",
        "domain_pk_…",
    ),
    "cut-key": (without("local-dev", REAL[:30]), {}, "", "page.address.domain-key", "domain_pk_…"),
    "key-in-a-bundle": (
        {"": BUNDLED, "assets/a.js": LOADS, "assets/b.js": f'k="{GOOGLE_KEY}"'},
        {},
        "",
        "page.address.key",
        "backend",
    ),
    "key-in-the-page": (
        without("const chat =", f'const key = "{OPENAI_KEY}", chat ='),
        {},
        "",
        "page.address.key",
        "backend",
    ),
}


@pytest.mark.parametrize(("files", "headers", "public", "check", "after"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_first(
    served: Callable[..., Page], files: dict[str, str], headers: dict[str, str], public: str, check: str, after: str
) -> None:
    findings = told(served(files, headers, public=public))
    assert findings, "nothing was found"
    assert findings[0][0] == check, findings
    assert after in findings[0][1]


def test_the_origin_is_looked_up_in_the_sources(served: Callable[..., Page], tmp_path: Path) -> None:
    project = Project(planted(tmp_path, tree("plain"), git=False))
    page = served(
        {"": tree("plain")["index.html"].replace("local-dev", REAL)}, {}, project, "https://chat.example.com/"
    )
    ((check, after), *_) = told(page)
    assert check == "page.address.origin"
    assert '["http://localhost:3000", "https://chat.example.com"]' in after
    listed = replace(page, address="http://localhost:3000/")
    assert [one for one, _ in told(listed) if one == "page.address.origin"] == []


DECIDED = [
    ("script-src 'self' https://*.openai.com", f"{CDN}/x.js", True),
    ("script-src https:", f"{CDN}/x.js", True),
    ("script-src cdn.platform.openai.com", f"{CDN}/x.js", True),
    ("script-src https://cdn.platform.openai.com/deployments/", f"{CDN}/deployments/x.js", True),
    ("script-src https://cdn.platform.openai.com/other/", f"{CDN}/deployments/x.js", False),
    ("script-src http://cdn.platform.openai.com", f"{CDN}/x.js", True),
    ("script-src https://openai.com", f"{CDN}/x.js", False),
    ("script-src https://*.cdn.platform.openai.com", f"{CDN}/x.js", False),
    ("script-src *:8443", f"{CDN}/x.js", False),
    ("script-src https://cdn.platform.openai.com:443", f"{CDN}/x.js", True),
    ("script-src 'none'", f"{CDN}/x.js", False),
    ("script-src *", f"{CDN}/x.js", True),
    ("script-src 'self'", "https://own.example/x.js", True),
    ("script-src", f"{CDN}/x.js", False),
    ("default-src *; script-src 'self'", f"{CDN}/x.js", False),
    ("default-src 'self'; script-src-elem *; script-src 'self'", f"{CDN}/x.js", True),
    ("SCRIPT-SRC *", f"{CDN}/x.js", True),
    ("script-src 'self'; script-src *", f"{CDN}/x.js", False),
]


@pytest.mark.parametrize(("policy", "address", "allowed"), DECIDED)
def test_what_a_policy_allows(policy: str, address: str, allowed: bool) -> None:
    decided = sources(read(policy), "script-src-elem")
    assert decided
    assert allows(decided[1], address, "https://own.example/") is allowed


KEYS = [
    (REAL, True),
    ("localhost", True),
    ("local-dev", True),
    ("domain_pk_localhost_dev", True),
    ("your-domain-key", True),
    (REAL[:-1], False),
    (REAL + "0", False),
    (f" {REAL}", False),
    ("https://chat.example.com", False),
    ("chat.example.com", False),
    (OPENAI_KEY, False),
    ("wf_68f1603233888190b4b6", False),
]


@pytest.mark.parametrize(("key", "good"), KEYS)
def test_the_form_of_a_domain_key(key: str, good: bool) -> None:
    assert (malformed(key) == "") is good


def test_a_page_of_nonsense_stops_nothing() -> None:
    for text in NONSENSE:
        source = Source.of("index.html", text)
        assert examine([Page(source, Project.of(source))]).stumbled == {}


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_from_the_command_line(running: tuple[Site, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site, address = running
    site.files, site.headers = {"": HTML}, {}
    assert ran(capsys, "--page", address)[0] == 0
    site.files = without("html, body { height: 100%; } #chat { height: 80%; }")
    code, data = ran(capsys, "--page", address)
    assert (code, [one["check"] for one in data["findings"]]) == (1, ["page.height.none"])
    assert data["findings"][0]["where"].startswith(address)
    assert len(data["checklist"]) == len(CHECKLIST)
    assert main(["doctor", "--pretty", "--page", address]) == 1
    assert all(step.sign.split()[0] in capsys.readouterr().out for step in CHECKLIST[:1])
    root = planted(tmp_path, tree("vite"))
    assert main(["doctor", "--pretty", "--project", str(root)]) == 0
    assert "--page URL looks at the page itself" in capsys.readouterr().out
    code, data = ran(capsys, "--project", str(root))
    assert (code, data["findings"], len(data["checklist"])) == (0, [], len(CHECKLIST))
    shutil.rmtree(root / "frontend")
    assert "checklist" not in ran(capsys, "--project", str(root))[1]
    assert main(["doctor", "--page", f"{address}nowhere"]) == 2
    assert main(["doctor", "--page", "localhost:3000"]) == 2
    assert "--page is an address like" in capsys.readouterr().err


def test_a_page_that_is_not_there_is_no_page(running: tuple[Site, str]) -> None:
    with pytest.raises(httpx.HTTPError):
        fetched(f"{running[1]}nowhere", None, timeout=5)
