"""Uploads that break off, stand still, or find no room: nothing of them is kept, and the next one works."""

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chatkit_server import Answer, Turn, create_app
from chatkit_server.files import FileStore, disk, s3
from support.faults import LONG, Watched, connect, unharmed, until_closed
from support.tally import Record
from support.wire import Wire

pytestmark = pytest.mark.slow

SECRET = "0123456789abcdef0123456789abcdef"
DATA = b"hello " * 100_000
FORM = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
END = b"\r\n--edge--\r\n"
INTERNAL, NO_CONTENT = 500, 204


async def talk(turn: Turn) -> Answer:
    yield turn.say("hi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def patience() -> float:
    """Seconds that an upload may stand still."""
    return 0.4


@pytest.fixture
def server(folder: Path, patience: float) -> Iterator[Watched]:
    with unharmed(create_app(talk, attachments=FileStore(disk(folder), SECRET, patience=patience))) as watched:
        yield watched


def announced(server: Watched) -> Any:
    return server.wire.ask("attachments.create", name="a.txt", size=len(DATA), mime_type="text/plain").json


def to(server: Watched, way: str) -> tuple[str, bytes]:
    """Give the head of an upload and its whole body."""
    form = FORM + DATA + END
    if way == "direct":
        path, method, kind, body = "/chatkit/api/upload", "POST", "multipart/form-data; boundary=edge", form
    else:
        path = urlsplit(announced(server)["upload_descriptor"]["url"]).path
        form_too = way == "form"
        method, kind = ("POST", "multipart/form-data; boundary=edge") if form_too else ("PUT", "text/plain")
        body = form if form_too else DATA
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]), body


def kept(folder: Path) -> list[str]:
    """Name what bytes there are."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "about.json")


WAYS = ["bare", "form", "direct"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.999], ids=["nothing", "little", "nearly-all"])
def test_an_upload_that_breaks_off_leaves_nothing(
    server: Watched, folder: Path, way: str, share: float, record_property: Record
) -> None:
    record_property("an upload breaks off", 1)
    head, body = to(server, way)
    with connect(server.port) as client:
        client.sendall(head.encode() + body[: int(len(body) * share)])
    time.sleep(0.05)
    assert kept(folder) == []
    with connect(server.port) as client:
        client.sendall(head.encode() + body)
        assert until_closed(client).startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 204 "))
    assert kept(folder) == ["bytes"]


@pytest.mark.parametrize("way", WAYS)
def test_an_upload_that_stands_still_is_refused(
    server: Watched, folder: Path, way: str, record_property: Record
) -> None:
    record_property("an upload stands still", 1)
    head, body = to(server, way)
    with connect(server.port) as client:
        client.sendall(head.encode() + body[: len(body) // 2])
        got = until_closed(client, 5)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b'"reason":"slow"' in got
    assert kept(folder) == []


@pytest.mark.parametrize("patience", [LONG])
def test_an_upload_whose_file_is_deleted_meanwhile_leaves_nothing(server: Watched, folder: Path) -> None:
    attachment = announced(server)
    path = urlsplit(attachment["upload_descriptor"]["url"]).path
    head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(DATA)}\r\nConnection: close\r\n\r\n"
    with connect(server.port) as client:
        client.sendall(head.encode() + DATA[:-1])
        time.sleep(0.05)
        assert server.wire.ask("attachments.delete", attachment_id=attachment["id"]).status == 200
        client.sendall(DATA[-1:])
        assert until_closed(client).startswith(b"HTTP/1.1 404 ")
    assert not list(folder.rglob("*.*")) + kept(folder)


def test_a_bucket_that_does_not_answer_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = s3(
            "files",
            endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}",
            region="us-east-1",
            access_key_id="key",
            secret_access_key="secret",
            client_options={"allow_http": True, "timeout": "300ms"},
        )
        with unharmed(create_app(talk, attachments=FileStore(place, SECRET, sweep_seconds=0)), pooled=9) as server:
            began = time.monotonic()
            refused = server.wire.ask("attachments.create", name="a", size=1, mime_type="text/plain")
            assert (refused.status, time.monotonic() - began < 3.5) == (INTERNAL, True)
            assert server.wire.ask("threads.list").status == 200


def test_a_place_without_room_is_the_server_s_trouble_and_the_next_upload_works(
    server: Watched, folder: Path, record_property: Record
) -> None:
    record_property("the place of files cannot be written to", 1)
    attachment = announced(server)
    place = urlsplit(attachment["upload_descriptor"]["url"])
    away = folder.with_name("away")
    shutil.move(folder, away)
    folder.write_bytes(b"")  # where a folder should be is a file: nothing can be written below it, by root neither
    try:
        refused = Wire(server.port, place.path).request("PUT", DATA, {"content-type": "text/plain"})
        assert refused.status in {404, INTERNAL}
        assert server.wire.ask("attachments.create", name="a", size=1, mime_type="text/plain").status == INTERNAL
        assert server.wire.ask("threads.list").status == 200
    finally:
        folder.unlink()
        shutil.move(away, folder)
    assert kept(folder) == []
    taken = Wire(server.port, place.path).request("PUT", DATA, {"content-type": "text/plain"})
    assert taken.status == NO_CONTENT
    assert kept(folder) == ["bytes"]
