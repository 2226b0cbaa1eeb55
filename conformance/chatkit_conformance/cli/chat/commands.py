"""What can be done besides talking: one row a command."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from rich.table import Table
from rich.text import Text

from chatkit_conformance.cli.chat.talk import Talk
from chatkit_conformance.client import Unreadable
from chatkit_conformance.client.reading import Items, read_page, read_thread
from chatkit_protocol import requests as r
from chatkit_protocol.items import ThreadItem, UserMessageItem
from chatkit_protocol.threads import Thread

LISTED = 20
"""Threads that `/threads` shows."""


class Leave(Exception):  # noqa: N818 - it is not an error
    """The user has had enough."""


class Command(NamedTuple):
    """A command: how it is typed, what it does, and the function that does it."""

    usage: str
    summary: str
    run: Callable[[Talk, str], None]


def obey(talk: Talk, line: str) -> bool:
    """Carry out a line that is a command; tell whether it was one."""
    word, _, rest = line.partition(" ")
    command = COMMANDS.get(word)
    if command:
        command.run(talk, rest.strip())
    return command is not None


def threads(talk: Talk) -> Items:
    """Fetch the newest threads. Raises ClientError."""
    value = talk.ask(r.ThreadsList(params=r.PagingParams(limit=LISTED)))
    rows = value.get("data") if isinstance(value, dict) else None
    return Items([read_thread(row) for row in rows or ()], read_page(value, Thread).after)


def _threads(talk: Talk, _rest: str) -> None:
    table = Table.grid(padding=(0, 2))
    page = threads(talk)
    for number, thread in enumerate(page.data, 1):
        if isinstance(thread, Unreadable):
            table.add_row(str(number), Text(f"cannot be read: {thread.reason}", style="yellow"))
            continue
        here = "*" if thread.id == talk.thread_id else ""
        when = f"{thread.created_at:%Y-%m-%d %H:%M}"
        table.add_row(f"{number}{here}", when, Text(thread.title or "(no title)"), Text(thread.id, style="dim"))
    talk.screen.show(table)
    if not page.data:
        talk.screen.tell("no threads yet")


def _open(talk: Talk, rest: str) -> None:
    thread_id = rest
    if rest.isascii() and rest.isdigit():
        data = threads(talk).data
        if not 1 <= int(rest) <= len(data):
            talk.screen.tell(f"there is no thread {rest}; /threads lists them")
            return
        thread_id = data[int(rest) - 1].id
    open_thread(talk, thread_id)


def open_thread(talk: Talk, thread_id: str) -> None:
    """Show a thread and go on with it. Raises ClientError."""
    thread = read_thread(talk.ask(r.ThreadsGetById(params=r.ThreadParams(thread_id=thread_id))))
    _new(talk, "")
    talk.thread_id = thread_id
    if isinstance(thread, Thread):
        talk.screen.view.thread = thread
        talk.screen.thread(thread)
    _items(talk, "")


def _items(talk: Talk, _rest: str) -> None:
    if not talk.thread_id:
        talk.screen.tell("no thread yet")
        return
    for item in talk.items():
        talk.screen.item(item)
        if not isinstance(item, Unreadable):
            talk.screen.view.items[item.id] = item


def _new(talk: Talk, _rest: str) -> None:
    talk.thread_id = ""
    talk.screen.forget()


def _title(talk: Talk, rest: str) -> None:
    params = r.UpdateParams(thread_id=talk.thread_id, title=rest)
    thread = read_thread(talk.ask(r.ThreadsUpdate(params=params)))
    if isinstance(thread, Thread):
        talk.screen.view.thread = thread
        talk.screen.thread(thread)


def _delete(talk: Talk, _rest: str) -> None:
    if talk.entry.interactive and talk.entry.answer("delete this thread? (y/n)").strip().lower() != "y":
        return
    talk.ask(r.ThreadsDelete(params=r.ThreadParams(thread_id=talk.thread_id)))
    talk.screen.tell(f"deleted {talk.thread_id}")
    _new(talk, "")


def _retry(talk: Talk, _rest: str) -> None:
    talk.retry()


def _answer(talk: Talk, _rest: str) -> None:
    talk.catch_up()


def _do(talk: Talk, rest: str) -> None:
    offer = talk.screen.offers.get(rest)
    if offer is None:
        talk.screen.tell(f"no action has the number {rest or '…'}")
    else:
        talk.do(offer)


def _attach(talk: Talk, rest: str) -> None:
    try:
        attachment = talk.attach(Path(rest).expanduser())
    except OSError as error:
        talk.screen.tell(f"cannot read {rest or 'a file without a name'}: {error.strerror}")
        return
    talk.screen.tell(f"+ {attachment.name} ({attachment.mime_type}) goes with the next message", "green")


def _feedback(kind: Literal["positive", "negative"]) -> Callable[[Talk, str], None]:
    def run(talk: Talk, _rest: str) -> None:
        ids = [item.id for item in _last_answer(list(talk.screen.view.items.values()))]
        if not ids:
            talk.screen.tell("there is no answer to rate")
            return
        params = r.FeedbackParams(thread_id=talk.thread_id, item_ids=ids, kind=kind)
        talk.ask(r.ItemsFeedback(params=params))
        talk.screen.tell(f"{kind} feedback on {len(ids)} items")

    return run


def _last_answer(items: list[ThreadItem]) -> list[ThreadItem]:
    """Take what follows the last user message."""
    starts = [index for index, item in enumerate(items) if isinstance(item, UserMessageItem)]
    return items[starts[-1] + 1 :] if starts else items


def _raw(talk: Talk, _rest: str) -> None:
    talk.screen.raw = not talk.screen.raw
    talk.screen.tell(f"the wire is {'shown' if talk.screen.raw else 'hidden'}")


def _leave(_talk: Talk, _rest: str) -> None:
    raise Leave


def _help(talk: Talk, _rest: str) -> None:
    table = Table.grid(padding=(0, 2))
    for command in COMMANDS.values():
        table.add_row(Text(command.usage, style="bold"), command.summary)
    talk.screen.show(table)
    talk.screen.tell("Any other /word is sent as a message. Ctrl-C stops an answer, Alt-Enter begins a new line.")


COMMANDS: dict[str, Command] = {
    "/threads": Command("/threads", "list the threads, newest first", _threads),
    "/open": Command("/open N|ID", "show a thread and go on with it", _open),
    "/new": Command("/new", "begin a new thread with the next message", _new),
    "/title": Command("/title TEXT", "rename the thread", _title),
    "/delete": Command("/delete", "delete the thread", _delete),
    "/retry": Command("/retry", "have the last message answered again", _retry),
    "/answer": Command("/answer", "answer the questions that wait in the thread", _answer),
    "/do": Command("/do N", "do what the mark [N] in a widget offers", _do),
    "/attach": Command("/attach FILE", "send a file with the next message", _attach),
    "/up": Command("/up", "thumbs up for the last answer", _feedback("positive")),
    "/down": Command("/down", "thumbs down for the last answer", _feedback("negative")),
    "/items": Command("/items", "show the items of the thread as they are stored", _items),
    "/raw": Command("/raw", "show or hide the wire", _raw),
    "/quit": Command("/quit", "leave", _leave),
    "/?": Command("/?", "show this", _help),
}
