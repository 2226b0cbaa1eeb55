"""Breaks of the order of a stream: what opens it, what it says of the thread, how it waits for the client."""

from chatkit_conformance.strategies.breaks.table import Pick, breaks
from chatkit_conformance.strategies.told import Told

OPTIONS = "stream_options"
DONE = "thread.item.done"
CALL = "client_tool_call"
SAYS_NOTHING = {"threads.add_client_tool_output", "threads.add_structured_input"}


@breaks("STR-001")
def options_missing(told: Told, pick: Pick) -> None:
    """Nothing says whether the answer can be stopped. A stream without any event breaks another rule."""
    del told.events[pick(told.at(OPTIONS) if len(told.events) > 1 else [])]


@breaks("STR-001")
def options_twice(told: Told, pick: Pick) -> None:
    """The options come a second time."""
    told.insert(told.events[pick(told.at(OPTIONS))])


@breaks("STR-002")
def options_late(told: Told, pick: Pick) -> None:
    """The options come after the answer has begun."""
    place = pick([place for place in told.at(OPTIONS) if place + 1 < len(told.events)])
    told.insert(told.events.pop(place), place + 1)


@breaks("STR-005")
def options_not_boolean(told: Told, pick: Pick) -> None:
    """The options say "true" as a text."""
    told.events[pick(told.at(OPTIONS))]["stream_options"]["allow_cancel"] = "true"


@breaks("THR-001", "THR-002")
def thread_not_created(told: Told, pick: Pick) -> None:
    """A new thread is not announced."""
    del told.events[pick(told.at("thread.created"))]


@breaks("THR-002")
def thread_created_twice(told: Told, pick: Pick) -> None:
    """A new thread is announced twice."""
    told.insert(told.events[pick(told.at("thread.created"))])


@breaks("THR-001")
def thread_created_late(told: Told, pick: Pick) -> None:
    """A new thread is announced after the message that it begins with."""
    told.insert(told.events.pop(pick(told.at("thread.created"))), 1)


@breaks("THR-003", "THR-020")
def thread_created_with_items(told: Told, pick: Pick) -> None:
    """A new thread has items already."""
    place = pick(told.at("thread.created"))
    told.events[place]["thread"]["items"]["data"] = told.items(DONE)[:1]


@breaks("THR-019")
def another_thread_updated(told: Told, pick: Pick) -> None:
    """The stream tells of a change of some other thread."""
    told.events[pick(told.at("thread.updated"))]["thread"]["id"] = "thr_other"


@breaks("THR-020")
def thread_updated_with_items(told: Told, pick: Pick) -> None:
    """A change of the thread brings a page of items, and the client would show nothing else."""
    place = pick(told.at("thread.updated") if told.items(DONE) else [])
    told.events[place]["thread"]["items"]["data"] = told.items(DONE)[:1]


@breaks("THR-021")
def thread_created_again(told: Told, pick: Pick) -> None:
    """A thread changes the time at which it was created."""
    told.events[pick(told.at("thread.updated"))]["thread"]["created_at"] = "2027-01-01T00:00:00Z"


@breaks("STR-003", "STR-008")
def message_missing(told: Told, pick: Pick) -> None:
    """What the user said is not shown."""
    del told.events[pick(told.at(DONE, item="user_message"))]


@breaks("STR-008")
def message_twice(told: Told, pick: Pick) -> None:
    """What the user said is shown twice."""
    told.insert(told.events[pick(told.at(DONE, item="user_message"))], told.opening)


@breaks("STR-008", "STR-003")
def message_announced(told: Told, pick: Pick) -> None:
    """What the user said comes as an item that is still open."""
    told.events[pick(told.at(DONE, item="user_message"))]["type"] = "thread.item.added"


@breaks("STR-007", "UMS-003")
def message_changed(told: Told, pick: Pick) -> None:
    """What the user said comes back as something else."""
    item = told.events[pick(told.at(DONE, item="user_message"))]["item"]
    item["quoted_text"] = f"{item.get('quoted_text', '')}?"


@breaks("STR-004")
def message_for_the_user(told: Told, pick: Pick) -> None:
    """The server says something for the user, who only gave a result or an answer."""
    said = pick([item for item in told.before.values() if item["type"] == "user_message"] * (told.kind in SAYS_NOTHING))
    told.insert({"type": DONE, "item": said | {"id": "itm_said"}})


@breaks("CTL-001")
def call_announced(told: Told, pick: Pick) -> None:
    """A client tool call comes as an item that is still open."""
    told.events[pick(told.at(DONE, item=CALL))]["type"] = "thread.item.added"


@breaks("CTL-001")
def call_completed_already(told: Told, pick: Pick) -> None:
    """A client tool call comes with its status completed: nobody would answer it."""
    told.events[pick(told.at(DONE, item=CALL))]["item"]["status"] = "completed"


@breaks("CTL-002")
def item_after_call(told: Told, pick: Pick) -> None:
    """The answer goes on after a client tool call instead of waiting for it."""
    call = told.events[pick(told.at(DONE, item=CALL))]["item"]
    base = {name: call[name] for name in ("thread_id", "created_at")}
    told.insert({"type": DONE, "item": {**base, "type": "end_of_turn", "id": "itm_late"}})


@breaks("CTL-003")
def called_twice(told: Told, pick: Pick) -> None:
    """One answer calls two client tools."""
    place = pick(told.at(DONE, item=CALL))
    call = told.events[place]["item"]
    told.insert({"type": DONE, "item": call | {"id": "itm_again"}}, place)
