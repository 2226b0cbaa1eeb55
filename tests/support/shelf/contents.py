"""Faults of messages, annotations, workflows and images."""

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON, Spoil

PART = "assistant_message.content_part."


def counted_from(number: int, name: str) -> Spoil:
    return s.wherever(name, lambda index: index + number if isinstance(index, int) else index)


def swapped(kind: str) -> Spoil:
    """Swap each event of a type with the one before it."""

    def change(told: s.Events) -> s.Events:
        for place in range(1, len(told)):
            if told[place]["type"] == kind:
                told[place - 1 : place + 1] = told[place - 1 : place + 1][::-1]
        return told

    return s.events(change)


def first_update(kind: str) -> Spoil:
    """Lose the first update of a type in each stream."""

    def change(told: s.Events) -> s.Events:
        found = [event for event in told if event.get("update", {}).get("type") == kind]
        return [event for event in told if not found or event is not found[0]]

    return s.events(change)


def counted_through(told: s.Events) -> s.Events:
    """Count annotations through all parts."""
    found = [event["update"] for event in told if "annotation_index" in event.get("update", {})]
    for number, update in enumerate(found):
        update["annotation_index"] = number
    return told


def task_before(event: JSON) -> s.Events:
    if event.get("update", {}).get("type") == "workflow.task.updated":
        event["update"]["task_index"] = max(0, event["update"]["task_index"] - 1)
    return [event]


