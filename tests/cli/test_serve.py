"""`serve`: what it prints is true, threads outlive it, and it lets nobody in by accident."""

import asyncio
import contextlib
import http.client
import io
import json
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from PIL import Image

from chatkit_agents.demo_app import demo_app
from chatkit_agents.providers import choose
from chatkit_conformance.cli import listening, main
from chatkit_conformance.cli.inspecting import inspector
from chatkit_conformance.cli.settings import Settings
from chatkit_conformance.cli.stores import shown
from chatkit_conformance.cli.terminal import Failure
from chatkit_conformance.cli.uploads import uploads
from chatkit_server import create_app
from chatkit_server.stores.postgres import PostgresStore
from cli.processes import Served, chatkit_wire
from support.asgi import Client
from support.live import live
from support.model_server import fake_model
from support.postgres import postgres_url
from support.wire import Reply, Wire, frames, message

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(folder) -> Iterator[Served]:
    served = Served("serve", "--port", "0", cwd=folder)
    served.wait_for("Ctrl-C")
    yield served
    served.close()


def test_it_says_where_everything_is(served, folder) -> None:
    printed = served.printed()
    assert f"http://127.0.0.1:{served.port}/chatkit/api\n" in printed
    assert "data/chatkit.sqlite3\n" in printed
    assert "offline" in printed
    assert (folder / "data").is_dir()


def test_the_page_is_where_it_says(served) -> None:
    line = next(line for line in served.printed().splitlines() if line.startswith("see it at"))
    assert line.split()[-1] == f"http://127.0.0.1:{served.port}/"
    page = Wire(served.port, "/").request("GET")
    assert (page.status, b"<ck-app>" in page.body) == (200, True)


INSPECTED = [
    pytest.param("auto", "127.0.0.1", True, id="auto-here"),
    pytest.param("auto", "0.0.0.0", False, id="auto-everywhere"),
    pytest.param("on", "0.0.0.0", True, id="on"),
    pytest.param("off", "127.0.0.1", False, id="off"),
]


@pytest.mark.parametrize(("setting", "host", "shown"), INSPECTED)
def test_the_page_is_off_where_other_machines_reach_it_unless_asked_for(setting, host, shown) -> None:
    assert bool(inspector(Settings(inspector=setting, host=host))) is shown


