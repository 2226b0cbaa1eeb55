"""Structured input: questions to the user."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import listed, mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream
from chatkit_conformance.linter.visits import Visit, named, visits
from chatkit_conformance.transcript import JSON, Exchange

SUBMIT = "threads.add_structured_input"
SINCE = "1.6.4"
SKIPPED = {"values": [], "skipped": True}
SIZE: JSON = {"type": "multiple_choice", "id": "size", "question": "Size?", "options": [{"value": "s"}, {"value": "m"}]}
SIZE |= {"multiple": False}
TAGS = SIZE | {"id": "tags", "multiple": True}
NAME = {"type": "freeform", "id": "name", "question": "Name?"}
ASKED = e.item("structured_input", "msg_2", status="pending", inputs=[SIZE, TAGS, NAME])
GIVEN: JSON = {"size": {"values": ["m", "s"]}, "tags": {"values": ["s", "own words"]}, "ghost": {"values": ["boo"]}}


def _values(*values: str) -> JSON:
    return {"values": list(values), "skipped": False}


def _answered(*answers: Any, status: str = "answered") -> JSON:
    inputs = [question | {"answer": answer} for question, answer in zip((SIZE, TAGS, NAME), answers, strict=True)]
    return ASKED | {"status": status, "inputs": inputs}


ANSWERED = _answered(_values("m"), _values("s", "own words"), SKIPPED)
ALL_SKIPPED = _answered(SKIPPED, SKIPPED, SKIPPED, status="skipped")


def _submit(*events: JSON, stored: JSON | None = None, before: JSON = ASKED, **given: Any) -> list[Exchange]:
    """Submit answers, and list what the thread holds then."""
    said = {"status": "answered", "answers": GIVEN} | given
    shown = events or (e.replaced(ANSWERED),)
    answer = e.go_on(SUBMIT, {"item_id": before["id"], "input": said}, *shown)
    rows = [e.user_message(), stored or shown[-1]["item"]]
    return [e.listing(e.user_message(), before), answer, e.listing(*rows)]


def _shows(*answers: Any, **given: Any) -> list[Exchange]:
    return _submit(e.replaced(_answered(*answers)), **given)


def _refused(before: JSON, after: JSON) -> list[Exchange]:
    params = {"thread_id": e.THREAD_ID, "item_id": before["id"], "input": {"status": "answered", "answers": GIVEN}}
    return [e.listing(e.user_message(), before), e.refused(SUBMIT, params), e.listing(e.user_message(), after)]


@rule(
    "questions.item.arrives-pending",
    "MUST",
    "L0",
    catalogue="SIN-001",
    source="openai-chatkit 1.6.5, chatkit/types.py:707-755",
    why="The widget shows questions that are answered already as history: the user is never asked.",
    mend="Send new questions with status `pending` and without answers.",
    since=SINCE,
    good=e.create(e.done(ASKED)),
    bad=e.create(e.done(ASKED | {"status": "answered"})),
)
def arrives_pending(stream: Stream) -> Looks:
    """Questions arrive pending, and without answers."""
    known = set(stream.before)
    for event in stream.of("thread.item.added", "thread.item.done"):
        if event.item_type == "structured_input" and event.item_id not in known:
            known.add(event.item_id)
            asked = [question for question in _questions(event.item) if question.get("answer")]
            status = event.item.get("status")
            yield event.look(status == "pending" and not asked, "`pending`, no answers", status)


@rule(
    "questions.item.ids-differ",
    "SHOULD",
    "L0",
    catalogue="SIN-012",
    source="openai-chatkit 1.6.5, chatkit/types.py:718-729; chatkit/server.py:766",
    why="Answers come by the id of their question: of two with one id, one gets the answer to the other.",
    mend="Give each question of an item an id of its own.",
    since=SINCE,
    good=e.create(e.done(ASKED)),
    bad=e.create(e.done(ASKED | {"inputs": [NAME, NAME]})),
)
def ids_differ(stream: Stream) -> Looks:
    """No two questions of an item have the same id."""
    for event in stream.of("thread.item.added", "thread.item.done", "thread.item.replaced"):
        if event.item_type == "structured_input":
            ids = [question.get("id") for question in _questions(event.item)]
            yield event.look(len({*map(str, ids)}) == len(ids), "an id for each question", ids)


def _questions(item: JSON) -> list[JSON]:
    inputs = item.get("inputs")
    return [one for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else []


def _input(visit: Visit) -> JSON:
    given = visit.params.get("input")
    return given if isinstance(given, dict) else {}


def _open(told: Conversation) -> Iterator[Visit]:
    """Give the submissions to questions that were open."""
    for visit in visits(told, SUBMIT):
        if visit.item.get("type") == "structured_input" and visit.item.get("status") == "pending" and visit.stream:
            yield visit


def _shown(visit: Visit) -> JSON:
    """Give the item with its answers, as the stream shows it."""
    about = [event.item for event in visit.told if event.item_id == visit.item["id"]]
    return about[0] if about else {}


@rule(
    "questions.submit.shown-first",
    "MUST",
    "L3",
    catalogue="SIN-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:643-657",
    why="The widget leaves the form open, and the user answers a second time.",
    mend="Send `thread.item.replaced` with the answered item before the responder speaks.",
    since=SINCE,
    good=_submit(),
    bad=_submit(e.notice("ack"), e.replaced(ANSWERED)),
)
def shown_first(told: Conversation) -> Looks:
    """The first event after the options is `thread.item.replaced` of the questions, with the status submitted."""
    for visit in _open(told):
        first = visit.told[0] if visit.told else None
        status = str(_input(visit).get("status") or "answered")
        told_now = (first.type, first.item_id, first.item.get("status")) if first else ()
        wanted = ("thread.item.replaced", visit.item["id"], status)
        yield visit.look(told_now == wanted, " ".join(wanted), list(told_now))


@rule(
    "questions.submit.shown-once",
    "SHOULD",
    "L0",
    catalogue="SIN-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:643-657",
    why="The client draws the answers anew for nothing.",
    mend="Send `thread.item.replaced` once, before the answer.",
    since="1.6.4",
    good=_submit(),
    bad=_submit(e.replaced(ANSWERED), e.replaced(ANSWERED)),
)
def answers_are_shown_once(stream: Stream) -> Looks:
    """The stream of a submission does not show the same answers twice."""
    if stream.kind == "threads.add_structured_input":
        shown = [event.item for event in stream.of("thread.item.replaced")]
        yield stream.look(all(one not in shown[:place] for place, one in enumerate(shown)), "each state once", shown)


@rule(
    "questions.submit.stored",
    "MUST",
    "L3",
    catalogue="SIN-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:646-648,875-878",
    why="When the thread is opened again the questions are open again.",
    mend="Store the item that is shown, in its place.",
    since=SINCE,
    good=_submit(),
    bad=_submit(stored=ASKED),
)
def stored(told: Conversation) -> Looks:
    """The answered item is stored in place of the open one."""
    for visit in _open(told):
        if _shown(visit) and visit.after is not None:
            now = named(visit.after, visit.item["id"])
            yield visit.look(now == _shown(visit), "the item as it is shown", now)


@rule(
    "questions.submit.same-questions",
    "MUST",
    "L3",
    catalogue="SIN-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:770-776",
    why="Whoever sends answers could put words into the mouth of the assistant.",
    mend="Take the questions from the stored item, and leave out answers to questions that it has not.",
    since=SINCE,
    good=_submit(),
    bad=_submit(e.replaced(ANSWERED | {"inputs": [*ANSWERED["inputs"], NAME | {"id": "ghost"}]})),
)
def same_questions(told: Conversation) -> Looks:
    """The questions stay what they were; answers to unknown ones are ignored."""
    for visit in _open(told):
        if _shown(visit):
            asked, now = ([_bare(one) for one in _questions(item)] for item in (visit.item, _shown(visit)))
            yield visit.look(now == asked, "the questions as they were asked", [one.get("id") for one in now])


def _bare(question: JSON) -> JSON:
    return {name: value for name, value in question.items() if name != "answer"}


class Reply(NamedTuple):
    """What was submitted for a question, and what the item shows as its answer."""

    visit: Visit
    question: JSON
    values: list[Any]
    """Empty for a question that was left out or skipped."""
    all_skipped: bool
    shown: JSON


def _replies(told: Conversation) -> Iterator[Reply]:
    for visit in _open(told):
        answers = _input(visit).get("answers")
        given = answers if isinstance(answers, dict) else {}
        shown = {str(one.get("id")): one.get("answer") for one in _questions(_shown(visit))}
        for question in _questions(visit.item):
            name = str(question.get("id"))
            if name in shown:
                answer = mapped(given.get(name))
                values = [] if answer.get("skipped") else listed(answer.get("values"))
                yield Reply(visit, question, values, _input(visit).get("status") == "skipped", shown[name] or {})


@rule(
    "questions.answer.left-out-is-skipped",
    "MUST",
    "L3",
    catalogue="SIN-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:778-788",
    why="The model cannot tell a question that was skipped from one that was never asked.",
    mend='Store `{"values": [], "skipped": true}` for a question that is left out, empty or skipped.',
    since=SINCE,
    good=_submit(),
    bad=_shows(_values("m"), _values("s", "own words"), _values()),
)
def left_out_is_skipped(told: Conversation) -> Looks:
    """A question that is left out, has no values or is skipped counts as skipped."""
    for reply in _replies(told):
        if not reply.values and not reply.all_skipped:
            yield reply.visit.look(reply.shown == SKIPPED, f"{reply.question['id']} skipped", reply.shown)


@rule(
    "questions.answer.skipped-as-a-whole",
    "MUST",
    "L3",
    catalogue="SIN-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:782",
    why="Answers that the user thought better of are used all the same.",
    mend="Skip every question when the status is `skipped`, whatever answers come with it.",
    since=SINCE,
    good=_submit(e.replaced(ALL_SKIPPED), status="skipped"),
    bad=_submit(e.replaced(ANSWERED | {"status": "skipped"}), status="skipped"),
)
def skipped_as_a_whole(told: Conversation) -> Looks:
    """Status `skipped` skips every question, also those with answers."""
    for reply in _replies(told):
        if reply.all_skipped:
            yield reply.visit.look(reply.shown == SKIPPED, f"{reply.question['id']} skipped", reply.shown)


def _one_of_many(question: JSON) -> bool:
    return question.get("type") == "multiple_choice" and question.get("multiple") is not True


@rule(
    "questions.answer.single-keeps-the-first",
    "MUST",
    "L3",
    catalogue="SIN-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:791-793",
    why="The model gets two answers to a question that has one.",
    mend="Keep the first value where `multiple` is false.",
    since=SINCE,
    good=_submit(),
    bad=_shows(_values("m", "s"), _values("s", "own words"), SKIPPED),
)
def single_keeps_the_first(told: Conversation) -> Looks:
    """A choice of one keeps the first value that is submitted."""
    for reply in _replies(told):
        if reply.values and not reply.all_skipped and _one_of_many(reply.question):
            wanted = _values(reply.values[0])
            yield reply.visit.look(reply.shown == wanted, f"{reply.question['id']}: {wanted}", reply.shown)


@rule(
    "questions.answer.keeps-every-value",
    "MUST",
    "L3",
    catalogue="SIN-008",
    source="openai-chatkit 1.6.5, chatkit/server.py:790-795; chatkit/types.py:729",
    why="What the user wrote in own words is lost.",
    mend="Keep all values of the other questions, also those that are none of the options.",
    since=SINCE,
    good=_submit(),
    bad=_shows(_values("m"), _values("s"), SKIPPED),
)
def keeps_every_value(told: Conversation) -> Looks:
    """A choice of several and a free answer keep every value, also those outside the options."""
    for reply in _replies(told):
        if reply.values and not reply.all_skipped and not _one_of_many(reply.question):
            wanted = _values(*reply.values)
            yield reply.visit.look(reply.shown == wanted, f"{reply.question['id']}: {wanted}", reply.shown)


@rule(
    "questions.submit.needs-open-questions",
    "MUST",
    "L3",
    catalogue="SIN-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:763-764",
    why="A second click overwrites what the user answered.",
    mend="Refuse answers to questions that are not pending.",
    since=SINCE,
    good=_refused(ANSWERED, ANSWERED),
    bad=_submit(before=ANSWERED),
)
def needs_open_questions(told: Conversation) -> Looks:
    """Questions are answered or skipped once; later submissions are refused."""
    for visit in visits(told, SUBMIT):
        if visit.item.get("type") == "structured_input" and visit.item.get("status") != "pending":
            yield visit.look(visit.failed, "a refusal", [event.type for event in visit.told])


@rule(
    "questions.submit.needs-questions",
    "MUST",
    "L3",
    catalogue="SIN-011",
    source="openai-chatkit 1.6.5, chatkit/server.py:633-636",
    why="Any other item could be overwritten by a request.",
    mend="Refuse answers for an item of another type.",
    since=SINCE,
    good=_refused(e.message("hi"), e.message("hi")),
    bad=_submit(e.notice("ack"), before=e.message("hi"), stored=e.message("hi")),
)
def needs_questions(told: Conversation) -> Looks:
    """Answers are refused when the item is no structured input."""
    for visit in visits(told, SUBMIT):
        if visit.item and visit.item.get("type") != "structured_input":
            yield visit.look(visit.failed, "a refusal", [event.type for event in visit.told])


@rule(
    "questions.submit.refused-changes-nothing",
    "MUST",
    "L3",
    catalogue="SIN-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:633-636,763-764",
    why="What the user answered is lost although the server said no.",
    mend="Look at the item before anything is saved.",
    since=SINCE,
    good=_refused(ANSWERED, ANSWERED),
    bad=_refused(ANSWERED, ALL_SKIPPED),
)
def refused_changes_nothing(told: Conversation) -> Looks:
    """Refused answers leave the items of the thread as they were."""
    for visit in visits(told, SUBMIT):
        if visit.failed and visit.before is not None and visit.after is not None:
            yield visit.look(visit.before == visit.after, "the same items", visit.after)
