"""What a thread is held to have, after actions of both kinds have changed its widgets."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.rules import lint

RULE = "replay.widget.redrawn"
WHO = {"thread_id": e.THREAD_ID, "item_id": "wid_1", "action": {"type": "go"}}


def card(text: str) -> Any:
    return e.item("widget", "wid_1", widget={"type": "Card", "children": [{"type": "Text", "id": "t", "value": text}]})


def conversation(*, last: str, streamed_after: bool = False) -> list[Any]:
    """A widget is redrawn by a stream, then by a reply, and perhaps by a stream again; then it is listed."""
    redrawn = e.act(e.updated("wid_1", "widget.root.updated", widget=card("1")["widget"]), item_id="wid_1")
    at_once = e.reply("threads.sync_custom_action", WHO, {"updated_item": card("2")})
    again = [e.act(e.updated("wid_1", "widget.root.updated", widget=card("3")["widget"]), item_id="wid_1")]
    after = again if streamed_after else []
    return [e.create(e.done(card("0"))), redrawn, at_once, *after, e.listing(e.user_message(), card(last))]


def test_what_a_reply_changed_is_not_what_the_stream_before_it_drew() -> None:
    assert RULE not in lint(conversation(last="2")).broken
    assert RULE not in lint(conversation(last="3", streamed_after=True)).broken


def test_without_it_what_the_stream_drew_is_wanted() -> None:
    begun, redrawn, _, listing = conversation(last="2")
    assert RULE in lint([begun, redrawn, listing]).broken
