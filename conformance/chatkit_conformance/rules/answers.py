"""What becomes of the model's answer."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import model_calls as m
from chatkit_conformance.linter.growth import listed, mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Event, Stream
from chatkit_conformance.transcript import JSON, Exchange

PLACEHOLDER = "__fake_id__"
"""What the Agents SDK names every item of a model without ids."""
CALL = e.item("client_tool_call", "tc_1", status="pending", call_id="call_1", name="look", arguments={})
CALLED = {"type": "function_call", "id": "tc_1", "call_id": "call_1", "name": "page", "arguments": "{}"}
CITED = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 5}
NAMELESS = {"type": "file_citation", "file_id": "file_1", "filename": "", "index": 5}
NOTE: JSON = {"type": "annotation", "source": {"type": "url", "url": "https://a.example", "title": "A"}, "index": 5}
NOTED = e.updated("msg_2", e.PART + "annotation_added", content_index=0, annotation_index=0, annotation=NOTE)
SIGNED = e.message() | {"content": [e.part("Hello", NOTE)]}


def answered(*events: JSON, outputs: Any = (), told: str = "hello") -> Exchange:
    """Answer with these events what a model answered with these outputs."""
    return e.create(*events, said=e.text_input(told), model=(m.entry([m.user(told)], *outputs),))


def _cites(*citations: JSON, done: JSON, between: tuple[JSON, ...] = ()) -> Exchange:
    opening = (e.added(e.message()), e.part_added(), e.delta("Hello"), *between, e.part_done("Hello"))
    return answered(*opening, e.done(done), outputs=(m.message("Hello", citations=citations),))


class Answer(NamedTuple):
    """A stream that the model had a part in."""

    stream: Stream
    calls: list[m.Call]

    @property
    def outputs(self) -> list[m.Answered]:
        """What the model answered, over all its calls."""
        return [one for call in self.calls for one in call.answered]

    @property
    def messages(self) -> list[Event]:
        """The assistant messages that were whole."""
        return [event for event in self.stream.of("thread.item.done") if event.item_type == "assistant_message"]

    @property
    def texts(self) -> list[str]:
        """The texts of these messages, part by part."""
        return [str(part.get("text", "")) for event in self.messages for part in _parts(event)]

    @property
    def annotations(self) -> list[JSON]:
        """The annotations of these messages."""
        return [
            note
            for event in self.messages
            for part in _parts(event)
            for note in map(mapped, listed(part.get("annotations")))
        ]


def _parts(event: Event) -> list[JSON]:
    content = event.item.get("content")
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def answers(told: Conversation, *, failed: bool = False) -> Iterator[Answer]:
    """Give the streams that the model answered in full, without an error unless told otherwise."""
    for stream in told.streams:
        calls = m.calls(stream.exchange)
        if calls and stream.whole and (failed or not stream.failed):
            yield Answer(stream, calls)


@rule(
    "answers.there",
    "MUST",
    "L2",
    catalogue="ERR-012",
    source="openai-chatkit 1.6.5, chatkit/server.py:924-929",
    why="The user waits for an answer, sees none, and is not told why.",
    mend="Answer with an item or a notice; tell a failure in an `error` event.",
    good=answered(*e.STREAMED, outputs=(m.message("Hello"),)),
    bad=answered(),
)
def an_answer_says_something(stream: Stream) -> Looks:
    """What a model was asked for comes, or why it does not: an item, a notice, or an error."""
    if stream.exchange.model and stream.whole:
        said = [event for event in stream.events if event.item_type != "user_message"]
        found = [event.type for event in said if event.type not in {"thread.created", "stream_options"}]
        yield stream.look(found, "an answer", stream.kinds)


@rule(
    "answers.text",
    "MUST",
    "L2",
    source="openai-chatkit 1.6.5, chatkit/agents.py:764-778",
    why="The user reads something else than the model said.",
    mend="Make an assistant message of each message of the model, and a part of each of its parts.",
    good=answered(*e.STREAMED, outputs=[m.message("Hello")]),
    bad=answered(*e.STREAMED, outputs=[m.message("Hello"), m.message("World", item_id="msg_3")]),
)
def text(told: Conversation) -> Looks:
    """What the model says stands in assistant messages, word for word and in order."""
    for answer in answers(told):
        wanted = [text for one in answer.outputs if one.kind == "message" for text in one.texts if not one.refusal]
        if wanted:
            missing = [text for text in wanted if text not in answer.texts]
            yield answer.stream.look(not missing, f"the texts {wanted}", answer.texts)


@rule(
    "answers.refusal",
    "MUST",
    "L2",
    catalogue="MSG-007",
    source="openai-chatkit 1.6.5, chatkit/agents.py:431-435; D15",
    why="The user sees an empty answer where the model declined.",
    mend="Show a refusal as text, without annotations.",
    good=answered(*e.STREAMED, outputs=[m.message() | {"content": [{"type": "refusal", "refusal": "Hello"}]}]),
    bad=answered(*e.STREAMED, outputs=[m.message() | {"content": [{"type": "refusal", "refusal": "No."}]}]),
)
def refusal(told: Conversation) -> Looks:
    """A refusal of the model arrives as the text of an assistant message."""
    for answer in answers(told, failed=True):
        for one in answer.outputs:
            if one.kind == "message" and one.refusal:
                missing = [text for text in one.texts if text not in answer.texts]
                yield answer.stream.look(not missing, f"the texts {list(one.texts)}", answer.texts)


@rule(
    "answers.message-id",
    "SHOULD",
    "L2",
    catalogue="MSG-008",
    source="openai-chatkit 1.6.5, chatkit/agents.py:657-658,769-770",
    why="An app cannot find an answer in the provider's logs.",
    mend="Give an assistant message the id of the model's message, where the model gives one.",
    good=answered(*e.STREAMED, outputs=[m.message("Hello")]),
    bad=answered(*e.STREAMED, outputs=[m.message("Hello", item_id="msg_0")]),
)
def message_id(told: Conversation) -> Looks:
    """An assistant message has the id of the model's message, if the model gave it one."""
    for answer in answers(told):
        for one in answer.outputs:
            if one.kind == "message" and one.id and set(one.texts) <= set(answer.texts):
                ids = [event.item_id for event in answer.messages]
                yield answer.stream.look(one.id in ids, one.id, ids)


