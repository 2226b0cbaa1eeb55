"""Export or delete all that is kept of a user, or delete the threads that nobody has touched for some days.

Works on the SQLite file or the PostgreSQL database while servers use it: the one that the settings of `serve` name, by
variable, file or flag. Attached files are looked for where `serve` keeps them.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from chatkit_conformance.cli.settings import Settings, SettingsError, declare, read
from chatkit_conformance.cli.stores import SCHEMES, shown, store_at, usable
from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire data export ann --data data/chatkit.sqlite3 --bytes ann-files > ann.jsonl
  chatkit-wire data delete ann --config chatkit.toml
  chatkit-wire data expire 90 --data postgresql://user@localhost/chats"""

MOST_DAYS = 36_500
"""A hundred years; nothing is older, and there is a day before which no calendar goes."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three things that can be done."""
    parser.add_argument("what", choices=["export", "delete", "expire"], help="what to do")
    parser.add_argument("whom", metavar="USER|DAYS", help="whose data; for `expire`, after how many days")
    parser.add_argument("--tenant", metavar="TENANT", default="", help="whose user it is, where there are tenants")
    parser.add_argument("--bytes", metavar="FOLDER", help="for `export`: a new folder for the files themselves")
    declare(parser, "data", "files", "files_endpoint")


def run(options: argparse.Namespace) -> int:
    """Do it; 2 for what cannot be done, 1 if the threads cannot be used."""
    try:
        told = read(vars(options), os.environ).settings
    except SettingsError as error:
        raise Failure(str(error), 2) from None
    if not told.data.startswith(SCHEMES) and not Path(told.data).is_file():
        raise Failure(f"there is no file {told.data}", 2)
    if options.bytes and options.what != "export":
        raise Failure("--bytes is for export", 2)
    work = _expire(told, _days(options.whom)) if options.what == "expire" else _obey(options, told)
    with usable(told.data):
        asyncio.run(work)
    return 0


def _shelf(told: Settings) -> Any:
    from chatkit_conformance.cli.uploads import BUCKET, OFF, folder_of, shelf_at  # noqa: PLC0415 - an extra

    place = folder_of(told)
    if place == OFF or not (told.files or Path(place).is_dir()):
        return None
    if not place.startswith(BUCKET) and not Path(place).is_dir():
        raise Failure(f"there is no folder {place}", 2)
    return shelf_at(place, told.files_endpoint)


def _owner(options: argparse.Namespace) -> str:
    from chatkit_server.context import Context  # noqa: PLC0415 - an extra

    try:
        return Context(user=options.whom, tenant=options.tenant).owner
    except ValueError as error:
        raise Failure(str(error), 2) from None


async def _expire(told: Settings, days: float) -> None:
    from chatkit_server.userdata import delete_older  # noqa: PLC0415 - an extra

    async with _opened(told) as store:
        say(f"{await delete_older(store, days)} threads deleted")


def _obey(options: argparse.Namespace, told: Settings) -> Coroutine[Any, Any, None]:
    """Make ready to export or delete; what is wrong is told before anything is done."""
    user, shelf = _owner(options), _shelf(told)
    if options.what == "delete":
        return _delete(options, told, user, shelf)
    if options.bytes and shelf is None:
        raise Failure("--bytes needs --files: where attached files are kept", 2)
    return _export(options, told, user, shelf)


async def _delete(options: argparse.Namespace, told: Settings, user: str, shelf: Any) -> None:
    from chatkit_server.userdata import delete_user  # noqa: PLC0415 - an extra

    async with _opened(told) as store:
        await _doubt(options, told, user, store)
        await delete_user(store, user, shelf)
    say(f"everything of {options.whom} is deleted")
    if shelf is None:
        complain("attached files were not looked for (--files says where); a server deletes them within a day")


async def _export(options: argparse.Namespace, told: Settings, user: str, shelf: Any) -> None:
    folder = _made(options.bytes)
    try:
        async with _opened(told) as store:
            await _doubt(options, told, user, store)
            async for value in _exported(store, user, shelf, folder):
                sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(f"the export is not complete: {error.strerror}") from None


async def _exported(store: Any, user: str, shelf: Any, folder: Path | None) -> AsyncIterator[dict[str, Any]]:
    from chatkit_server.userdata import export_files, export_user  # noqa: PLC0415 - an extra

    async for value in export_user(store, user):
        yield value
    if folder:
        async for value in export_files(shelf, user, folder):
            yield value


def _made(folder: str | None) -> Path | None:
    if not folder:
        return None
    try:
        Path(folder).mkdir(parents=True)
    except OSError as error:
        raise Failure(f"cannot make the folder {folder}: {error.strerror}", 2) from None
    return Path(folder)


async def _doubt(options: argparse.Namespace, told: Settings, user: str, store: Any) -> None:
    """Say so if there is nothing of the user, whose name may be spelled wrong."""
    from chatkit_server.userdata import has_data  # noqa: PLC0415 - an extra

    if not await has_data(store, user):
        complain(f"nothing is kept of {options.whom} in {shown(told.data)}; in a tenant? say --tenant")


@asynccontextmanager
async def _opened(told: Settings) -> AsyncIterator[Any]:
    store = store_at(told.data)
    try:
        yield store
    finally:
        await store.aclose()


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 <= days <= MOST_DAYS:
        raise Failure(f"{text!r} is no number of days from 0 to {MOST_DAYS}", 2)
    return days