def test_without_its_extra_the_page_is_off_unless_asked_for(monkeypatch, capsys) -> None:
    for name in ("chatkit_conformance.inspecting.tools", "chatkit_conformance.findings"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert inspector(Settings()) is None
    assert "the inspector is off: it needs the extra" in capsys.readouterr().err
    with pytest.raises(Failure, match="the inspector needs the extra"):
        inspector(Settings(inspector="on"))


def test_the_page_offers_the_models_that_are_set() -> None:
    provider = choose({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": "k", "LLM_MODEL": "a", "LLM_MODELS": "b"})
    page = inspector(Settings(llm_model="a"), provider)
    with live(create_app(lambda _turn: None, inspector=page)) as port:
        told = Wire(port, "/inspector/config.json").request("GET").json
    assert [model["id"] for model in told["settings"]["models"]] == ["", "b"]
    assert told["settings"]["models"][0]["label"] == "a"
    assert told["tools"] == ["lint", "read"]


def test_the_printed_curl_line_is_answered(served) -> None:
    line = next(line for line in served.printed().splitlines() if line.strip().startswith("curl "))
    curl, unbuffered, url, header, content_type, data, body = shlex.split(line)
    assert (curl, unbuffered, url, header, data) == ("curl", "-N", served.url, "-H", "-d")
    name, _, value = content_type.partition(": ")
    reply = Wire(served.port).post(body, {name: value, "accept": "*/*"})
    assert "hello" in reply.of("thread.item.done")[-1]["item"]["content"][0]["text"]


def test_the_printed_chat_line_works(served) -> None:
    line = next(line for line in served.printed().splitlines() if line.strip().startswith("chatkit-wire chat"))
    ended = chatkit_wire(*shlex.split(line)[1:], "--once", "hello")
    assert ended.returncode == 0
    assert "hello" in ended.stdout


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param("http://localhost:3000", True, id="a page of this machine"),
        pytest.param("https://127.0.0.1", True, id="by address, without a port"),
        pytest.param("http://localhost.example.com", False, id="a page that looks like it"),
        pytest.param("https://example.com", False, id="any other page"),
    ],
)
def test_pages_of_this_machine_may_call(served, origin, allowed) -> None:
    reply = Wire(served.port).request("OPTIONS", headers={"origin": origin, "access-control-request-method": "POST"})
    assert (reply.headers.get("access-control-allow-origin") == origin) is allowed


def test_after_ctrl_c_during_an_answer_and_a_restart_everything_is_there(tmp_path) -> None:
    data = tmp_path / "deep" / "threads.sqlite3"
    first = Served("serve", "--port", "0", "--data", str(data))
    first.wait_for("Ctrl-C")
    asked = Wire(first.port).create("/approve Rome").of("thread.item.done")[-1]["item"]
    body = {"type": "threads.create", "params": {"input": message("/long 500")}}
    with Wire(first.port).open("POST", body) as connection:
        stream = frames(connection.getresponse())
        for frame in stream:
            if b"text_delta" in frame:
                break
        assert first.signal(signal.SIGINT) == 130
        said = deltas([frame, *rest(stream)])
    assert "Traceback" not in first.printed()
    first.close()

    second = Served("serve", "--port", "0", CHATKIT_DATA=str(data))
    second.wait_for("Ctrl-C")
    wire = Wire(second.port)
    thread = wire.ask("threads.list").json["data"][0]
    answer = wire.items(thread["id"])[-1]
    allowed = chatkit_wire("chat", second.url, lines="/open 2\n/answer\n1\n/answer\n")
    second.close()
    assert asked["status"] == "pending"
    assert "The postcard to Ada is on its way: “Greetings from Rome!”" in allowed.stdout
    assert allowed.stdout.endswith("no question waits\n")
    assert answer["type"] == "assistant_message"
    assert answer["content"][0]["text"].startswith(said)
    assert len(said) > 1


def rest(stream: Iterator[bytes]) -> list[bytes]:
    """Read to the end, or to the cut."""
    found: list[bytes] = []
    with contextlib.suppress(http.client.HTTPException, OSError):
        found.extend(stream)
    return found


def deltas(read: list[bytes]) -> str:
    events = Reply(200, {"content-type": "text/event-stream; charset=utf-8"}, b"".join(read)).raw_events
    updates = [event["update"] for event in events if event["type"] == "thread.item.updated"]
    return "".join(update.get("delta", "") for update in updates)


def test_an_answer_whose_client_has_gone_goes_on_and_is_joined_as_the_settings_say(monkeypatch, tmp_path) -> None:
    apps = []
    monkeypatch.setattr(listening, "run", lambda app, listener, **_: apps.append(app) or listener.close() or 0)
    places = ["--port", "0", "--data", str(tmp_path / "x.sqlite3")]
    assert main(["serve", *places, "--on-disconnect", "finish", "--finish-seconds", "1", "--rejoin-seconds", "9"]) == 0
    (app,) = apps
    headers = {"host": "localhost", "chatkit-frame-instance-id": "frame-1"}

    def told(words: int) -> dict:
        return {"type": "threads.create", "params": {"input": message(f"/long {words}")}}

    async def story() -> None:
        first = await Client(app, headers=headers, frames=7).post(told(20))
        again = await Client(app, headers=headers).post(told(20))
        assert again.startswith(first)
        assert len(again) > len(first)
        store = app.state.backend.store
        assert len((await store.list_threads("local", limit=9)).data) == 1
        began = time.monotonic()
        await Client(app, headers=headers, frames=7).post(told(500))
        thread = (await store.list_threads("local", limit=1)).data[0].id
        kinds = []
        while "sdk_hidden_context" not in kinds:
            await asyncio.sleep(0.1)
            page = await store.list_items("local", thread, limit=9, hidden=True)
            kinds = [item.__struct_config__.tag for item in page.data]
        assert 0.9 < time.monotonic() - began < 5
        await store.aclose()

    asyncio.run(story())


def test_small_writes_leave_at_once() -> None:
    """An event must not wait until the client has acknowledged the one before it (Nagle's algorithm)."""

    async def delayed() -> int:
        served = asyncio.Event()
        found = []

        def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            served.set()

        with listening.listen("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(accept, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                await served.wait()
                writer.close()
        return int(not found[0])

    assert not asyncio.run(delayed())


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = chatkit_wire("serve", PORT=str(port))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"cannot listen on 127.0.0.1, port {port}" in ended.stderr
    assert "address already in use" in ended.stderr


def test_a_port_that_is_no_number_is_told() -> None:
    ended = chatkit_wire("serve", PORT="http")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "'http'" in ended.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_other_machines_are_not_let_in_by_accident(host, capsys) -> None:
    assert main(["serve", "--host", host, "--port", "0"]) == 2
    assert "--insecure-no-auth" in capsys.readouterr().err


def test_other_machines_are_let_in_on_purpose_with_a_warning(capsys, monkeypatch, tmp_path) -> None:
    # Nothing is opened to other machines here: what listens is a loopback socket, and nothing is served.
    asked = []
    real = listening.listen
    monkeypatch.setattr(listening, "listen", lambda host, port: asked.append(host) or real("127.0.0.1", port))
    monkeypatch.setattr(listening, "run", lambda app, listener, **_: listener.close() or 0)
    arguments = ["serve", "--host", "192.0.2.1", "--port", "0", "--data", str(tmp_path / "x.sqlite3")]
    assert main([*arguments, "--insecure-no-auth"]) == 0
    assert asked == ["192.0.2.1"]
    assert "WARNING" in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb", [["serve", "--data", "URL"], ["testbed", "--store", "postgres:URL"]], ids=lambda v: v[0]
)
def test_threads_are_kept_in_postgres_when_a_url_is_given(verb) -> None:
    place = postgres_url()
    served = Served(*(word.replace("URL", place) for word in verb), "--port", "0")
    served.wait_for("Ctrl-C" if verb[0] == "serve" else "/chatkit/api")
    thread = Wire(served.port).create("hello").raw_events[0]["thread"]["id"]
    served.close()

    async def kept() -> str:
        store = PostgresStore(place)
        try:
            return (await store.load_thread("local", thread)).id
        finally:
            await store.delete_thread("local", thread)
            await store.aclose()

    assert asyncio.run(kept()) == thread


def test_a_password_in_the_url_is_not_shown() -> None:
    assert shown("postgresql://ann:secret@db/chats") == "postgresql://ann@db/chats"
    assert shown("data/chats.sqlite3") == "data/chats.sqlite3"


def test_a_store_that_is_none_is_told(capsys) -> None:
    assert main(["testbed", "--store", "paper"]) == 2
    assert "postgres:URL" in capsys.readouterr().err


@pytest.fixture(scope="module")
def with_accounts(folder) -> Iterator[Served]:
    flags = ("--auth-tenant-claim", "org", "--allow-origins", "https://page.example")
    served = Served("serve", "--port", "0", *flags, cwd=folder, CHATKIT_AUTH_SECRET=SECRET)
    served.wait_for("Ctrl-C")
    yield served
    served.close()


def token(**claims: str) -> str:
    given = {"exp": int(time.time()) + 600} | claims
    return jwt.encode({"alg": "HS256"}, given, OctKey.import_key(SECRET))


def test_accounts_come_from_the_settings(with_accounts) -> None:
    assert "a bearer token is needed" in with_accounts.printed()
    refused = Wire(with_accounts.port).create()
    assert (refused.status, refused.json["reason"]) == (401, "missing")
    ann, other = (
        Wire(with_accounts.port, headers={"authorization": f"Bearer {token(sub='ann', org=org)}"})
        for org in ("acme", "zeta")
    )
    thread = ann.thread()
    assert [row["id"] for row in ann.ask("threads.list").json["data"]] == [thread]
    assert other.ask("threads.list").json["data"] == []


def test_a_named_page_may_call(with_accounts) -> None:
    asked = {"origin": "https://page.example", "access-control-request-method": "POST"}
    reply = Wire(with_accounts.port).request("OPTIONS", headers=asked)
    assert reply.headers["access-control-allow-origin"] == "https://page.example"


def test_the_chat_sends_a_token(with_accounts) -> None:
    header = f"authorization: Bearer {token(sub='cy', org='acme')}"
    ended = chatkit_wire("chat", with_accounts.url, "--header", header, "--once", "hello")
    assert (ended.returncode, "hello" in ended.stdout) == (0, True)


def test_with_accounts_the_printed_lines_have_a_place_for_a_token(with_accounts) -> None:
    printed = with_accounts.printed().replace("TOKEN", token(sub="di", org="acme")).splitlines()
    curl, chat = (next(line for line in printed if f" {verb} " in line) for verb in ("-N", "chat"))
    _, _, _, _, bearer, *_, body = shlex.split(curl)
    name, _, value = bearer.partition(": ")
    assert Wire(with_accounts.port).post(body, {name: value}).status == 200
    assert chatkit_wire(*shlex.split(chat)[1:], "--once", "hello").returncode == 0


def test_other_machines_are_let_in_with_accounts(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CHATKIT_AUTH_SECRET", SECRET)
    real = listening.listen
    monkeypatch.setattr(listening, "listen", lambda _host, port: real("127.0.0.1", port))
    monkeypatch.setattr(listening, "run", lambda app, listener, **_: listener.close() or 0)
    assert main(["serve", "--host", "192.0.2.1", "--port", "0", "--data", str(tmp_path / "x.sqlite3")]) == 0
    assert "WARNING" not in capsys.readouterr().err


def test_a_name_that_leads_here_from_elsewhere_is_not_served(served) -> None:
    refused = Wire(served.port).post({"type": "threads.list"}, {"host": "evil.example"})
    assert (refused.status, refused.json["reason"]) == (403, "host")


def test_a_page_elsewhere_cannot_write_blindly(served) -> None:
    sent = {"origin": "https://evil.example", "content-type": "text/plain"}
    refused = Wire(served.port).post({"type": "threads.create", "params": {"input": message("hi")}}, sent)
    assert (refused.status, refused.json["reason"]) == (403, "origin")


def test_a_file_goes_from_the_chat_to_the_model(folder, tmp_path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("the boat leaves at nine\n")
    with fake_model() as fake:
        served = Served(
            "serve", "--port", "0", "--data", "chats/threads.sqlite3", cwd=tmp_path, **fake.environment("responses")
        )
        served.wait_for("Ctrl-C")
        lines = f"/attach {note}\n/attach {tmp_path}/none.txt\nWhen?\n/items\n"
        ended = chatkit_wire("chat", served.url, lines=lines)
        printed = served.printed()
        served.close()
        told = json.dumps(fake.log[-1]["body"])
    assert "the boat leaves at nine" in told
    assert "goes with the next message" in ended.stdout
    assert "cannot read" in ended.stdout
    assert "+ note.txt (text/plain)" in ended.stdout
    assert f"attached files      {Path('chats/files')}" in printed
    kept = [path.name for path in (tmp_path / "chats/files").rglob("*") if path.is_file()]
    assert sorted(kept) == ["about.json", "bytes"]
    assert (tmp_path / "chats/files.secret").stat().st_mode & 0o777 == 0o600


def test_a_folder_of_files_that_cannot_be_is_told(tmp_path, capsys) -> None:
    place = ["--data", str(tmp_path / "x.sqlite3"), "--files", "/dev/null/x"]
    assert main(["serve", "--port", "0", *place]) == 2
    assert "cannot be kept in /dev/null/x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        pytest.param({}, 204, "", id="as they are"),
        pytest.param({"file_bytes": 0, "file_pixels": 0}, 204, "", id="none"),
        pytest.param({"file_bytes": 60}, 413, "size", id="bytes"),
        pytest.param({"file_pixels": 63}, 413, "pixels", id="pixels"),
        pytest.param({"file_types": ["text/*"]}, 400, "type", id="types"),
    ],
)
def test_files_are_taken_as_the_settings_say(told, status, reason, tmp_path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    files = uploads(Settings(data=str(tmp_path / "x.sqlite3"), **told))
    with live(demo_app(attachments=files)) as port:
        size = len(out.getvalue())
        reply = Wire(port).ask("attachments.create", name="a.png", size=size, mime_type="image/png")
        if reply.status == 200:
            place = urlsplit(reply.json["upload_descriptor"]["url"])
            reply = Wire(port, place.path).request("PUT", out.getvalue(), {"content-type": "image/png"})
    assert (reply.status, reply.json["reason"] if reason else "") == (status, reason)


def test_files_can_be_off(tmp_path) -> None:
    app = demo_app(attachments=uploads(Settings(files="off", data=str(tmp_path / "x.sqlite3"))))
    with live(app) as port:
        assert Wire(port).ask("attachments.create", name="a", size=1, mime_type="a/b").status == 501
