"""Where two conversations differ in meaning, and what of two honest servers is no difference."""

from typing import Any

import pytest

from chatkit_conformance.comparing import ABSENT, differences
from chatkit_conformance.linter import example as e
from chatkit_conformance.timeline import timeline
from chatkit_conformance.transcript import Exchange

HELLO = e.create(*e.STREAMED)
TALK = [HELLO, e.listing(e.user_message(), e.message("Hello"))]
OTHER_IDS = [
    Exchange(
        one.sent.replace(b"thr_1", b"3f9a"),
        one.status,
        one.headers,
        one.received.replace(b"thr_1", b"3f9a")
        .replace(b"msg_2", b"zz")
        .replace(b"2026-01-01T00:00:00Z", b"2025-05-05T00:00:00.5"),
    )
    for one in TALK
]


def test_ids_and_times_are_no_difference() -> None:
    assert list(differences(TALK, OTHER_IDS)) == []


def test_an_id_that_changes_is_a_difference() -> None:
    done = e.with_body(HELLO, b'thread.item.done","item":{"id":"msg_2"', b'thread.item.done","item":{"id":"msg_3"')
    (found,) = differences([HELLO], [done])
    assert (found.event, found.path, found.a, found.b) == (7, "$.item.id", "id-3", "id-4")


CHANGES: list[Any] = [
    pytest.param(e.create(*e.STREAMED, status=500), [(None, "reply.status", 200, 500)], id="status"),
    pytest.param(e.create(*e.STREAMED, cut=True), [(None, "reply.cut", ABSENT, True)], id="cut"),
    pytest.param(e.create(*e.STREAMED[:-1]), [(7, "$", e.STREAMED[-1]["type"], ABSENT)], id="event-left-out"),
    pytest.param(
        e.create(e.STREAMED[0], e.notice("n"), *e.STREAMED[1:]), [(4, "$", ABSENT, "notice")], id="event-put-in"
    ),
    pytest.param(
        e.create(*e.STREAMED[:2], e.delta("Hallo"), *e.STREAMED[3:]),
        [(5, "$.update.delta", "Hello", "Hallo")],
        id="event-changed",
    ),
    pytest.param(e.with_body(HELLO, b":true", b":1"), [(2, "$.stream_options.allow_cancel", True, 1)], id="true-and-1"),
]


@pytest.mark.parametrize(("changed", "expected"), CHANGES)
def test_what_changed_is_found_in_its_place(changed: Exchange, expected: list[Any]) -> None:
    found = [(one.event, one.path, short(one.a), short(one.b)) for one in differences([HELLO], [changed])]
    assert found == expected


def short(value: Any) -> Any:
    return value["type"] if isinstance(value, dict) else value


def test_an_exchange_that_one_side_lacks() -> None:
    (found,) = differences(TALK, TALK[:1])
    assert (found.exchange, found.path, found.a["type"], found.b) == (1, "$", "items.list", ABSENT)
    (found,) = differences(TALK[:1], TALK)
    assert (found.a, found.b["type"]) == (ABSENT, "items.list")


def test_the_time_of_items_is_told() -> None:
    ends = [frame_end for frame_end in range(len(HELLO.received)) if HELLO.received[:frame_end].endswith(b"\n\n")]
    measured = e.create(
        *e.STREAMED, arrivals=tuple((end, n / 10) for n, end in enumerate([*ends, len(HELLO.received)]))
    )
    told = timeline(measured)
    assert (told.first_byte, told.last_byte, told.events) == (0.0, 0.7, 8)
    user, answer = told.spans
    assert (user.kind, user.first, user.last, user.settled) == ("user_message", 0.1, 0.1, "done")
    assert (answer.kind, answer.first, answer.last, answer.events) == ("assistant_message", 0.3, 0.7, 5)
    assert timeline(HELLO).first_byte is None
