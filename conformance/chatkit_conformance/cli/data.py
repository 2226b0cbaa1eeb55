"""Export or delete all that is kept of a user, or delete the threads that nobody has touched for some days.

Works on the SQLite file or the PostgreSQL database while servers use it. A user of a tenant is named TENANT/USER.
Attached files are looked for where `serve` keeps them: beside the SQLite file, unless --files names another place.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from chatkit_conformance.cli.stores import SCHEMES, store_at
from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire data export ann --data data/chatkit.sqlite3 --bytes ann-files > ann.jsonl
  chatkit-wire data delete ann --data postgresql://user@localhost/chats --files s3://bucket/files
  chatkit-wire data expire 90 --data data/chatkit.sqlite3"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three things that can be done."""
    parser.add_argument("what", choices=["export", "delete", "expire"], help="what to do")
    parser.add_argument("whom", metavar="USER|DAYS", help="whose data; for `expire`, after how many days")
    parser.add_argument("--data", required=True, metavar="FILE|URL", help="where threads are kept")
    parser.add_argument("--files", metavar="PLACE", help="where attached files are kept: a folder, s3://…, or off")
    parser.add_argument("--bytes", metavar="FOLDER", help="for `export`: a new folder for the files themselves")


def run(options: argparse.Namespace) -> int:
    """Do it; 2 for what cannot be done."""
    if not options.data.startswith(SCHEMES) and not Path(options.data).is_file():
        raise Failure(f"there is no file {options.data}", 2)
    if options.bytes and options.what != "export":
        raise Failure("--bytes is for export", 2)
    shelf = None if options.what == "expire" else _shelf(options.files, options.data)
    if options.bytes and shelf is None:
        raise Failure("--bytes needs --files: where attached files are kept", 2)
    if options.bytes:
        _made(Path(options.bytes))
    return asyncio.run(_run(options, store_at(options.data), shelf))


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Failure(f"cannot make the folder {folder}: {error.strerror}", 2) from None


def _shelf(files: str | None, data: str) -> Any:
    from chatkit_conformance.cli.uploads import BUCKET, OFF, shelf_at  # noqa: PLC0415 - an extra

    if files == OFF:
        return None
    beside = Path(data).parent / "files"
    place = files or (str(beside) if not data.startswith(SCHEMES) and beside.is_dir() else "")
    if place and not place.startswith(BUCKET) and not Path(place).is_dir():
        raise Failure(f"there is no folder {place}", 2)
    return shelf_at(place, os.environ.get("CHATKIT_FILES_ENDPOINT", "")) if place else None


async def _run(options: argparse.Namespace, store: Any, shelf: Any) -> int:
    from chatkit_server.context import SEPARATOR  # noqa: PLC0415 - an extra
    from chatkit_server.userdata import delete_older, delete_user  # noqa: PLC0415 - an extra

    user = options.whom.replace("/", SEPARATOR, 1)
    try:
        if options.what == "expire":
            say(f"{await delete_older(store, _days(options.whom))} threads deleted")
        elif options.what == "delete":
            await delete_user(store, user, shelf)
            say(f"everything of {options.whom} is deleted")
            if shelf is None:
                complain("attached files were not looked for (--files says where); a server deletes them within a day")
        else:
            async for value in _exported(store, shelf, user, options.bytes):
                sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    finally:
        await store.aclose()
    return 0


async def _exported(store: Any, shelf: Any, user: str, folder: str | None) -> AsyncIterator[dict[str, Any]]:
    from chatkit_server.userdata import export_files, export_user  # noqa: PLC0415 - an extra

    async for value in export_user(store, user):
        yield value
    if folder:
        async for value in export_files(shelf, user, Path(folder)):
            yield value


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 <= days < float("inf"):
        raise Failure(f"{text!r} is no number of days", 2)
    return days
