"""Files over HTTP: announced, uploaded in both ways, shown, read, deleted, swept; and what is not taken."""

import asyncio
import gzip
import io
import json
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image
from starlette.requests import Request

from chatkit_conformance.rules.attachments import create_keeps_metadata_in
from chatkit_conformance.transcript import Exchange
from chatkit_server import Answer, MemoryStore, NotFound, Turn, Unauthorized, create_app
from chatkit_server.files import FileLimits, FileStore, disk, pictures, secret_in
from chatkit_server.files.checking import looks_like
from chatkit_server.files.shelf import About
from support.bucket import bucket
from support.faults import connect, until_closed
from support.live import live
from support.wire import Reply, Wire

SECRET = "0123456789abcdef0123456789abcdef"
LIMITS = FileLimits(max_bytes=300_000, max_pixels=1_000_000, accept=("image/*", "text/*", "application/*"))


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


PNG = picture()
PDF = b"%PDF-1.7\n" + b"%" * 200


class Talk:
    """Answers with the bytes of what is attached, and an address to download them from."""

    def __init__(self, files: FileStore) -> None:
        self.attachments = files

    async def respond(self, turn: Turn) -> Answer:
        for attachment in turn.message.attachments if turn.message else ():
            data = await turn.read_attachment(attachment)
            url = self.attachments.download_url(turn, attachment)
            yield turn.say(json.dumps([len(data) if data is not None else None, url]))


def who(http: Request) -> str:
    user = http.headers.get("x-user")
    if not user:
        raise Unauthorized
    return user


@pytest.fixture(scope="module", params=["disk", pytest.param("s3", marks=pytest.mark.slow)])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileStore]:
    if request.param == "disk":
        yield FileStore(disk(tmp_path_factory.mktemp("files")), SECRET, limits=LIMITS)
    else:
        with bucket() as place:
            yield FileStore(place, SECRET, limits=LIMITS)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(scope="module")
def wire(files: FileStore, store: MemoryStore) -> Iterator[Wire]:
    with live(create_app(Talk(files), store=store, identify=who)) as port:
        yield Wire(port, headers={"x-user": "ann"})


def at(url: str) -> Wire:
    place = urlsplit(url)
    assert place.hostname == "127.0.0.1"
    return Wire(place.port or 0, place.path)


def announce(wire: Wire, data: bytes, mime_type: str = "image/png", name: str = "a.png", **given: Any) -> Any:
    asked = {"name": name, "size": len(data), "mime_type": mime_type} | given
    reply = wire.ask("attachments.create", **asked)
    assert reply.status == 200, reply.body
    return reply.json


def send(attachment: Any, data: bytes, method: str = "PUT") -> Reply:
    place = attachment["upload_descriptor"]
    return at(place["url"]).request(method, data, {"content-type": attachment["mime_type"], **place["headers"]})


def uploaded(wire: Wire, data: bytes = PNG, mime_type: str = "image/png", name: str = "a.png") -> Any:
    attachment = announce(wire, data, mime_type, name)
    assert send(attachment, data).status == 204
    return attachment


def form(data: bytes, name: str = "a.png", mime_type: str = "image/png", field: str = "file") -> tuple[bytes, str]:
    head = f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    head += f"Content-Type: {mime_type}\r\n\r\n"
    return head.encode() + data + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


def direct(wire: Wire, data: bytes, name: str = "a.png", mime_type: str = "image/png", field: str = "file") -> Reply:
    body, kind = form(data, name, mime_type, field)
    return Wire(wire.port, "/chatkit/api/upload", wire.headers).post(body, {"content-type": kind})


def read_back(reply: Reply) -> tuple[Any, bytes]:
    """Give how many bytes the responder read, and what can be downloaded."""
    read, url = json.loads(reply.raw_events[-1]["item"]["content"][0]["text"])
    return read, at(url).request("GET").body


def objects(files: FileStore) -> list[str]:
    async def names() -> list[str]:
        return [found["path"] async for lot in files.shelf._place.list() for found in lot]

    return asyncio.run(names())


