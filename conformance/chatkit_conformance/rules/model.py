"""What the model is told of a thread."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import model_calls as m
from chatkit_conformance.linter.growth import listed, mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import MARK, Conversation
from chatkit_conformance.linter.visits import Visit, visits
from chatkit_conformance.transcript import JSON, STREAMING, Exchange

SAYING = ("threads.create", "threads.add_user_message")
HELLO = m.user("hello")
CARD = e.item("widget", "msg_3", widget={"type": "Card", "children": [{"type": "Text", "value": "Pick one"}]})
TASK = e.item("task", "tsk_1", task={"type": "custom", "title": "Look it up", "status_indicator": "none"})
FLOW = e.item(
    "workflow",
    "wf_1",
    workflow={"type": "custom", "tasks": [TASK["task"]], "expanded": False, "summary": {"duration": 1}},
)
PICTURE = "data:image/png;base64,AA=="
IMAGE = e.item("generated_image", "msg_4", image={"id": "ig_1", "url": PICTURE})
SIZE = {"type": "freeform", "id": "size", "question": "Size?", "answer": {"values": ["42"], "skipped": False}}
ASKED = e.item("structured_input", "msg_6", status="answered", inputs=[SIZE])
TAG: JSON = {"type": "input_tag", "id": "t1", "text": "Ada", "data": {"who": "a countess"}, "interactive": False}
QUOTE = e.text_input("what?", quoted_text="the old clock")


def _answered(said: JSON, told: list[JSON], *events: JSON, rows: tuple[JSON, ...] = ()) -> list[Exchange]:
    """Say something in a thread that holds these items, with a model that is told this."""
    model = (m.entry(told, m.message("Hello", item_id="msg_12")),)
    shown = e.say(*(events or [e.done(e.message("Hello", item_id="msg_12"))]), said=said, model=model)
    return [e.listing(*rows), shown]


def _hello(told: list[JSON], *rows: JSON) -> list[Exchange]:
    return _answered(e.text_input(), [*told, HELLO], rows=rows)


def model_asked(told: Conversation, *kinds: str) -> Iterator[tuple[Visit, m.Call]]:
    """Give the requests for which the model was called, each with the first call."""
    for visit in visits(told, *kinds):
        if visit.stream and (calls := m.calls(visit.exchange)):
            yield visit, calls[0]


def notes_of(call: m.Call) -> list[str]:
    """Give what the model was told beside the scripts of users, which contain what they bring about."""
    return [said.text for said in call.told if MARK not in said.text]


def _typed(said: JSON) -> str:
    """Give a message as it was typed, tags as `@text`."""
    content = said.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "".join(("@" if part.get("type") == "input_tag" else "") + str(part.get("text", "")) for part in parts)


def _input(exchange: Exchange) -> JSON:
    said = exchange.params.get("input")
    return said if isinstance(said, dict) else {}


@rule(
    "model.told.as-typed",
    "MUST",
    "L2",
    catalogue="MOD-001",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1073-1099",
    why="The model answers something that the user did not say.",
    mend="Tell the parts of a message as one text, each tag as @ and its text.",
    good=_hello([]),
    bad=_answered(e.text_input("Hello  you"), [m.user("Hello you")]),
)
def as_typed(told: Conversation) -> Looks:
    """The model is told the user's text as it was typed, with tags as `@text`."""
    for visit, call in model_asked(told, *SAYING):
        typed = _typed(_input(visit.exchange))
        users = [said.text for said in call.told if said.role == "user"]
        yield visit.look(any(typed in text for text in users), repr(typed), users)


@rule(
    "model.told.quote",
    "MUST",
    "L2",
    catalogue="MOD-002",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1104-1116",
    why="The user marks a sentence and asks about it, and the model does not know which.",
    mend="Tell the model `quoted_text` beside the message.",
    good=_answered(QUOTE, [m.user("what?"), m.user("About: the old clock")]),
    bad=_answered(QUOTE, [m.user("what?")]),
)
def quote(told: Conversation) -> Looks:
    """The model is told the text that the user quotes."""
    for visit, call in model_asked(told, *SAYING):
        if quoted := _input(visit.exchange).get("quoted_text"):
            yield visit.look(str(quoted) in call.text, str(quoted), call.text)


@rule(
    "model.told.quote-of-the-last-only",
    "MUST",
    "L2",
    catalogue="MOD-002",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1104-1116",
    why="The model goes on about what the user quoted long ago.",
    mend="Leave the quoted texts of earlier messages out.",
    good=_hello([m.user("what?")], e.user_message(QUOTE)),
    bad=_hello([m.user("what?"), m.user("About: the old clock")], e.user_message(QUOTE)),
)
def quote_of_the_last_only(told: Conversation) -> Looks:
    """The model is not told what earlier messages quoted."""
    for visit, call in model_asked(told, *SAYING):
        # The model may have said it itself, and the user may have typed it.
        rows = [row for row in visit.before or [] if row.get("type") == "user_message"]
        typed = [_typed(said) for said in [*rows, _input(visit.exchange)]]
        notes = [said.text for said in call.told if said.role != "assistant" and said.text not in typed]
        for row in rows:
            quoted = row.get("quoted_text")
            if isinstance(quoted, str) and quoted:
                now = [text for text in notes if quoted in text]
                yield visit.look(not now, f"nothing of {quoted!r}", now)


