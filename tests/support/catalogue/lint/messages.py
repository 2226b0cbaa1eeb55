"""Assistant messages, annotations, generated images."""

from collections import defaultdict
from typing import Any

from support.catalogue.exchange import Stream
from support.catalogue.lint.order import of
from support.catalogue.shapes import Node, official
from support.catalogue.verdicts import Found, every

PART = "assistant_message.content_part."
FACES = {"file": "filename", "url": "url", "entity": "id"}


class Parts:
    """The parts of one message, as its updates build them up."""

    def __init__(self, content: list[dict[str, Any]]) -> None:
        self.texts: list[str] = [part["text"] for part in content]
        self.notes: list[list[Any]] = [list(part["annotations"]) for part in content]
        self.finished: set[int] = set()
        self.changed = False


def steps(one: Stream) -> list[tuple[str, dict[str, Any], Parts]]:
    """Give each update of a message and each `done`, with the parts as they were before it."""
    messages: dict[str, Parts] = {}
    found = []
    for event in of(one, "thread.item.added", "thread.item.updated", "thread.item.done"):
        item, update = event.get("item", {}), event.get("update", {})
        if item.get("type") == "assistant_message" and event["type"] == "thread.item.added":
            messages[item["id"]] = Parts(item["content"])
        elif item.get("id") in messages:
            found.append(("item", item, messages[item["id"]]))
        elif event.get("item_id") in messages and str(update.get("type")).startswith(PART):
            found.append((update["type"].removeprefix(PART), update, _copy(messages[event["item_id"]])))
            _take(messages[event["item_id"]], update)
    return found


def _copy(parts: Parts) -> Parts:
    copied = Parts([])
    copied.texts, copied.notes = list(parts.texts), [list(notes) for notes in parts.notes]
    copied.finished, copied.changed = set(parts.finished), parts.changed
    return copied


def _take(parts: Parts, update: dict[str, Any]) -> None:
    index, step = update["content_index"], update["type"].removeprefix(PART)
    parts.changed = True
    if step == "added":
        parts.texts.append(update["content"]["text"])
        parts.notes.append(list(update["content"]["annotations"]))
    elif index >= len(parts.texts):
        return
    elif step == "text_delta":
        parts.texts[index] += update["delta"]
    elif step == "annotation_added":
        parts.notes[index].append(update["annotation"])
    else:
        parts.texts[index] = update["content"]["text"]
        parts.finished.add(index)


def updates(one: Stream, step: str) -> list[tuple[dict[str, Any], Parts]]:
    return [(update, parts) for name, update, parts in steps(one) if name == step]


@every("items", "MSG-001")
def content_is_output_text(node: Node) -> Found:
    if node.value.get("type") == "assistant_message":
        for part in node.value["content"]:
            yield part.keys() == {"type", "text", "annotations"} and part["type"] == "output_text", part


@every("stream", "MSG-002")
def parts_are_counted(one: Stream) -> Found:
    for update, parts in updates(one, "added"):
        yield update["content_index"] == len(parts.texts), update


@every("stream", "MSG-003")
def text_is_for_an_unfinished_part(one: Stream) -> Found:
    for update, parts in updates(one, "text_delta"):
        yield update["content_index"] < len(parts.texts) and update["content_index"] not in parts.finished, update


@every("stream", "MSG-004")
def deltas_add_up(one: Stream) -> Found:
    for update, parts in updates(one, "done"):
        yield parts.texts[update["content_index"] :][:1] == [update["content"]["text"]], update


@every("stream", "MSG-005")
def a_part_is_done_once(one: Stream) -> Found:
    for update, parts in updates(one, "done"):
        yield update["content_index"] not in parts.finished, update


@every("stream", "MSG-006")
def done_is_what_was_streamed(one: Stream) -> Found:
    for item, parts in updates(one, "item"):
        if parts.changed:
            yield [part["text"] for part in item["content"]] == parts.texts, item


@every("stream", "MSG-010")
def parts_are_named_by_number(one: Stream) -> Found:
    for event in of(one, "thread.item.updated"):
        if event["update"]["type"].startswith(PART):
            index = event["update"].get("content_index")
            yield type(index) is int and index >= 0, event


@every("stream", "ANN-001")
def annotations_are_counted(one: Stream) -> Found:
    for update, parts in updates(one, "annotation_added"):
        told = parts.notes[update["content_index"]] if update["content_index"] < len(parts.notes) else []
        yield update["annotation_index"] == len(told), update


@every("annotations", "ANN-002")
def annotations_have_a_source(node: Node) -> Found:
    index = node.value.get("index", 0)
    yield node.value.get("type") == "annotation" and isinstance(node.value.get("source"), dict), node.value
    yield type(index) is int, node.value


@every("sources", "ANN-003")
def sources_can_be_shown(node: Node) -> Found:
    kind = node.value.get("type")
    yield kind in official()["sources"] and {"title", FACES.get(str(kind))} <= node.value.keys(), node.value


@every("items", "ANN-004")
def annotations_lie_in_the_text(node: Node) -> Found:
    for part in node.value.get("content", []) if node.value.get("type") == "assistant_message" else []:
        for note in part["annotations"]:
            yield 0 <= note.get("index", 0) <= len(part["text"]), note


@every("stream", "ANN-005")
def done_has_the_streamed_annotations(one: Stream) -> Found:
    for item, parts in updates(one, "item"):
        if any(parts.notes):
            yield [part["annotations"] for part in item["content"]] == parts.notes, item


@every("stream", "ANN-006")
def a_finished_part_may_carry_no_annotations(one: Stream) -> Found:
    """A permission: what counts is the item's `done`."""
    for update, parts in updates(one, "done"):
        if any(parts.notes) and not update["content"]["annotations"]:
            yield all(right for right, _ in done_has_the_streamed_annotations(one)), update


@every("stream", "ANN-008")
def annotations_are_for_a_part(one: Stream) -> Found:
    for update, parts in updates(one, "annotation_added"):
        yield update["content_index"] < len(parts.texts), update


def images(one: Stream) -> dict[str, list[dict[str, Any]]]:
    """Give what each generated image has been, sketches first."""
    found = defaultdict(list)
    for event in of(one, "thread.item.updated"):
        if event["update"]["type"] == "generated_image.updated":
            found[event["item_id"]].append(event["update"])
    return found


@every("stream", "IMG-002")
def progress_is_a_share(one: Stream) -> Found:
    for sketches in images(one).values():
        for sketch in sketches:
            yield 0 <= sketch.get("progress", 0) <= 1, sketch


@every("stream", "IMG-003")
def progress_goes_forward(one: Stream) -> Found:
    for sketches in images(one).values():
        told = [sketch["progress"] for sketch in sketches if "progress" in sketch]
        yield told == sorted(told), told


@every("stream", "IMG-004")
def a_finished_image_is_there(one: Stream) -> Found:
    for event in of(one, "thread.item.done"):
        if event["item"]["type"] == "generated_image":
            yield event["item"].get("image", {}).keys() == {"id", "url"}, event


@every("stream", "IMG-005")
def an_image_keeps_its_id(one: Stream) -> Found:
    finals = {e["item"]["id"]: e["item"].get("image", {}).get("id") for e in of(one, "thread.item.done")}
    for name, sketches in images(one).items():
        ids = {sketch["image"]["id"] for sketch in sketches} | ({finals[name]} if name in finals else set())
        yield len(ids) == 1, sketches