KINDS: list[Any] = [
    pytest.param(PNG, "image/png", "image", id="png"),
    pytest.param(picture("JPEG"), "image/jpeg", "image", id="jpeg"),
    pytest.param(picture("GIF"), "image/gif", "image", id="gif"),
    pytest.param(picture("WEBP"), "image/webp", "image", id="webp"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "file", id="svg"),
    pytest.param(PDF, "application/pdf", "file", id="pdf"),
    pytest.param("naïve\n".encode() * 2000, "text/plain; charset=utf-8", "file", id="text"),
    pytest.param("breit".encode("utf-16"), "text/plain", "file", id="wide text"),
    pytest.param(b'{"a": 1}', "application/json", "file", id="json"),
    pytest.param(b"PK\x03\x04" + b"x" * 99, "application/zip", "file", id="zip"),
    pytest.param(b"", "text/plain", "file", id="empty"),
    pytest.param(b"\0\1\2", "application/octet-stream", "file", id="anything"),
]


@pytest.mark.parametrize(("data", "mime_type", "kind"), KINDS)
def test_a_file_is_announced_sent_carried_and_read(wire: Wire, data: bytes, mime_type: str, kind: str) -> None:
    attachment = announce(wire, data, mime_type, name="x")
    assert attachment["type"] == kind
    assert attachment["upload_descriptor"]["method"] == "PUT"
    assert send(attachment, data).status == 204
    reply = wire.create(attachments=[attachment["id"]])
    said = reply.raw_events[1]["item"]["attachments"][0]
    assert (said["id"], said["name"], said["mime_type"]) == (attachment["id"], "x", mime_type)
    assert "upload_descriptor" not in said
    assert read_back(reply) == (len(data), data)


@pytest.mark.parametrize("way", ["POST", "PUT", "POST a form"])
def test_every_way_of_sending_will_do(wire: Wire, way: str) -> None:
    attachment = announce(wire, PNG)
    if way == "POST a form":
        body, kind = form(PNG)
        reply = at(attachment["upload_descriptor"]["url"]).post(body, {"content-type": kind})
    else:
        reply = send(attachment, PNG, way)
    assert reply.status == 204
    assert read_back(wire.create(attachments=[attachment["id"]]))[1] == PNG


def test_a_file_is_sent_directly(wire: Wire) -> None:
    reply = direct(wire, PNG, "blue.png")
    assert reply.status == 200
    attachment = reply.json
    assert attachment.keys() == {"type", "id", "name", "mime_type", "preview_url"}
    assert (attachment["type"], attachment["name"]) == ("image", "blue.png")
    assert at(attachment["preview_url"]).request("GET").status == 200
    assert read_back(wire.create(attachments=[attachment["id"]])) == (len(PNG), PNG)


def test_what_is_sent_directly_keeps_to_the_rule_about_it(wire: Wire) -> None:
    """ATT-012, on what this server really said."""
    body, kind = form(PNG)
    reply = Wire(wire.port, "/chatkit/api/upload", wire.headers).post(body, {"content-type": kind})
    told = Exchange(body, status=reply.status, headers=reply.headers, received=reply.body)
    looks = list(create_keeps_metadata_in(told))
    assert [look.holds for look in looks] == [True]
    leaky = Exchange(body, status=200, headers=reply.headers, received=reply.body[:-1] + b',"metadata":{"a":1}}')
    assert [look.holds for look in create_keeps_metadata_in(leaky)] == [False]


# Previews.


def shown(url: str) -> Image.Image:
    reply = at(url).request("GET")
    assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(reply.body))


def test_a_preview_is_small_and_tells_nothing_else(wire: Wire) -> None:
    place = Image.Exif()
    place[0x010E] = "CANARY: at home"
    place[0x0112] = 6  # turned by a quarter
    photo = picture("JPEG", (900, 600), exif=place)
    assert b"CANARY" in photo
    url = uploaded(wire, photo, "image/jpeg")["preview_url"]
    small = shown(url)
    assert (small.format, max(small.size), small.height > small.width) == ("PNG", 512, True)
    assert b"CANARY" not in at(url).request("GET").body


ODD = [
    pytest.param(0x0100, 12, struct.pack("<d", 60.5), id="a width that is no whole number"),
    pytest.param(0x010E, 5, struct.pack("<II", 1, 0), id="a description that is a division by zero"),
    pytest.param(0x9000, 11, struct.pack("<f", 1.5), id="a version that is a number"),
]


