"""Breaks of what items contain: indices with gaps, texts that do not add up, images and widgets that are none."""

from collections.abc import Callable
from copy import deepcopy

from chatkit_conformance.strategies.breaks.table import Pick, breaks
from chatkit_conformance.strategies.told import JSON, Told

DONE = "thread.item.done"
ADDED = "thread.item.added"
UPDATED = "thread.item.updated"
PART = "assistant_message.content_part."
NOTE = f"{PART}annotation_added"


def done_after(told: Told, updates: str, fits: Callable[[JSON], bool] = lambda _: True) -> list[int]:
    """Find where items are done that were announced here and had updates of this type."""
    mine = [place for place in told.at(DONE) if told.earlier(place, ADDED) and fits(told.events[place]["item"])]
    return [place for place in mine if any(before in told.updates(updates) for before in told.earlier(place, UPDATED))]


@breaks("MSG-002", violation="part.added.gap")
def part_skipped(told: Told, pick: Pick) -> None:
    """A part leaves out a number."""
    told.events[pick(told.updates(f"{PART}added"))]["update"]["content_index"] += 1


@breaks("MSG-002", violation="part.added.open")
def part_added_twice(told: Told, pick: Pick) -> None:
    """A part begins twice."""
    place = pick(told.updates(f"{PART}added"))
    told.insert(deepcopy(told.events[place]), place + 1)


@breaks("MSG-003", violation="part.text_delta.absent")
def text_without_part(told: Told, pick: Pick) -> None:
    """A text grows that never began."""
    told.events[pick(told.updates(f"{PART}text_delta"))]["update"]["content_index"] = 99


@breaks("MSG-003", violation="part.text_delta.closed")
def text_after_part_done(told: Told, pick: Pick) -> None:
    """A text grows that is finished."""
    place = pick(told.updates(f"{PART}done"))
    index = told.events[place]["update"]["content_index"]
    update = {"type": f"{PART}text_delta", "content_index": index, "delta": "more"}
    told.insert({**told.events[place], "update": update}, place + 1)


@breaks("MSG-004")
def part_not_the_sum(told: Told, pick: Pick) -> None:
    """A part is finished with a text that is not the sum of its deltas."""
    told.events[pick(told.updates(f"{PART}done"))]["update"]["content"]["text"] += "?"


@breaks("MSG-005", violation="part.done.closed")
def part_done_twice(told: Told, pick: Pick) -> None:
    """A part is finished twice."""
    place = pick(told.updates(f"{PART}done"))
    told.insert(deepcopy(told.events[place]), place + 1)


@breaks("MSG-006")
def message_not_the_sum(told: Told, pick: Pick) -> None:
    """A message is finished with other texts than it was streamed with."""
    place = pick(done_after(told, f"{PART}added", lambda item: bool(item.get("content"))))
    told.events[place]["item"]["content"][0]["text"] += "?"


@breaks("MSG-006")
def message_without_its_parts(told: Told, pick: Pick) -> None:
    """A message is finished without the parts that it was streamed with."""
    place = pick(done_after(told, f"{PART}added", lambda item: item["type"] == "assistant_message"))
    told.events[place]["item"]["content"] = []


@breaks("MSG-010", "STR-000")
def part_index_is_a_text(told: Told, pick: Pick) -> None:
    """The number of a part is written as a text."""
    told.events[pick(told.updates(PART))]["update"]["content_index"] = "0"


@breaks("ANN-001", violation="annotation.added.gap")
def annotation_skipped(told: Told, pick: Pick) -> None:
    """An annotation leaves out a number."""
    told.events[pick(told.updates(NOTE))]["update"]["annotation_index"] += 1


@breaks("ANN-004")
def annotation_beyond_the_text(told: Told, pick: Pick) -> None:
    """An annotation stands where the text has no place."""
    place = pick(done_after(told, NOTE))
    notes = [note for part in told.events[place]["item"]["content"] for note in part["annotations"]]
    pick(notes)["index"] = 9999


@breaks("ANN-005")
def annotations_lost(told: Told, pick: Pick) -> None:
    """A message is finished without the annotations that were streamed."""
    for part in told.events[pick(done_after(told, NOTE))]["item"]["content"]:
        part["annotations"] = []


@breaks("ANN-008", "ANN-001", violation="part.annotation_added.absent")
def annotation_without_part(told: Told, pick: Pick) -> None:
    """An annotation comes for a part that never began."""
    told.events[pick(told.updates(NOTE))]["update"]["content_index"] = 99


@breaks("WFL-002", violation="task.added.gap")
def task_skipped(told: Told, pick: Pick) -> None:
    """A task leaves out a number."""
    told.events[pick(told.updates("workflow.task.added"))]["update"]["task_index"] += 1


@breaks("WFL-003", violation="task.updated.absent")
def task_never_added(told: Told, pick: Pick) -> None:
    """A task changes that was never added."""
    told.events[pick(told.updates("workflow.task.updated"))]["update"]["task_index"] = 99


@breaks("WFL-004")
def workflow_not_the_sum(told: Told, pick: Pick) -> None:
    """A workflow is finished with other tasks than it was streamed with."""
    place = pick(done_after(told, "workflow.task."))
    told.events[place]["item"]["workflow"]["tasks"].append({"type": "custom", "status_indicator": "none"})