CONTENTS = [
    fault(
        "content-index-skips",
        "parts are counted from 1",
        "messages.part.counted",
        counted_from(1, "content_index"),
        "messages.two-parts",
    ),
    fault(
        "content-index-missing",
        "updates do not name their part",
        "messages.part.number",
        s.values(s.without("content_index")),
        "messages.two-parts",
    ),
    fault(
        "content-index-zero",
        "every part is number 0",
        "messages.part.counted",
        s.wherever("content_index", lambda _: 0),
        "messages.two-parts",
    ),
    fault(
        "part-added-missing",
        "parts begin without a word",
        "messages.text.open-part",
        s.drop_update(PART + "added"),
        "messages.two-parts",
    ),
    fault(
        "part-done-missing", "parts never end", "script.text.exact", s.drop_update(PART + "done"), "messages.two-parts"
    ),
    fault(
        "part-done-twice",
        "a part ends twice",
        "messages.part.done-once",
        s.each(lambda e: [e, e] if e.get("update", {}).get("type") == PART + "done" else [e]),
        "messages.two-parts",
    ),
    fault(
        "delta-lost",
        "the first delta is lost",
        "messages.part.sum-of-deltas",
        first_update(PART + "text_delta"),
        "messages.two-parts",
    ),
    fault(
        "delta-grows",
        "deltas hold the text so far",
        "messages.part.sum-of-deltas",
        s.wherever("delta", lambda d: d + d),
        "messages.two-parts",
    ),
    fault(
        "delta-trimmed",
        "blanks of deltas are lost",
        "messages.part.sum-of-deltas",
        s.wherever("delta", lambda d: d.strip()),
        "messages.text-kept",
    ),
    fault(
        "delta-repeated",
        "deltas come twice",
        "messages.part.sum-of-deltas",
        s.each(lambda e: [e, e] if e.get("update", {}).get("type") == PART + "text_delta" else [e]),
        "messages.two-parts",
    ),
    fault(
        "delta-swapped",
        "events are swapped",
        "items.updated.needs-added",
        swapped("thread.item.updated"),
        "messages.two-parts",
    ),
    fault(
        "done-has-other-text",
        "`done` has another text than was streamed",
        "messages.done.as-streamed",
        s.finished("assistant_message", lambda i: i["content"][0].update(text="He")),
        "messages.two-parts",
    ),
    fault(
        "done-without-content",
        "`done` has no content",
        "messages.done.as-streamed",
        s.finished("assistant_message", s.put(content=[])),
        "messages.two-parts",
    ),
    fault(
        "content-as-text",
        "content is a text",
        "messages.shape",
        s.of("assistant_message", lambda v: v.update(content="Hello")),
        "messages.two-parts",
    ),
    fault(
        "part-as-markdown",
        "a part of an unknown type",
        "messages.shape",
        s.of("output_text", s.put(type="markdown")),
        "messages.two-parts",
    ),
    fault(
        "deltas-lost",
        "no delta is streamed",
        "messages.part.sum-of-deltas",
        s.drop_update(PART + "text_delta"),
        "messages.two-parts",
    ),
    fault(
        "annotation-index-skips",
        "annotations are counted from 1",
        "annotations.added.counted",
        counted_from(1, "annotation_index"),
        "annotations.streamed",
    ),
    fault(
        "annotation-past-the-end",
        "an annotation stands after the text",
        "annotations.index.in-text",
        s.of("annotation", s.put(index=9999)),
        "annotations.done",
    ),
    fault(
        "annotation-before-part",
        "an annotation comes before its part",
        "annotations.added.needs-part",
        s.drop_update(PART + "added"),
        "annotations.streamed",
    ),
    fault(
        "annotation-lost-when-done",
        "`done` has no annotations",
        "annotations.done.as-streamed",
        s.finished("assistant_message", lambda i: [p.update(annotations=[]) for p in i["content"]]),
        "annotations.streamed",
    ),
    fault(
        "annotation-moved",
        "an annotation stands elsewhere when it is done",
        "annotations.done.as-streamed",
        s.of(PART + "annotation_added", lambda v: v["annotation"].update(index=0)),
        "annotations.streamed",
    ),
    fault(
        "annotation-without-source",
        "an annotation has no source",
        "annotations.shape",
        s.of("annotation", s.without("source")),
        "annotations.streamed",
    ),
    fault(
        "source-without-title",
        "a source has no title",
        "annotations.source.shape",
        s.of("url", s.without("title")),
        "annotations.done",
    ),
    fault(
        "source-unknown",
        "a source of an unknown type",
        "annotations.source.shape",
        s.of("url", s.put(type="web")),
        "annotations.done",
    ),
    fault(
        "source-without-url",
        "a web source has no address",
        "annotations.source.shape",
        s.of("url", s.without("url")),
        "annotations.done",
    ),
    fault(
        "task-index-repeats",
        "every task is number 0",
        "workflows.task.counted",
        s.wherever("task_index", lambda _: 0),
        "workflows.custom",
    ),
    fault(
        "task-index-skips",
        "tasks are counted from 1",
        "workflows.task.counted",
        counted_from(1, "task_index"),
        "workflows.custom",
    ),
    fault(
        "task-added-missing",
        "tasks are updated that never were added",
        "script.events.arrive",
        s.drop_update("workflow.task.added"),
        "workflows.custom",
    ),
    fault(
        "task-unknown",
        "a task of an unknown type",
        "workflows.task.shape",
        s.of("custom", lambda v: v.update(type="step") if "tasks" not in v else None),
        "workflows.custom",
    ),
    fault(
        "task-indicator-unknown",
        "a task is `done`",
        "workflows.task.shape",
        s.wherever("status_indicator", lambda _: "done"),
        "workflows.custom",
    ),
    fault(
        "task-updates-lost",
        "tasks are not updated",
        "workflows.done.as-streamed",
        s.drop_update("workflow.task.updated"),
        "workflows.reasoning",
    ),
    fault(
        "workflow-without-tasks",
        "a workflow has no tasks",
        "workflows.shape",
        s.of("workflow", lambda v: v["workflow"].pop("tasks", None) if "workflow" in v else None),
        "workflows.custom",
    ),
    fault(
        "workflow-type-unknown",
        "a workflow of an unknown type",
        "workflows.shape",
        s.of("custom", lambda v: v.update(type="plan") if "tasks" in v else None),
        "workflows.custom",
    ),
    fault(
        "workflow-expanded-text",
        "expanded is a text",
        "workflows.shape",
        s.wherever("expanded", str),
        "workflows.custom",
    ),
    fault(
        "workflow-summary-typed",
        "a summary has a type",
        "workflows.summary.bare",
        s.wherever("summary", lambda v: v | {"type": "duration"} if isinstance(v, dict) else v),
        "workflows.reasoning",
    ),
    fault(
        "workflow-summary-missing",
        "a workflow ends without a summary",
        "workflows.done.summary",
        s.values(s.without("summary")),
        "workflows.custom",
    ),
    fault(
        "workflow-duration-text",
        "a duration is a text",
        "workflows.shape",
        s.wherever("duration", str),
        "workflows.reasoning",
    ),
    fault(
        "workflow-done-missing",
        "a workflow stays open",
        "workflows.closed-before-next",
        s.each(lambda e: [] if e["type"] == "thread.item.done" and e["item"]["type"] == "workflow" else [e]),
        "workflows.custom",
    ),
    fault(
        "image-progress-per-cent",
        "progress of an image in per cent",
        "images.progress.share",
        s.wherever("progress", lambda v: v * 100 if isinstance(v, float | int) else v),
        "images.sketched",
    ),
    fault(
        "image-progress-backwards",
        "progress of an image goes backwards",
        "images.progress.forward",
        s.wherever("progress", lambda v: 1 - v),
        "images.sketched",
    ),
    fault(
        "image-missing",
        "an image is done without an image",
        "images.done.has-image",
        s.of("generated_image", s.without("image")),
        "images.sketched",
    ),
    fault(
        "image-without-url",
        "an image has no address",
        "images.shape",
        s.wherever("image", lambda v: {"id": v["id"]} if isinstance(v, dict) else v),
        "images.sketched",
    ),
    fault(
        "image-id-changes",
        "an image gets another id when it is done",
        "images.id.kept",
        s.finished("generated_image", lambda i: i["image"].update(id="img_other")),
        "images.sketched",
    ),
    fault(
        "image-with-its-beginning",
        "an image is there when it is added",
        "images.added.empty",
        s.of(
            "thread.item.added",
            lambda e: (
                e["item"].update(image={"id": "i", "url": "http://127.0.0.1/i"})
                if e["item"]["type"] == "generated_image"
                else None
            ),
        ),
        "images.sketched",
    ),
    fault(
        "task-index-past-the-end",
        "a task is updated that never was added",
        "workflows.task.known",
        s.of("workflow.task.updated", s.put(task_index=9)),
        "workflows.reasoning",
    ),
    fault(
        "quote-lost",
        "what the user quoted is not echoed",
        "input.echo.quote",
        s.of("user_message", s.without("quoted_text")),
        "input.rich",
    ),
    fault(
        "annotation-index-of-the-message",
        "annotations are counted through all parts of a message",
        "annotations.added.counted",
        s.events(counted_through),
        "annotations.two-parts",
    ),
    fault(
        "task-update-of-another",
        "updates of tasks change the task before",
        "workflows.done.as-streamed",
        s.each(task_before),
        "workflows.second-task",
    ),
]