def metadata(tag: int, kind: int, value: bytes) -> bytes:
    """Say in EXIF that the camera was turned by a quarter, and something odd."""
    where = struct.pack("<I", 38) if len(value) > 4 else value
    rows = sorted([(0x0112, struct.pack("<HIHH", 3, 1, 6, 0)), (tag, struct.pack("<HI", kind, 1) + where)])
    told = b"".join(struct.pack("<H", name) + row for name, row in rows)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + told + bytes(4) + value


@pytest.mark.parametrize(("tag", "kind", "value"), ODD)
def test_a_photograph_with_odd_metadata_is_a_photograph(wire: Wire, tag: int, kind: int, value: bytes) -> None:
    photo = picture("JPEG", (900, 600), exif=metadata(tag, kind, value))
    small = shown(uploaded(wire, photo, "image/jpeg")["preview_url"])
    assert small.height > small.width, "and is turned as it says"


def test_previews_are_made_in_every_event_loop_of_a_process() -> None:
    async def many() -> list[bytes]:
        made = (pictures.preview(io.BytesIO(PNG), "image/png", max_pixels=1_000_000) for _ in range(5))
        return await asyncio.gather(*made)

    assert [len(asyncio.run(many())) for _ in range(2)] == [5, 5]


def test_what_is_transparent_stays_so(wire: Wire) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert shown(uploaded(wire, out.getvalue())["preview_url"]).mode == "RGBA"


def test_a_preview_is_not_there_before_the_file_is(wire: Wire) -> None:
    assert at(announce(wire, PNG)["preview_url"]).request("GET").status == 404


def test_addresses_of_a_thread_are_good_again_when_it_is_read_later(wire: Wire, files: FileStore) -> None:
    attachment = uploaded(wire)
    thread = wire.create(attachments=[attachment["id"]]).raw_events[0]["thread"]["id"]
    real = files.signer._now
    try:
        files.signer._now = lambda: time.time() + 25 * 3600
        old = at(attachment["preview_url"]).request("GET")
        assert (old.status, old.json["reason"]) == (403, "expired")
        listed = wire.items(thread)[0]["attachments"][0]["preview_url"]
        opened = wire.ask("threads.get_by_id", thread_id=thread).json["items"]["data"][0]["attachments"][0]
        assert [at(url).request("GET").status for url in (listed, opened["preview_url"])] == [200, 200]
    finally:
        files.signer._now = real


def test_a_browser_does_not_run_what_it_downloads(wire: Wire) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    attachment = uploaded(wire, page, "text/html", "page.html")
    _, url = json.loads(wire.create(attachments=[attachment["id"]]).raw_events[-1]["item"]["content"][0]["text"])
    headers = at(url).request("GET").headers
    assert headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


# What is not taken.

ANNOUNCED: list[Any] = [
    pytest.param({"size": 300_001}, 413, "size", "$.params.size", id="too large"),
    pytest.param({"size": -1}, 400, None, "$.params.size", id="less than nothing"),
    pytest.param({"name": ""}, 400, "name", "$.params.name", id="no name"),
    pytest.param({"name": "x" * 1025}, 400, "name", "$.params.name", id="a very long name"),
    pytest.param({"mime_type": "png"}, 400, "type", "$.params.mime_type", id="no type"),
    pytest.param({"mime_type": "image/png\r\nx: y"}, 400, "type", "$.params.mime_type", id="a header in the type"),
    pytest.param({"mime_type": "image/png; a=\x00"}, 400, "type", "$.params.mime_type", id="NUL in the type"),
    pytest.param({"mime_type": "text/plain; c=\u2603"}, 400, "type", "$.params.mime_type", id="snow in the type"),
    pytest.param({"mime_type": "video/mp4"}, 400, "type", "$.params.mime_type", id="a type that is not taken"),
]


@pytest.mark.parametrize(("given", "status", "reason", "path"), ANNOUNCED)
def test_what_is_announced_may_be_refused(
    wire: Wire, given: dict[str, Any], status: int, reason: str | None, path: str
) -> None:
    reply = wire.ask("attachments.create", **{"name": "a.png", "size": 9, "mime_type": "image/png"} | given)
    assert (reply.status, reply.json.get("reason"), reply.json["path"]) == (status, reason, path)


