"""What comes back to a thread that waits, and what is answered again."""

from typing import Any

from support.catalogue.bed import Bed, done, item, text
from support.catalogue.exchange import Exchange
from support.catalogue.material import call, card, many, questions
from support.catalogue.verdicts import script

ANY_JSON: list[Any] = [None, 0, False, "", [], [None], {"a": {"b": None}}, "x"]


def output(bed: Bed, thread: str, result: Any) -> Exchange:
    return bed.ask("threads.add_client_tool_output", thread_id=thread, result=result)


@script("CTL-004", "CTL-006", "CTL-007", "CTL-008", "CTL-009", "CTL-013", "CTL-014")
def a_tool_answers(bed: Bed) -> None:
    for result in ANY_JSON:
        reply = bed.create(done(call()))
        asked = reply.done[0]
        bed.same("CTL-014", asked["arguments"], {"near": None, "km": 2})
        bed.same("CTL-014", bed.items(reply.thread_id)[1]["arguments"], asked["arguments"])
        resumed = output(bed, reply.thread_id, result)
        completed = bed.items(reply.thread_id)[1]
        # A null output has no value, so it is left out like any other.
        told = {} if result is None else {"output": result}
        bed.same("CTL-008", (completed["status"], completed.get("output")), ("completed", result))
        bed.same("CTL-004", completed, asked | {"status": "completed"} | told)
        bed.same("CTL-009", (resumed.kinds, resumed.notices), (["stream_options", "notice"], ["resumed"]))
        bed.holds("CTL-013", not [kind for kind in resumed.kinds if kind.startswith("thread.")], resumed.kinds)
        before = bed.items(reply.thread_id)
        again = output(bed, reply.thread_id, 1)
        bed.holds("CTL-007", again.refused, again)
        bed.same("CTL-006", (again.notices, bed.items(reply.thread_id)), ([], before))
    plain = bed.create().thread_id
    before = bed.items(plain)
    failed = output(bed, plain, 1)
    bed.holds("CTL-006", failed.refused and bed.items(plain) == before, failed)


@script("CTL-005", "CTL-010")
def calls_that_are_not_the_last_item(bed: Bed) -> None:
    """D11: the newest pending call is found behind other items; other pending ones are dropped."""
    reply = bed.create(done(call("c1")))
    second = bed.say(reply.thread_id, done(call("c2")))
    bed.say(reply.thread_id, ["hidden", "a note"])
    resumed = output(bed, reply.thread_id, {"at": 1})
    calls = [row for row in bed.items(reply.thread_id) if row["type"] == "client_tool_call"]
    bed.same("CTL-005", resumed.notices, ["resumed"])
    bed.same("CTL-005", calls, [second.done[0] | {"status": "completed", "output": {"at": 1}}])
    bed.holds("CTL-010", reply.done[0]["id"] not in [row["id"] for row in calls])


def submit(bed: Bed, **given: Any) -> tuple[Exchange, dict[str, Any], dict[str, Any]]:
    """Ask the questions and answer them; give the stream, the item as it was, and as it is stored now."""
    asked = bed.create(done(questions()), done(text("after")))
    reply = bed.ask("threads.add_structured_input", thread_id=asked.thread_id, item_id=asked.done[0]["id"], input=given)
    return reply, asked.done[0], bed.items(asked.thread_id)[1]


def answers(stored: dict[str, Any]) -> dict[str, Any]:
    return {question["id"]: question.get("answer") for question in stored["inputs"]}


SKIPPED = {"values": [], "skipped": True}


def _values(*values: str) -> dict[str, Any]:
    return {"values": list(values), "skipped": False}


@script("SIN-002", "SIN-003", "SIN-004", "SIN-005", "SIN-006", "SIN-007", "SIN-008", "SIN-010", "SIN-011")
def questions_are_answered(bed: Bed) -> None:
    given = {
        "size": {"values": ["m", "s"]},
        "tags": {"values": ["s", "own words"]},
        "town": {"values": ["x"], "skipped": True},
        "ghost": {"values": ["boo"]},
    }
    reply, asked, stored = submit(bed, answers=given)
    bed.same("SIN-002", reply.kinds, ["stream_options", "thread.item.replaced", "notice"])
    shown = reply.of("thread.item.replaced")[0]["item"]
    bed.same("SIN-002", (shown["id"], shown["status"]), (asked["id"], "answered"))
    bed.same("SIN-003", stored, shown)
    bed.same("SIN-004", list(answers(stored)), ["size", "tags", "name", "town"])
    bed.same("SIN-005", [answers(stored)[name] for name in ("name", "town")], [SKIPPED, SKIPPED])
    bed.same("SIN-007", answers(stored)["size"], _values("m"))
    bed.same("SIN-008", answers(stored)["tags"], _values("s", "own words"))
    *_, empty = submit(bed, answers={"name": {"values": []}, "tags": {}})
    bed.same("SIN-005", set(map(str, answers(empty).values())), {str(SKIPPED)})
    *_, skipped = submit(bed, status="skipped", answers=given)
    bed.same("SIN-006", (skipped["status"], set(map(str, answers(skipped).values()))), ("skipped", {str(SKIPPED)}))
    place = {"thread_id": stored["thread_id"], "item_id": stored["id"]}
    again = bed.ask("threads.add_structured_input", **place, input={"answers": {"name": {"values": ["late"]}}})
    bed.holds("SIN-010", again.refused and bed.items(stored["thread_id"])[1] == stored, again)
    other = bed.items(stored["thread_id"])[2]["id"]
    bed.holds("SIN-011", bed.ask("threads.add_structured_input", **place | {"item_id": other}, input={}).refused)


def retry(bed: Bed, thread: str, item_id: str) -> Exchange:
    return bed.ask("threads.retry_after_item", thread_id=thread, item_id=item_id)


@script("RTY-001", "RTY-002", "RTY-004", "RTY-007", "RTY-008", "RTY-009")
def a_message_is_answered_again(bed: Bed) -> None:
    options = {"model": "large", "tool_choice": {"id": "search"}}
    first = bed.create(["input"], *many(3), inference_options=options)
    thread, said = first.thread_id, first.events[1]["item"]
    bed.say(thread, ["hidden", "a secret"], *many(30))
    again = retry(bed, thread, said["id"])
    stored = bed.items(thread)
    # The message is a script: it is obeyed again, and gives three new messages.
    bed.same("RTY-002", stored[0], said)
    bed.same("RTY-001", stored[1:], again.done)
    bed.same("RTY-007", len(stored), 4)
    bed.holds("RTY-001", not {row["id"] for row in first.done} & {row["id"] for row in stored})
    bed.same("RTY-004", again.of("thread.item.removed"), [])
    bed.same("RTY-008", again.notices, first.notices)
    bed.holds("RTY-008", '"model":"large"' in again.notices[0].replace(" ", ""), again.notices)
    bed.same("RTY-009", bed.stored(thread), ["user_message"] + ["assistant_message"] * 3)


@script("RTY-005", "RTY-006")
def only_a_message_can_be_answered(bed: Bed) -> None:
    thread = bed.create(done(text("answer")), done(item("widget", "w", widget=card()))).thread_id
    before = bed.items(thread)
    for row in before[1:]:
        refused = retry(bed, thread, row["id"])
        bed.holds("RTY-005", refused.refused and bed.items(thread) == before, refused)
    # D12: 404 where the reference sends an empty stream.
    unknown = retry(bed, thread, "msg_nowhere")
    bed.same("RTY-006", (unknown.status, bed.items(thread)), (404, before))