@rule(
    "model.told.tags-once",
    "SHOULD",
    "L2",
    catalogue="MOD-003",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1119-1124",
    why="What a tag stands for may be long, and is paid for each time.",
    mend="Tell what a tag stands for once for each text, however often the user writes it.",
    good=_answered(e.text_input(content=[TAG, TAG]), [m.user("@Ada@Ada"), m.user("Ada: a countess")]),
    bad=_answered(e.text_input(content=[TAG, TAG]), [m.user("@Ada@Ada"), m.user("a countess, a countess")]),
)
def tags_once(told: Conversation) -> Looks:
    """What a tag stands for is told once, although the message has it twice."""
    for visit, call in model_asked(told, *SAYING):
        content = map(mapped, listed(_input(visit.exchange).get("content")))
        parts = [part for part in content if part.get("type") == "input_tag"]
        texts = [part.get("text") for part in parts]
        for part in parts:
            known = [value for value in mapped(part.get("data")).values() if isinstance(value, str)]
            if texts.count(part.get("text")) > 1 and known:
                yield visit.look(call.text.count(known[0]) <= 1, f"{known[0]!r} once", call.text)


@rule(
    "model.told.widgets",
    "SHOULD",
    "L2",
    catalogue="MOD-004",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1019-1068",
    why="The user asks about the card on the screen, and the model has never heard of it.",
    mend="Tell the model what a widget shows, for example its JSON.",
    good=_hello([m.user("The user saw a card: Pick one")], CARD),
    bad=_hello([], CARD),
)
def widgets(told: Conversation) -> Looks:
    """The model is told the texts of the widgets in the thread."""
    for visit, call in model_asked(told, *STREAMING):
        notes = "\n".join(notes_of(call))
        for row in visit.before or []:
            if row.get("type") == "widget":
                texts = list(_shown(row.get("widget")))
                yield visit.look(all(text in notes for text in texts), f"a note with {texts}", notes)


def _shown(widget: Any) -> Iterator[str]:
    """Give the plain texts of a widget."""
    waiting = [widget]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "Text" and str(part.get("value", "")).isascii():
                yield str(part.get("value", ""))
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


@rule(
    "model.told.tasks",
    "SHOULD",
    "L2",
    catalogue="MOD-004",
    source="openai-chatkit 1.6.5, chatkit/agents.py:961-984,1194-1198",
    why="The model does again what the user saw it do.",
    mend="Tell the model the titles of custom tasks, alone and in workflows.",
    good=_hello([m.user("Done: Look it up")], FLOW),
    bad=_hello([], TASK),
)
def tasks(told: Conversation) -> Looks:
    """The model is told the titles of the custom tasks in the thread."""
    for visit, call in model_asked(told, *STREAMING):
        notes = "\n".join(notes_of(call))
        for row in visit.before or []:
            workflow = row.get("workflow")
            steps = [row.get("task"), *(workflow.get("tasks") or [] if isinstance(workflow, dict) else [])]
            for step in steps:
                if isinstance(step, dict) and step.get("type") == "custom" and step.get("title"):
                    yield visit.look(str(step["title"]) in notes, f"a note with {step['title']!r}", notes)


@rule(
    "model.told.no-end-of-turn",
    "SHOULD",
    "L2",
    catalogue="MOD-004",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1194-1198",
    why="The model is told what means nothing to it.",
    mend="Leave `end_of_turn` out of what the model is told.",
    good=_hello([], e.item("end_of_turn", "msg_5")),
    bad=_hello([m.user("end_of_turn")], e.item("end_of_turn", "msg_5")),
)
def no_end_of_turn(told: Conversation) -> Looks:
    """The model is not told of the ends of turns."""
    for visit, call in model_asked(told, *STREAMING):
        if any(row.get("type") == "end_of_turn" for row in visit.before or []):
            notes = [text for text in notes_of(call) if "end_of_turn" in text]
            yield visit.look(not notes, "nothing of it", notes)


@rule(
    "model.told.pictures",
    "SHOULD",
    "L2",
    catalogue="MOD-005",
    source="openai-chatkit 1.6.5, chatkit/agents.py:883-908",
    why="The user asks for a change of a picture that the model does not know.",
    mend="Give generated images to the model as `input_image`.",
    good=_hello([m.user("Your image:", {"type": "input_image", "image_url": PICTURE})], IMAGE),
    bad=_hello([], IMAGE),
)
def pictures(told: Conversation) -> Looks:
    """The model is shown the generated images of the thread."""
    for visit, call in model_asked(told, *STREAMING):
        shown = [image for said in call.told for image in said.images]
        for row in visit.before or []:
            image = row.get("image")
            if row.get("type") == "generated_image" and isinstance(image, dict):
                yield visit.look(image.get("url") in shown, "the image as input_image", shown)


@rule(
    "model.told.answers",
    "MUST",
    "L2",
    catalogue="SIN-013",
    source="openai-chatkit 1.6.5, chatkit/agents.py:986-1017",
    why="The user answers, and the model asks the same again.",
    mend="Tell the model each question with its answer, or that it was skipped.",
    since="1.6.4",
    good=_hello([m.user("Size? 42")], ASKED),
    bad=_hello([m.user("Size?")], ASKED),
)
def answers(told: Conversation) -> Looks:
    """The model is told the questions that the user was asked, and the answers."""
    for visit, call in model_asked(told, *STREAMING):
        notes = "\n".join(notes_of(call))
        replaced = {event.item_id: event.item for event in visit.told if event.type == "thread.item.replaced"}
        for row in (replaced.get(row["id"], row) for row in visit.before or []):
            if row.get("type") == "structured_input" and row.get("status") != "pending":
                for question in row.get("inputs") or []:
                    words = [question.get("question"), *((question.get("answer") or {}).get("values") or [])]
                    yield visit.look(all(str(word) in notes for word in words), f"a note with {words}", notes)
