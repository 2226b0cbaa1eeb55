"""From the options of the command line to a conversation, and to its exit code."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from chatkit_conformance.cli.chat.commands import Leave, obey, open_thread, threads
from chatkit_conformance.cli.chat.entry import Entry, Lines, Nothing, Prompt
from chatkit_conformance.cli.chat.screen import Screen
from chatkit_conformance.cli.chat.talk import Talk
from chatkit_conformance.cli.terminal import Failure
from chatkit_conformance.client import Client, ClientError

TOLERATED = frozenset({400, 422, 500, 501})
"""Refusals of the first list that may mean that the server has no lists, though it does answer."""


def start(options: argparse.Namespace) -> int:
    """Talk until the input ends; 1 when the last answer failed."""
    screen = Screen(Console(soft_wrap=not sys.stdout.isatty(), highlight=False, markup=False), raw=options.raw)
    client = Client(options.url, headers=_headers(options.header), wiretap=screen.wire)
    entry = _entry(once=options.once is not None)
    talk = Talk(client, screen, entry, _tools(options.tool))
    try:
        _greet(talk, options)
        if options.once is not None:
            talk.say(options.once)
        else:
            _converse(talk)
    except ClientError as error:
        raise Failure(str(error)) from None
    finally:
        talk.close()
    return int(talk.failed)


def _entry(*, once: bool) -> Entry:
    if once:
        return Nothing()
    return Prompt() if sys.stdin.isatty() and sys.stdout.isatty() else Lines()


def _greet(talk: Talk, options: argparse.Namespace) -> None:
    """See whether the server is there at all, and open the thread that is asked for."""
    if options.thread:
        open_thread(talk, options.thread)
    elif options.once is None:
        try:
            count = len(threads(talk).data)
        except ClientError as error:
            if error.status not in TOLERATED:
                raise
            talk.screen.tell(f"! {error}", "red")
        else:
            talk.screen.tell(f"connected to {options.url}; {count} threads; /? for help")


def _converse(talk: Talk) -> None:
    while True:
        try:
            line = talk.entry.message()
        except EOFError:
            return
        if not line.strip():
            continue
        try:
            if not obey(talk, line.strip()):
                talk.say(line)
        except Leave:
            return
        except EOFError:
            talk.screen.tell("(the input ended)")
        except ClientError as error:
            talk.failed = True
            talk.screen.tell(f"! {error}", "red")


def _headers(lines: Sequence[str]) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines]
    for name, colon, _ in pairs:
        if not colon or not name.strip():
            raise Failure(f"--header is 'NAME: VALUE', not {name!r}", 2)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _tools(given: Sequence[str]) -> dict[str, Any]:
    tools = {}
    for one in given:
        name, _, text = one.partition("=")
        try:
            tools[name] = json.loads(text)
        except ValueError:
            raise Failure(f"--tool is NAME=JSON, and {text!r} is not JSON", 2) from None
    return tools