@breaks("WFL-007")
def workflow_stays_open(told: Told, pick: Pick) -> None:
    """Another item is finished while a workflow is open."""
    place = pick([place for place in told.at(DONE, item="workflow") if told.earlier(place, ADDED)])
    item = told.events[place]["item"]
    base = {name: item[name] for name in ("thread_id", "created_at")}
    task = {"type": "image", "status_indicator": "none"}
    told.insert({"type": DONE, "item": {**base, "type": "task", "id": "itm_between", "task": task}}, place)


@breaks("WFL-008")
def workflow_without_summary(told: Told, pick: Pick) -> None:
    """A workflow is finished and does not say what it did or how long it took."""
    del told.events[pick(told.at(DONE, item="workflow"))]["item"]["workflow"]["summary"]


@breaks("WFL-013")
def two_workflows_open(told: Told, pick: Pick) -> None:
    """A second workflow begins while one is open."""
    place = pick(told.at(ADDED, item="workflow"))
    second = told.events[place]["item"] | {"id": "itm_second"}
    told.insert({"type": ADDED, "item": second}, place + 1)


@breaks("WFL-001", "STR-000")
def workflow_of_no_type(told: Told, pick: Pick) -> None:
    """A workflow is of a type that does not exist."""
    told.events[pick(told.at(ADDED, DONE, item="workflow"))]["item"]["workflow"]["type"] = "secret"


@breaks("WFL-010", "STR-000")
def task_of_no_status(told: Told, pick: Pick) -> None:
    """A task is as far as nobody knows."""
    told.events[pick(told.updates("workflow.task."))]["update"]["task"]["status_indicator"] = "soon"


@breaks("IMG-002")
def progress_in_per_cent(told: Told, pick: Pick) -> None:
    """The progress of an image is more than the whole."""
    told.events[pick(told.updates("generated_image"))]["update"]["progress"] = 50


@breaks("IMG-003")
def progress_backwards(told: Told, pick: Pick) -> None:
    """The progress of an image goes back."""
    place = pick(told.updates("generated_image"))
    before = deepcopy(told.events[place])
    before["update"]["progress"], told.events[place]["update"]["progress"] = 1.0, 0.5
    told.insert(before, place)


@breaks("IMG-004")
def image_missing(told: Told, pick: Pick) -> None:
    """An image is finished, and there is none."""
    del told.events[pick(told.at(DONE, item="generated_image"))]["item"]["image"]


@breaks("IMG-005")
def image_becomes_another(told: Told, pick: Pick) -> None:
    """The last image has another id than its sketches."""
    told.events[pick(done_after(told, "generated_image"))]["item"]["image"]["id"] += "?"


@breaks("WGT-001")
def widget_without_root(told: Told, pick: Pick) -> None:
    """A widget begins with a component that is no root."""
    told.events[pick(told.at(DONE, item="widget"))]["item"]["widget"] = {"type": "Spacer"}


@breaks("WGT-002", "WGT-001")
def component_without_type(told: Told, pick: Pick) -> None:
    """A component does not say what it is."""
    del told.events[pick(told.at(DONE, ADDED, item="widget"))]["item"]["widget"]["type"]


@breaks("WGT-003")
def delta_for_no_text(told: Told, pick: Pick) -> None:
    """A text of a widget grows that is not in it."""
    told.events[pick(told.updates("widget.streaming_text"))]["update"]["component_id"] = "no-such-id"


@breaks("WGT-006")
def widget_not_the_sum(told: Told, pick: Pick) -> None:
    """A widget is finished as another one than its updates have made of it."""
    told.events[pick(done_after(told, "widget."))]["item"]["widget"]["key"] = "another"


@breaks("WGT-010")
def unknown_component_updated(told: Told, pick: Pick) -> None:
    """A component of a widget changes that is not in it."""
    told.events[pick(told.updates("widget.component"))]["update"]["component_id"] = "no-such-id"


@breaks("WGT-011")
def list_item_outside_a_list(told: Told, pick: Pick) -> None:
    """A row of a list stands where there is no list."""
    card = {"type": "Card", "children": [{"type": "ListViewItem", "children": []}]}
    told.events[pick(told.at(DONE, item="widget"))]["item"]["widget"] = card


@breaks("WGT-012")
def component_id_twice(told: Told, pick: Pick) -> None:
    """Two components of a widget have one id."""
    twin = {"type": "Spacer", "id": "twin"}
    told.events[pick(told.at(DONE, item="widget"))]["item"]["widget"] = {"type": "Card", "children": [twin, twin]}


@breaks("WGT-017")
def text_is_a_number(told: Told, pick: Pick) -> None:
    """A text in a widget is a number."""
    card = {"type": "Card", "children": [{"type": "Text", "value": 3}]}
    told.events[pick(told.at(DONE, item="widget"))]["item"]["widget"] = card


@breaks("SIN-001")
def question_of_no_status(told: Told, pick: Pick) -> None:
    """Questions are neither open nor answered nor skipped."""
    arrived = [at for at in told.at(ADDED, DONE, item="structured_input") if not told.earlier(at, ADDED)]
    told.events[pick(arrived)]["item"]["status"] = "asked"


@breaks("SIN-012")
def question_id_twice(told: Told, pick: Pick) -> None:
    """Two questions have one id, so that no answer could name one."""
    place = pick([at for at in told.at(DONE, item="structured_input") if told.events[at]["item"]["inputs"]])
    questions = told.events[place]["item"]["inputs"]
    questions.append(questions[0])
