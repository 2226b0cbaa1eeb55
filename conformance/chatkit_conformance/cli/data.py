"""Export or delete all that is kept of a user, or delete the threads that nobody has touched for some days.

Works on the SQLite file or the PostgreSQL database while servers use it. A user of a tenant is named TENANT/USER.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from chatkit_conformance.cli.stores import SCHEMES, store_at
from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire data export ann --data data/chatkit.sqlite3
  chatkit-wire data delete ann --data postgresql://user@localhost/chats
  chatkit-wire data expire 90 --data data/chatkit.sqlite3"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three things that can be done."""
    parser.add_argument("what", choices=["export", "delete", "expire"], help="what to do")
    parser.add_argument("whom", metavar="USER|DAYS", help="whose data; for `expire`, after how many days")
    parser.add_argument("--data", required=True, metavar="FILE|URL", help="where threads are kept")


def run(options: argparse.Namespace) -> int:
    """Do it; 2 for what cannot be done."""
    if not options.data.startswith(SCHEMES) and not Path(options.data).is_file():
        raise Failure(f"there is no file {options.data}", 2)
    return asyncio.run(_run(options.what, options.whom, store_at(options.data)))


async def _run(what: str, whom: str, store: Any) -> int:
    from chatkit_server.context import SEPARATOR  # noqa: PLC0415 - an extra
    from chatkit_server.userdata import delete_older, delete_user, export_user  # noqa: PLC0415 - an extra

    try:
        if what == "expire":
            say(f"{await delete_older(store, _days(whom))} threads deleted")
            return 0
        user = whom.replace("/", SEPARATOR, 1)
        if what == "delete":
            await delete_user(store, user)
            say(f"everything of {whom} is deleted")
            return 0
        async for value in export_user(store, user):
            sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    finally:
        await store.aclose()
    return 0


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 <= days < float("inf"):
        raise Failure(f"{text!r} is no number of days", 2)
    return days