def bomb(side: int) -> bytes:
    """Make a small PNG of a huge picture."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (side // 8 + 1)), 9)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SENT: list[Any] = [
    pytest.param(PNG, len(PNG) - 1, "image/png", 413, "size", id="one byte too many"),
    pytest.param(PNG, len(PNG) + 1, "image/png", 400, "size", id="one too few"),
    pytest.param(b"x" * 250_000, 5, "text/plain", 413, "size", id="far too many"),
    pytest.param(PDF, len(PDF), "image/png", 400, "type", id="a PDF as an image"),
    pytest.param(picture("JPEG"), None, "image/png", 400, "type", id="a JPEG as a PNG"),
    pytest.param(PNG[: len(PNG) // 2], None, "image/png", 400, "type", id="half an image"),
    pytest.param(PNG[:40], None, "image/png", 400, "type", id="the beginning of an image"),
    pytest.param(PNG, None, "application/pdf", 400, "type", id="an image as a PDF"),
    pytest.param(b"MZ\x90\x00" + bytes(5000), None, "text/plain", 400, "type", id="a program as text"),
    pytest.param(b"<html>", None, "application/pdf", 400, "type", id="a page as a PDF"),
    pytest.param(b"text", None, "application/zip", 400, "type", id="text as an archive"),
    pytest.param(PNG, None, "application/msword", 400, "type", id="an image as a document"),
    pytest.param(bomb(20_000), None, "image/png", 413, "pixels", id="a bomb"),
    pytest.param(bomb(1_008), None, "image/png", 413, "pixels", id="a few pixels too many"),
]


@pytest.mark.parametrize(("data", "size", "mime_type", "status", "reason"), SENT)
def test_what_is_sent_may_be_refused(
    wire: Wire, files: FileStore, data: bytes, size: int | None, mime_type: str, status: int, reason: str
) -> None:
    attachment = announce(wire, data, mime_type, size=len(data) if size is None else size)
    before = len(objects(files))
    reply = send(attachment, data)
    assert (reply.status, reply.json["reason"]) == (status, reason)
    assert len(objects(files)) == before, "nothing of it was kept"


def boxed(*brands: bytes) -> bytes:
    """Begin a file as those of phones do."""
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:]) + bytes(99)


REAL: list[Any] = [
    pytest.param(boxed(b"heic", b"mif1", b"heic"), "image/heic", id="a photograph of an iPhone"),
    pytest.param(boxed(b"mif1", b"heic"), "image/heif", id="heif"),
    pytest.param(boxed(b"avif", b"mif1"), "image/avif", id="avif"),
    pytest.param(picture("BMP"), "image/bmp", id="bmp"),
    pytest.param(picture("TIFF"), "image/tiff", id="tiff"),
    pytest.param(picture("ICO", (32, 32)), "image/vnd.microsoft.icon", id="an icon"),
    pytest.param(picture("JPEG"), "image/jpg", id="jpg"),
    pytest.param(boxed(b"isom", b"iso2", b"mp41"), "video/mp4", id="a film"),
    pytest.param(boxed(b"iso5", b"dash"), "video/mp4", id="a film in pieces"),
    pytest.param(boxed(b"qt  "), "video/quicktime", id="a film of an iPhone"),
    pytest.param(boxed(b"M4A ", b"mp42"), "audio/x-m4a", id="a voice memo"),
    pytest.param(b"ID3\x03" + bytes(99), "audio/mpeg", id="mp3"),
    pytest.param(b"\xff\xf3\x90\x64" + bytes(99), "audio/mpeg", id="mp3 without a header"),
    pytest.param(b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(99), "audio/webm", id="webm"),
    pytest.param(gzip.compress(b"x" * 99), "application/gzip", id="gzip"),
    pytest.param(b"PK\x05\x06" + bytes(18), "application/zip", id="an empty archive"),
    pytest.param(b"\xd0\xcf\x11\xe0" + bytes(99), "application/vnd.ms-excel", id="an old sheet"),
    pytest.param(b"a,b\r\n1,2\r\n", "application/vnd.ms-excel", id="CSV, as Windows calls it"),
    pytest.param(b"wOFF\0\1\0\0" + bytes(99), "font/woff", id="a font"),
    pytest.param(b"export const a = 1;\n", "video/mp2t", id="TypeScript, as browsers call it"),
]


@pytest.mark.parametrize(("data", "mime_type"), REAL)
def test_a_real_file_is_taken_for_what_it_is(data: bytes, mime_type: str) -> None:
    assert looks_like(mime_type, data[:4096])


FALSE: list[Any] = [
    pytest.param(boxed(b"heic"), "image/avif", id="one picture for another"),
    pytest.param(boxed(b"isom"), "image/heic", id="a film as a picture"),
    pytest.param(boxed(b"heic"), "video/mp4", id="a picture as a film"),
    pytest.param(b"MZ\x90\x00" + bytes(99), "video/mp4", id="a program as a film"),
    pytest.param(b"MZ\x90\x00" + bytes(99), "font/woff", id="a program as a font"),
    pytest.param(b"<script>alert(1)</script>", "audio/mpeg", id="a page as sound"),
    pytest.param(b"<svg onload='alert(1)'/>", "image/bmp", id="a drawing as a bitmap"),
    pytest.param(PDF, "application/gzip", id="a PDF as an archive"),
    pytest.param(b"MZ\x90\x00" + bytes(99), "application/vnd.ms-excel", id="a program as a sheet"),
]


@pytest.mark.parametrize(("data", "mime_type"), FALSE)
def test_a_file_is_not_taken_for_what_it_is_not(data: bytes, mime_type: str) -> None:
    assert not looks_like(mime_type, data)


def test_the_bomb_is_one() -> None:
    assert len(bomb(20_000)) < 300_000


def test_a_file_that_is_larger_than_it_says_is_not_read_to_its_end(wire: Wire) -> None:
    attachment = announce(wire, b"12345", "text/plain")
    place = at(attachment["upload_descriptor"]["url"])
    with place.open("PUT", b"a\r\nten bytes.\r\n", {"transfer-encoding": "chunked"}) as connection:
        assert connection.getresponse().status == 413  # though there could be more


ADDRESSES: list[Any] = [
    pytest.param("GET", "upload", 403, id="download from where to upload"),
    pytest.param("PUT", "preview", 403, id="upload to where to look"),
    pytest.param("GET", "garbage", 403, id="garbage"),
    pytest.param("GET", "../../../etc/passwd", 404, id="a path"),
    pytest.param("GET", "..%2f..%2fetc%2fpasswd", 404, id="a path in disguise"),
    pytest.param("GET", "%00", 403, id="NUL"),
    pytest.param("DELETE", "upload", 405, id="another method"),
]


@pytest.mark.parametrize(("method", "what", "status"), ADDRESSES)
def test_an_address_is_good_for_one_thing(wire: Wire, method: str, what: str, status: int) -> None:
    attachment = uploaded(wire)
    urls = {"upload": attachment["upload_descriptor"]["url"], "preview": attachment["preview_url"]}
    path = urlsplit(urls[what]).path if what in urls else f"/chatkit/api/files/{what}"
    reply = Wire(wire.port, path).request(method)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/json"


def test_an_address_of_another_server_is_not_ours(wire: Wire, tmp_path: Path) -> None:
    other = FileStore(disk(tmp_path), SECRET[::-1])
    token = other.signer.sign("a/b", "download", 600)
    reply = Wire(wire.port, f"/chatkit/api/files/{token}").request("GET")
    assert (reply.status, reply.json["reason"]) == (403, "signature")


def test_an_upload_is_too_late_after_an_hour_and_after_the_message(wire: Wire, files: FileStore) -> None:
    attachment = uploaded(wire)
    real = files.signer._now
    try:
        files.signer._now = lambda: time.time() + 3601
        assert (send(attachment, PNG).status, send(attachment, PNG).json["reason"]) == (403, "expired")
    finally:
        files.signer._now = real
    wire.create(attachments=[attachment["id"]])
    assert (send(attachment, PNG).status, send(attachment, PNG).json["reason"]) == (403, "sent")


DIRECT: list[Any] = [
    pytest.param({"data": PDF}, 400, "type", id="a PDF as an image"),
    pytest.param({"data": bytes(300_001), "mime_type": "application/octet-stream"}, 413, "size", id="too large"),
    pytest.param({"data": bytes(400_000), "mime_type": "application/octet-stream"}, 413, "size", id="far too large"),
    pytest.param({"data": b"x", "mime_type": "video/mp4"}, 400, "type", id="a type that is not taken"),
    pytest.param({"data": PNG, "field": "image"}, 400, None, id="another field"),
    pytest.param({"data": bomb(20_000)}, 413, "pixels", id="a bomb"),
]


@pytest.mark.parametrize(("given", "status", "reason"), DIRECT)
def test_what_is_sent_directly_may_be_refused(
    wire: Wire, given: dict[str, Any], status: int, reason: str | None
) -> None:
    reply = direct(wire, **given)
    assert (reply.status, reply.json.get("reason")) == (status, reason)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(PNG, "image/png", id="no form"),
        pytest.param(b"--edge\r\nbroken", "multipart/form-data; boundary=edge", id="half a form"),
        pytest.param(b"x", "multipart/form-data", id="a form without an edge"),
        pytest.param(b"x", f"multipart/form-data; boundary={'x' * 300}", id="a form with too long an edge"),
    ],
)
def test_a_direct_upload_is_a_form(wire: Wire, body: bytes, kind: str) -> None:
    reply = Wire(wire.port, "/chatkit/api/upload", wire.headers).post(body, {"content-type": kind})
    assert (reply.status, reply.json["code"]) == (400, "bad_request")


def test_a_direct_upload_without_length_is_not_read_to_its_end(wire: Wire, files: FileStore) -> None:
    before = objects(files)
    place = Wire(wire.port, "/chatkit/api/upload", wire.headers)
    head = form(b"", mime_type="text/plain")[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    body = (piece for piece in [head, *[b"x" * 65536] * 7])
    sent = {"content-type": "multipart/form-data; boundary=edge"}
    # The server answers and closes while we may still be sending: then the system can throw its answer away.
    with suppress(BrokenPipeError, ConnectionResetError), place.open("POST", body, sent) as connection:
        assert connection.getresponse().status == 413
    assert objects(files) == before
    assert direct(wire, PNG).status == 200


def test_a_direct_upload_is_refused_while_it_comes(wire: Wire, files: FileStore) -> None:
    """A program that says it is a picture is told so by its first bytes."""
    before = objects(files)
    body, kind = form(b"MZ" + b"x" * 5000)
    lines = ["POST /chatkit/api/upload HTTP/1.1", "Host: localhost", "X-User: ann", f"Content-Type: {kind}"]
    head = "\r\n".join([*lines, "Content-Length: 250000", "Connection: close", "", ""])
    with connect(wire.port) as client:
        client.sendall(head.encode() + body.removesuffix(b"\r\n--edge--\r\n"))
        got = until_closed(client)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b'"reason":"type"' in got
    assert objects(files) == before


FORMS: list[Any] = [
    pytest.param([b"a", b"FILE"], 200, "", id="another field before it"),
    pytest.param([b"FILE", b"a", b"b"], 200, "", id="more behind it"),
    pytest.param([b"FILE", b"FILE"], 400, "one file at a time", id="two files"),
    pytest.param([], 400, "no file in the field file", id="nothing"),
]


@pytest.mark.parametrize("step", [1, 7, 4096])
@pytest.mark.parametrize(("parts", "status", "words"), FORMS)
def test_a_form_is_read_in_whatever_pieces_it_comes(
    wire: Wire, parts: list[bytes], status: int, words: str, step: int
) -> None:
    data = b"line\r\n--edg\r\n--edg e\r\n"
    said = b'Content-Disposition: form-data; name="file"; filename="\xc3\xa4 \\"b\\".txt"\r\nContent-Type: text/plain'
    spelled = {b"FILE": said + b"\r\n\r\n" + data}
    body = b"".join(
        b"--edge\r\n"
        + spelled.get(part, b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (part, part))
        + b"\r\n"
        for part in parts
    )
    body += b"--edge--\r\n"
    pieces = (body[at : at + step] for at in range(0, len(body), step))
    place = Wire(wire.port, "/chatkit/api/upload", wire.headers)
    with place.open("POST", pieces, {"content-type": 'multipart/form-data; boundary="edge"'}) as connection:
        response = connection.getresponse()
        told = json.load(response)
    assert (response.status, words in told.get("message", "")) == (status, True)
    if status == 200:
        assert told["name"] == 'ä "b".txt'
        assert read_back(wire.create(attachments=[told["id"]])) == (len(data), data)


@pytest.mark.parametrize("cut", [1, 5, 60], ids=["its last letter", "its end", "the middle of the file"])
def test_a_form_that_breaks_off_is_no_file(wire: Wire, files: FileStore, cut: int) -> None:
    before = objects(files)
    body, kind = form(b"x" * 100, mime_type="text/plain")
    reply = Wire(wire.port, "/chatkit/api/upload", wire.headers).post(body[:-cut], {"content-type": kind})
    assert (reply.status == 200) == (cut < 5), "the file is whole when a line with the boundary follows it"
    assert (objects(files) == before) == (cut >= 5)


def test_who_is_nobody_uploads_nothing(wire: Wire, files: FileStore) -> None:
    before = objects(files)
    assert direct(Wire(wire.port), PNG).status == 401
    assert Wire(wire.port).ask("attachments.create", name="a", size=1, mime_type="a/b").status == 401
    assert objects(files) == before


# Names.

NAMES = [
    pytest.param("../../../../tmp/CANARY", id="up"),
    pytest.param("..\\..\\CANARY", id="up on Windows"),
    pytest.param("/etc/CANARY", id="from the root"),
    pytest.param("CANARY\0.png", id="NUL"),
    pytest.param("CANARY\r\nset-cookie: a=b", id="a header"),
    pytest.param('CANARY"; filename="b', id="quotes"),
    pytest.param("CON", id="reserved"),
    pytest.param("CANARY" + "é" * 1000, id="very long"),
    pytest.param("..", id="two dots"),
    pytest.param("日本語 🎉 \u202egnp.CANARY", id="letters of all kinds"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_path(wire: Wire, files: FileStore, name: str) -> None:
    attachment = uploaded(wire, b"bytes", "text/plain", name)
    assert attachment["name"] == name
    reply = wire.create(attachments=[attachment["id"]])
    _, url = json.loads(reply.raw_events[-1]["item"]["content"][0]["text"])
    got = at(url).request("GET")
    assert (got.status, got.body) == (200, b"bytes")
    assert "set-cookie" not in got.headers
    assert unquote(got.headers["content-disposition"].partition("''")[2]) == name
    kept = {"about.json", "bytes", "preview.png"}
    for path in objects(files):
        owner, file, what = path.split("/")
        assert len(owner) == len(file) == 32
        assert what in kept


def test_users_and_ids_are_no_paths_either(tmp_path: Path) -> None:
    from chatkit_server.files.shelf import key_of  # noqa: PLC0415 - only here

    assert ".." not in key_of("../../x", "../../y")
    assert key_of("a/b", "c") != key_of("a", "b/c")


# Going away.


def test_what_is_deleted_is_gone(wire: Wire, files: FileStore) -> None:
    before = set(objects(files))
    attachment = uploaded(wire)
    assert len(set(objects(files)) - before) == 3
    assert wire.ask("attachments.delete", attachment_id=attachment["id"]).json == {}
    assert set(objects(files)) == before
    assert at(attachment["preview_url"]).request("GET").status == 404
    assert send(attachment, PNG).status == 404
    assert wire.create(attachments=[attachment["id"]]).status == 404


def sweep(files: FileStore, store: MemoryStore, days: float) -> int:
    return asyncio.run(files.sweep(store, datetime.now(UTC) + timedelta(days=days)))


def known(store: MemoryStore, attachment: Any) -> bool:
    async def ask() -> bool:
        try:
            await store.load_attachment("ann", attachment["id"])
        except NotFound:
            return False
        return True

    return asyncio.run(ask())


def test_files_that_no_message_carries_are_swept(wire: Wire, files: FileStore, store: MemoryStore) -> None:
    sweep(files, store, 2)
    unsent, kept, orphaned, retried = (uploaded(wire, name=name) for name in "abcd")
    thread = wire.create(attachments=[kept["id"]]).raw_events[0]["thread"]["id"]
    other = wire.create(attachments=[orphaned["id"]]).raw_events[0]["thread"]["id"]
    first = wire.create("first").raw_events
    wire.say(first[0]["thread"]["id"], "second", attachments=[retried["id"]])
    assert sweep(files, store, 0.9) == 0, "none is old enough"
    wire.ask("threads.delete", thread_id=other)
    assert wire.ask("threads.retry_after_item", thread_id=first[0]["thread"]["id"], item_id=first[1]["item"]["id"]).body
    assert sweep(files, store, 1.1) == 3
    assert [known(store, one) for one in (unsent, kept, orphaned, retried)] == [False, True, False, False]
    assert at(kept["preview_url"]).request("GET").status == 200
    assert at(unsent["preview_url"]).request("GET").status == 404
    assert wire.items(thread)[0]["attachments"][0]["id"] == kept["id"]
    assert sweep(files, store, 1.1) == 0


def test_a_file_of_two_messages_is_kept_as_long_as_one_of_them(
    wire: Wire, files: FileStore, store: MemoryStore
) -> None:
    attachment = uploaded(wire)
    threads = [wire.create(attachments=[attachment["id"]]).raw_events[0]["thread"]["id"] for _ in range(2)]
    for thread, still in ((threads[1], True), (threads[0], False)):
        wire.ask("threads.delete", thread_id=thread)
        sweep(files, store, 1.1)
        assert known(store, attachment) == still


def test_a_file_that_cannot_be_read_does_not_stop_the_sweep(tmp_path: Path) -> None:
    files = FileStore(disk(tmp_path), SECRET)
    with live(create_app(Talk(files))) as port:
        for _ in range(5):
            uploaded(Wire(port), b"x", "text/plain")
    broken = sorted(tmp_path.rglob("about.json"))[2]
    broken.write_bytes(b"")
    assert sweep(files, MemoryStore(), 2) == 4
    assert sorted(tmp_path.rglob("bytes")) == [broken.with_name("bytes")]


def test_nothing_is_left_of_a_file_that_is_deleted_while_it_is_written(files: FileStore) -> None:
    before = objects(files)

    async def race(about: About) -> None:
        await files.shelf.write_about(about)
        await asyncio.gather(
            files.shelf.write(about.key, io.BytesIO(PNG), PNG), files.shelf.delete(about.key), return_exceptions=True
        )

    async def races() -> None:
        for number in range(50):
            await race(About(owner="ann", id=str(number), name="a", mime_type="image/png", size=len(PNG)))

    asyncio.run(races())
    assert objects(files) == before


def test_the_app_sweeps_by_itself(tmp_path: Path) -> None:
    files = FileStore(disk(tmp_path), SECRET, unclaimed_seconds=0, sweep_seconds=1)
    with live(create_app(Talk(files))) as port:
        uploaded(Wire(port), b"x", "text/plain")
        for _ in range(100):
            if not objects(files):
                break
            time.sleep(0.05)
        assert objects(files) == []


def test_the_secret_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    made = secret_in(tmp_path / "secret")
    assert secret_in(tmp_path / "secret") == made
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert len(made) >= 64


def test_a_page_may_send_bytes_across_origins(tmp_path: Path) -> None:
    page = "https://page.example"
    files = FileStore(disk(tmp_path), SECRET)
    with live(create_app(Talk(files), allow_origins=[page])) as port:
        place = at(announce(Wire(port), b"x", "text/plain")["upload_descriptor"]["url"])
        asked = {
            "origin": page,
            "access-control-request-method": "PUT",
            "access-control-request-headers": "content-type",
        }
        preflight = place.request("OPTIONS", headers=asked)
        assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (200, page)
        assert place.request("PUT", b"x", {"origin": page}).headers["access-control-allow-origin"] == page


def test_addresses_are_where_browsers_reach_the_app(tmp_path: Path) -> None:
    from starlette.applications import Starlette  # noqa: PLC0415 - only here
    from starlette.routing import Mount  # noqa: PLC0415 - only here

    files = FileStore(disk(tmp_path / "a"), SECRET)
    with live(Starlette(routes=[Mount("/deep", app=create_app(Talk(files), path="/chat"))])) as port:
        attachment = announce(Wire(port, "/deep/chat"), b"x", "text/plain")
        assert send(attachment, b"x").status == 204
    public = FileStore(disk(tmp_path / "b"), SECRET, base_url="https://chat.example.com/")
    with live(create_app(Talk(public))) as port:
        url = announce(Wire(port), b"x", "text/plain")["upload_descriptor"]["url"]
        assert url.startswith("https://chat.example.com/chatkit/api/files/")
