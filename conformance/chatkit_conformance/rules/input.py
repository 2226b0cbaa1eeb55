"""Input: what the user says comes back in the item that keeps it."""

from collections.abc import Callable, Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import listed, mapped
from chatkit_conformance.linter.places import Look
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import SAYING, Stream, asked
from chatkit_conformance.transcript import JSON, Exchange

TYPES = "openai-chatkit 1.6.5, chatkit/types.py"
PARTS = ("input_text", "input_tag")
TAG: JSON = {"type": "input_tag", "id": "u1", "text": "Ann", "data": {"age": None}, "group": "People"}
TAG |= {"interactive": True}
RICH: JSON = {
    "content": [{"type": "input_text", "text": "Ask "}, TAG],
    "attachments": [],
    "quoted_text": "as she said",
    "inference_options": {"model": "large", "tool_choice": {"id": "search"}},
}


def back(**given: Any) -> Exchange:
    """Say something rich, and get it back with something else in it."""
    return e.stream("threads.create", {"input": RICH}, e.CREATED, e.done(e.user_message(RICH, **given)), e.OPTIONS)


GOOD = back()
HELLO = e.create()


def _echo(stream: Stream) -> tuple[JSON, JSON, Callable[..., Look]] | None:
    """Give what was said, what came back, and how to look at it."""
    said = stream.exchange.params.get("input")
    event = next((one for one in stream.of("thread.item.done") if one.item_type == "user_message"), None)
    if not event or not isinstance(said, dict) or stream.kind not in SAYING:
        return None
    readable = all(mapped(part).get("type") in PARTS for part in listed(said.get("content")))
    return (said, event.item, event.look) if readable else None


def _words(message: JSON) -> list[tuple[Any, Any]]:
    return [(mapped(part).get("type"), mapped(part).get("text")) for part in listed(message.get("content"))]


@rule(
    "input.echo.content",
    "MUST",
    "L0",
    catalogue="STR-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:997",
    why="The user reads something else than what they wrote.",
    mend="Keep the parts of the message as they came, in their order: no trimming, no joining.",
    good=GOOD,
    bad=back(content=[{"type": "input_text", "text": "Ask"}, TAG]),
)
def the_words_come_back(stream: Stream) -> Looks:
    """The user's message comes back with its parts in order, their types and texts as they were said."""
    if found := _echo(stream):
        said, told, look = found
        yield look(_words(told) == _words(said), f"{_words(said)}", _words(told), path="$.item.content")


def _tags(message: JSON) -> Iterator[tuple[int, JSON]]:
    for number, part in enumerate(listed(message.get("content"))):
        if mapped(part).get("type") == "input_tag":
            yield number, part


@rule(
    "input.echo.tags",
    "MUST",
    "L0",
    catalogue="UMS-002",
    source=f"{TYPES}:853",
    why="A click on the tag, or its preview, needs what the page had attached to it.",
    mend="Keep `id`, `data`, `group` and `interactive` of every tag; nulls inside `data` too.",
    good=GOOD,
    bad=back(content=[RICH["content"][0], TAG | {"data": {}}]),
)
def tags_come_back(stream: Stream) -> Looks:
    """A tag comes back with its id, its data (nulls in it too), its group, and whether it is interactive."""
    if found := _echo(stream):
        said, told, look = found
        after = dict(_tags(told))
        for number, tag in _tags(said):
            shown = after.get(number)
            if shown and shown.get("text") == tag.get("text"):
                wanted = {key: tag.get(key) for key in ("id", "group")} | {"data": tag.get("data") or {}}
                wanted |= {"interactive": tag.get("interactive", False)}
                kept = {key: shown.get(key) for key in ("id", "group")} | {"data": shown.get("data") or {}}
                kept |= {"interactive": shown.get("interactive", False)}
                yield look(kept == wanted, f"{wanted}", kept, path=f"$.item.content[{number}]")


@rule(
    "input.echo.quote",
    "MUST",
    "L0",
    catalogue="UMS-003",
    source=f"{TYPES}:842,654",
    why="The user does not see what they replied to, or sees a quote that they never made.",
    mend="Keep `quoted_text` as it came; leave it out where there was none.",
    good=GOOD,
    bad=back(quoted_text="something else"),
)
def the_quote_comes_back(stream: Stream) -> Looks:
    """`quoted_text` comes back as it was, and is left out where there was none."""
    if found := _echo(stream):
        said, told, look = found
        wanted, shown = said.get("quoted_text"), told.get("quoted_text")
        yield look(shown == wanted, wanted or "no quote", shown, path="$.item.quoted_text")


@rule(
    "input.echo.options",
    "MUST",
    "L0",
    catalogue="UMS-004",
    source=f"{TYPES}:870; tests/test_chatkit_server.py:2447",
    why="A retry asks another model, or forgets the tool that the user chose.",
    mend="Keep `inference_options` as they came; `{}` where there were none.",
    good=GOOD,
    bad=back(inference_options={"model": "large"}),
)
def options_come_back(stream: Stream) -> Looks:
    """The model and the tool that the user chose come back; without any choice, `{}` does."""
    if found := _echo(stream):
        said, told, look = found
        given = mapped(said.get("inference_options"))
        wanted = {key: given[key] for key in ("model", "tool_choice") if given.get(key) is not None}
        shown = {key: value for key, value in mapped(told.get("inference_options")).items() if value is not None}
        yield look(shown == wanted, f"{wanted}", shown, path="$.item.inference_options")


def _given(exchange: Exchange) -> JSON | None:
    """Give the input of a message that was sent as one; none for other requests."""
    said = exchange.params.get("input")
    return said if exchange.kind in SAYING and isinstance(said, dict) else None


ODD = e.text_input() | {"content": [{"type": "input_video", "url": "https://example.com"}]}


@rule(
    "input.part.known",
    "MUST",
    "L1",
    catalogue="UMS-001",
    source=f"{TYPES}:846",
    why="What the server cannot read is lost without a word, and the model answers half a question.",
    mend="Refuse a message with a part that is neither `input_text` nor `input_tag`.",
    good=(HELLO, e.refused("threads.create", {"input": ODD})),
    bad=e.stream("threads.create", {"input": ODD}, e.CREATED, e.done(e.user_message(content=[])), e.OPTIONS),
)
def parts_are_text_or_tags(exchange: Exchange) -> Looks:
    """A message with a part of an unknown type is refused."""
    said = _given(exchange)
    kinds = [mapped(part).get("type") for part in listed(said.get("content"))] if said else []
    odd = [kind for kind in kinds if isinstance(kind, str) and kind not in PARTS]
    if odd:
        yield asked(exchange, exchange.refused or exchange.cut, "a refusal", exchange.status)