@rule(
    "answers.own-ids",
    "MUST",
    "L2",
    source="D16: the Agents SDK gives items of chat completions one placeholder as their id",
    why="Every answer overwrites the one before it, in the widget and in the store.",
    mend="Give each message an id of its own where the model gives none, the same from `added` to `done`.",
    good=[answered(*e.STREAMED), e.say(e.notice(), model=(m.entry([m.user("hello")]),))],
    bad=answered(e.done(e.message("Hello", item_id=PLACEHOLDER))),
)
def own_ids(told: Conversation) -> Looks:
    """Each assistant message has an id of its own, and none is a placeholder."""
    for answer in answers(told, failed=True):
        for event in answer.messages:
            yield event.look(event.item_id != PLACEHOLDER, "an id of its own", event.item_id)


@rule(
    "answers.call-id",
    "SHOULD",
    "L2",
    catalogue="CTL-015",
    source="openai-chatkit 1.6.5, chatkit/agents.py:459-474,817-832",
    why="The output is told to the model for a call that it never made.",
    mend="Take the call id of a client tool call from the model's function call.",
    good=answered(e.done(CALL), outputs=[CALLED]),
    bad=answered(e.done(CALL), outputs=[CALLED | {"call_id": "call_9"}]),
)
def call_id(told: Conversation) -> Looks:
    """A client tool call has the call id that the model gave."""
    for answer in answers(told):
        ids = [one.call_id for one in answer.outputs if one.kind == "call"]
        for event in answer.stream.of("thread.item.done"):
            if event.item_type == "client_tool_call" and ids:
                yield event.look(event.item.get("call_id") in ids, f"one of {ids}", event.item.get("call_id"))


def _wanted(citation: JSON) -> JSON | None:
    """Give the annotation that a citation becomes; None for one that has no name to show."""
    kind = citation.get("type")
    if kind == "url_citation":
        return {"type": "url", "name": citation.get("url"), "index": citation.get("end_index")}
    if kind in {"file_citation", "container_file_citation"} and citation.get("filename"):
        index = citation.get("index", citation.get("end_index"))
        return {"type": "file", "name": citation["filename"], "index": index}
    return None


def _got(note: JSON) -> JSON:
    source = mapped(note.get("source"))
    return {
        "type": source.get("type"),
        "name": source.get("url") or source.get("filename"),
        "index": note.get("index"),
    }


@rule(
    "answers.citations",
    "MUST",
    "L2",
    catalogue="ANN-007",
    source="openai-chatkit 1.6.5, chatkit/agents.py:379-412; D24",
    why="The user cannot see where the answer has its facts from.",
    mend="Make a url or file source of each citation, with the place where the cited text ends.",
    good=_cites(CITED, done=SIGNED, between=(NOTED,)),
    bad=_cites(CITED, done=e.message("Hello")),
)
def citations(told: Conversation) -> Looks:
    """Each citation of a page or a file becomes an annotation, with its source and the end of the cited text."""
    for answer in answers(told, failed=True):
        got = [_got(note) for note in answer.annotations]
        for wanted in (_wanted(one) for output in answer.outputs for one in output.citations):
            if wanted:
                yield answer.stream.look(wanted in got, str(wanted), got)


@rule(
    "answers.nameless-citations",
    "MUST",
    "L2",
    catalogue="ANN-009",
    source="openai-chatkit 1.6.5, chatkit/agents.py:383-385,396-398,622",
    why="The user sees a source without a name.",
    mend="Leave out citations of files without a name.",
    good=_cites(NAMELESS, done=e.message("Hello")),
    bad=_cites(NAMELESS, done=SIGNED, between=(NOTED,)),
)
def nameless_citations(told: Conversation) -> Looks:
    """A citation of a file without a name becomes nothing."""
    for answer in answers(told, failed=True):
        cited = [_wanted(one) for output in answer.outputs for one in output.citations]
        if None in cited:
            wanted = len([one for one in cited if one])
            yield answer.stream.look(len(answer.annotations) <= wanted, f"{wanted} annotations", answer.annotations)


@rule(
    "answers.citations-stream",
    "MUST",
    "L2",
    catalogue="ANN-010",
    source="openai-chatkit docs, release.md 1.2.0; chatkit/agents.py:631",
    why="Sources appear all at once when the answer is whole.",
    mend="Send `annotation_added` when the model cites.",
    since="1.2",
    good=_cites(CITED, done=SIGNED, between=(NOTED,)),
    bad=_cites(CITED, done=SIGNED),
)
def citations_stream(told: Conversation) -> Looks:
    """A citation is told when the model makes it, not only in the whole message."""
    for answer in answers(told):
        for event in answer.messages:
            notes = [note for part in _parts(event) for note in map(mapped, listed(part.get("annotations")))]
            updates = [one for one in answer.stream.of("thread.item.updated") if one.item_id == event.item_id]
            streamed = [one.update.get("annotation") for one in updates if "annotation" in one.update]
            for note in notes:
                yield event.look(note in streamed, "an annotation_added before", note)
