"""`data`: a user's data given out and deleted, old threads deleted, on every store that outlives a process."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from chatkit_conformance.cli import main
from chatkit_protocol.codec import decode_attachment
from chatkit_server import SQLiteStore
from chatkit_server.context import Context
from chatkit_server.files import disk
from chatkit_server.files.shelf import About, Shelf
from chatkit_server.stores.contract.check import fill
from chatkit_server.stores.contract.samples import ATTACHMENTS, ITEMS
from chatkit_server.stores.postgres import PostgresStore
from cli.processes import command
from support.postgres import postgres_url

TENANT = Context(user="bob", tenant="acme").owner


def sqlite(folder: Path) -> tuple[str, Callable[[], Any]]:
    place = str(folder / "x.sqlite3")
    return place, lambda: SQLiteStore(place)


def postgres(folder: Path) -> tuple[str, Callable[[], Any]]:
    return postgres_url(), lambda: PostgresStore(postgres_url())


def tell(make: Callable[[], Any], story: Callable[[Any], Any]) -> Any:
    async def run() -> Any:
        store = make()
        try:
            return await story(store)
        finally:
            await store.aclose()

    return asyncio.run(run())


@pytest.fixture(params=[sqlite, postgres], ids=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    where, make = request.param(tmp_path)

    async def full(store: Any) -> None:
        for user in ("ann-of-data", TENANT):
            await fill(store, "aX", user=user)
            await fill(store, "b", user=user, thread_id="s")
            await store.save_attachment(user, ATTACHMENTS[0])

    async def empty(store: Any) -> None:
        for user in ("ann-of-data", TENANT):
            await store.delete_user(user)

    tell(make, full)
    yield where, make
    tell(make, empty)


def threads(user: str) -> Callable[[Any], Any]:
    async def count(store: Any) -> int:
        return len((await store.list_threads(user, limit=9)).data)

    return count


def test_an_export_has_everything(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "export", "bob", "--tenant", "acme", "--data", place[0]]) == 0
    values = [json.loads(line) for line in capsys.readouterr().out.split("\n")[:-1]]
    found = [(kind, value["id"]) for line in values for kind, value in line.items()]
    assert found == [
        ("thread", "t"),
        ("item", "a"),
        ("item", "X"),
        ("thread", "s"),
        ("item", "b"),
        ("attachment", ATTACHMENTS[0].id),
    ]
    assert decode_attachment(json.dumps(values[-1]["attachment"])) == ATTACHMENTS[0]


def test_a_user_is_deleted_and_no_other(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "delete", "ann-of-data", "--data", place[0]]) == 0
    assert "ann-of-data" in capsys.readouterr().out
    assert tell(place[1], threads("ann-of-data")) == 0
    assert tell(place[1], threads(TENANT)) == 2


def test_threads_that_are_old_are_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where, make = sqlite(tmp_path)
    tell(make, lambda store: fill(store, "a"))
    for days, left in (("1", 1), ("0", 0)):
        assert main(["data", "expire", days, "--data", where]) == 0
        assert capsys.readouterr().out == f"{1 - left} threads deleted\n"
        assert tell(make, threads("ann")) == left


def test_an_export_goes_through_many_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where, make = sqlite(tmp_path)

    async def full(store: Any) -> None:
        await fill(store)
        for sample in ITEMS:
            await store.save_item("ann", "t", sample)
        for number in range(1001):
            await store.save_attachment("ann", type(ATTACHMENTS[0])(id=f"f{number}", name="n", mime_type="text/plain"))

    tell(make, full)
    assert main(["data", "export", "ann", "--data", where]) == 0
    assert len(capsys.readouterr().out.split("\n")[:-1]) == 1 + len(ITEMS) + 1001


def exported(folder: Path, into: Any) -> tuple[int, str]:
    """Export some pages into a file; give the exit code, and what is told."""
    where, make = sqlite(folder)
    tell(make, lambda store: fill(store, [f"i{number}" for number in range(3000)]))
    with subprocess.Popen(
        command("data", "export", "ann", "--data", where), stdout=into, stderr=PIPE, text=True
    ) as run:
        if run.stdout:
            run.stdout.readline()
            run.stdout.close()
        assert run.stderr
        told = run.stderr.read()
    return run.returncode, told


def test_whoever_has_read_enough_of_an_export_ends_it(tmp_path: Path) -> None:
    assert exported(tmp_path, PIPE) == (141, "")


def test_an_export_for_which_there_is_no_room_is_told_to_be_incomplete(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        code, told = exported(tmp_path, full)
    assert (code, told.splitlines()[0]) == (1, "chatkit-wire: the export is not complete: No space left on device")


WRONG = [
    pytest.param(["export", "ann", "--data", "nowhere.sqlite3"], "no file nowhere.sqlite3", id="no-file"),
    pytest.param(["expire", "soon", "--data", __file__], "'soon' is no number of days", id="no-number"),
    pytest.param(["expire", "1e8", "--data", __file__], "'1e8' is no number of days", id="before-all-calendars"),
    pytest.param(["export", "", "--data", __file__], "a user has a name", id="nobody"),
    pytest.param(["export", "ann", "--config", "nowhere.toml"], "cannot read nowhere.toml", id="no-settings"),
    pytest.param(["delete", "ann", "--data", __file__, "--files", "nowhere"], "no folder nowhere", id="no-folder"),
    pytest.param(["delete", "ann", "--data", __file__, "--bytes", "x"], "is for export", id="bytes-of-delete"),
    pytest.param(["export", "a", "--data", __file__, "--files", "off", "--bytes", "x"], "--files", id="no-place"),
]


@pytest.mark.parametrize(("words", "why"), WRONG)
def test_what_cannot_be_done_is_told(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", *words]) == 2
    assert why in capsys.readouterr().err


UNUSABLE = [
    pytest.param(__file__, "file is not a database", id="no-database"),
    pytest.param("postgresql://ann:secret@127.0.0.1:1/x", "onnection refused", id="no-server"),
    pytest.param("postgresql://ann:secret@127.0.0.1/x?nonsense=1", "nonsense", id="no-url"),
]


@pytest.mark.parametrize("what", [["export", "ann"], ["delete", "ann"], ["expire", "9"]], ids=lambda what: what[0])
@pytest.mark.parametrize(("where", "why"), UNUSABLE)
def test_threads_that_cannot_be_used_are_named_without_a_password(
    where: str, why: str, what: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", *what, "--data", where]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"chatkit-wire: the threads in {where.replace(':secret', '')} cannot be used: ")
    assert why in told
    assert "secret" not in told


@pytest.mark.parametrize("how", ["variable", "file"])
def test_threads_and_files_are_where_the_settings_of_serve_say(
    how: str, files: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "files").rename(tmp_path / "elsewhere")
    told = {"data": sqlite(tmp_path)[0], "files": str(tmp_path / "elsewhere")}
    if how == "variable":
        for name, value in told.items():
            monkeypatch.setenv(f"CHATKIT_{name.upper()}", value)
    else:
        (tmp_path / "chatkit.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in told.items()))
        monkeypatch.setenv("CHATKIT_CONFIG", str(tmp_path / "chatkit.toml"))
    assert main(["data", "export", "ann", "--bytes", str(tmp_path / "out")]) == 0
    printed = [list(json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert printed == [["thread"], ["item"], ["file"]]


def test_a_name_under_which_nothing_is_kept_is_told(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["export", "bob"], ["delete", "acme/bob"], ["export", "ann-of-data", "--tenant", "acme"]):
        assert main(["data", *words, "--data", place[0]]) == 0
        assert f"nothing is kept of {words[1]} in " in capsys.readouterr().err
    assert tell(place[1], threads(TENANT)) == 2


@pytest.fixture
def files(tmp_path: Path) -> Shelf:
    """Files of two users beside an SQLite file of their threads."""
    shelf = Shelf(disk(tmp_path / "files"))

    async def full() -> None:
        for user in ("ann", "bob"):
            about = About(owner=user, id=f"f-{user}", name="../my file.txt", mime_type="text/plain", size=3)
            await shelf.write_about(about)
            await shelf.write(about.key, BytesIO(user.encode()), None)
        await shelf.write_about(About(owner="ann", id="never", name="n", mime_type="text/plain", size=9))

    asyncio.run(full())
    tell(sqlite(tmp_path)[1], lambda store: fill(store, "a"))
    return shelf


def kept(shelf: Shelf, user: str) -> list[str]:
    async def ids() -> list[str]:
        return sorted([about.id async for about in shelf.of(user)])

    return asyncio.run(ids())


def test_the_files_of_a_user_are_exported(files: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["data", "export", "ann", "--data", sqlite(tmp_path)[0], "--bytes", str(tmp_path / "out")]
    assert main(words) == 0
    told = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines() if line.startswith('{"file"')]
    assert told == [{"attachment_id": "f-ann", "name": "../my file.txt", "mime_type": "text/plain", "path": "1"}]
    assert [(one.name, one.read_bytes()) for one in (tmp_path / "out").iterdir()] == [("1", b"ann")]
    assert main(words) == 2, "the folder is there"


def test_the_files_of_a_user_are_deleted_at_once(
    files: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["data", "delete", "ann", "--data", sqlite(tmp_path)[0]]
    assert main([*words, "--files", "off"]) == 0
    assert "--files" in capsys.readouterr().err
    assert kept(files, "ann") == ["f-ann", "never"]
    assert main(words) == 0
    assert "--files" not in capsys.readouterr().err
    assert (kept(files, "ann"), kept(files, "bob")) == ([], ["f-bob"])


def test_what_cannot_be_read_of_a_user_is_passed_over_and_deleted(
    files: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (mine,) = [path.parent for path in (tmp_path / "files").rglob("bytes") if path.read_bytes() == b"ann"]
    (mine / "about.json").write_bytes(b"")
    data = sqlite(tmp_path)[0]
    assert main(["data", "export", "ann", "--data", data, "--bytes", str(tmp_path / "out")]) == 0
    assert '{"file"' not in capsys.readouterr().out
    assert main(["data", "delete", "ann", "--data", data]) == 0
    assert not mine.parent.exists()
    assert kept(files, "bob") == ["f-bob"]
