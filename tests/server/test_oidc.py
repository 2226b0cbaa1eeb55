"""A real OpenID Connect provider: its tokens are believed, its keys are found and followed as they change."""

import base64
import json
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from chatkit_server import Answer, Turn, create_app
from chatkit_server.auth import bearer
from chatkit_server.auth.bearer import Bearer
from chatkit_server.auth.claims import Reading
from chatkit_server.auth.keys import PublishedKeys
from chatkit_server.auth.tokens import Checks
from support.live import live
from support.wire import Wire

pytestmark = pytest.mark.slow
HERE = Path(__file__).parents[1] / "support" / "oidc"
CHAT, OTHER = "urn:chat", "urn:other"
ONE = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
TWO = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})
IMPOSTOR = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Provider:
    """The provider as a process: on the same port with other keys after `rotate`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def serve(self, *keys: Any) -> None:
        self.stop()
        told = self._folder / "keys.json"
        told.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in keys]}))
        self._process = subprocess.Popen(
            ["node", "provider.mjs", str(told), str(self.port)],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        assert "ready" in iter(self._process.stdout.readline, "").__next__()

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def token(self, client: str = "ann", resource: str = CHAT, scope: str = "chat") -> str:
        form = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
        who = base64.b64encode(f"{client}:secret-of-the-client".encode()).decode()
        asked = urllib.request.Request(
            f"{self.issuer}/token", urllib.parse.urlencode(form).encode(), {"authorization": f"Basic {who}"}
        )
        with urllib.request.urlopen(asked, timeout=10) as reply:
            return str(json.load(reply)["access_token"])


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("oidc") / "provider"
    shutil.copytree(HERE, folder)
    run = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    provider = Provider(folder)
    provider.serve(ONE)
    yield provider
    provider.stop()


async def tell(turn: Turn) -> Answer:
    context = turn.context
    yield turn.say(f"{context.user} of {context.tenant}, {' '.join(sorted(context.scopes))}, {context.locale}")


def said(reply: Any) -> str:
    return str(reply.raw_events[-1]["item"]["content"][0]["text"])


def with_token(port: int, token: str) -> Wire:
    return Wire(port, headers={"authorization": f"Bearer {token}"})


def test_its_tokens_are_believed_and_told_apart(provider: Provider) -> None:
    identify = bearer(issuer=provider.issuer, audience=CHAT, type="at+jwt", tenant_claim="org", scopes=["chat"])
    with live(create_app(tell, identify=identify)) as port:
        ann, bob = (with_token(port, provider.token(client)) for client in ("ann", "bob"))
        assert said(ann.create()) == "ann of acme, chat, pt-BR"
        assert said(bob.create()) == "bob of zeta, chat, pt-BR"
        thread = ann.thread()
        assert bob.ask("threads.get_by_id", thread_id=thread).status == 404
        foreign = with_token(port, provider.token(resource=OTHER)).create()
        assert (foreign.status, foreign.json["reason"]) == (401, "audience")
        narrow = with_token(port, provider.token(scope="other")).create()
        assert (narrow.status, narrow.json["reason"]) == (403, "scope")


def test_an_issuer_that_calls_itself_otherwise_is_not_believed(provider: Provider) -> None:
    by_another_name = provider.issuer.replace("127.0.0.1", "localhost")
    with live(create_app(tell, identify=bearer(issuer=by_another_name, audience=CHAT))) as port:
        refused = with_token(port, provider.token()).create()
        assert (refused.status, refused.json["reason"]) == (500, "no_keys")


def test_its_keys_are_followed_as_they_change(provider: Provider) -> None:
    clock = [0.0]
    keys = PublishedKeys(issuer=provider.issuer, fresh=600, pause=10, now=lambda: clock[0])
    identify = Bearer(keys, Checks(issuer=provider.issuer, audience=CHAT), Reading())
    with live(create_app(tell, identify=identify)) as port:
        old = provider.token()
        assert with_token(port, old).create().status == 200

        provider.serve(TWO, ONE)
        new = provider.token()
        clock[0] = 20
        assert with_token(port, new).create().status == 200, "a new key is believed at once"
        assert with_token(port, old).create().status == 200, "the old one as long as it is published"

        provider.serve(TWO)
        clock[0] = 621
        refused = with_token(port, old).create()
        assert (refused.status, refused.json["reason"]) == (401, "unknown_key")
        assert with_token(port, new).create().status == 200

        provider.stop()
        clock[0] = 5000
        assert with_token(port, new).create().status == 200, "while the issuer is away, its keys are remembered"


def test_another_key_under_the_same_name_is_not_believed_before_it_is_published(provider: Provider) -> None:
    provider.serve(ONE)
    with live(create_app(tell, identify=bearer(issuer=provider.issuer, audience=CHAT))) as port:
        assert with_token(port, provider.token()).create().status == 200
        provider.serve(IMPOSTOR)
        refused = with_token(port, provider.token()).create()
        assert (refused.status, refused.json["reason"]) == (401, "signature")
