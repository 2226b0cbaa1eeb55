"""What the model says, as it reaches the widget: parts, refusals, citations, reasoning summaries and images."""

from collections.abc import Iterator
from typing import Any

import pytest

from chatkit_agents import Images
from chatkit_conformance.fake_model import scripted
from chatkit_conformance.fake_model.hosted import PIXEL
from support.demo import JSON, Client, kinds, last
from support.model_server import Fake, fake_model

THERE = ["text", "There."]
"""What the model says after an image: the Agents SDK asks it again until it says something."""
PAGE = "https://example.com/boats"


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


def said(fake: Fake, *steps: list[Any], **parts: Any) -> list[JSON]:
    """Have the model take these steps; give the events of the answer, without those before it."""
    events = fake.say(scripted(*steps), fake.environment("responses"), **parts)
    return events[3:]


def updates(events: list[JSON], kind: str) -> list[JSON]:
    found = [event["update"] for event in events if event["type"] == "thread.item.updated"]
    return [update for update in found if update["type"].endswith(kind)]


def page(index: int) -> JSON:
    return {"type": "annotation", "source": {"type": "url", "url": PAGE, "title": "Boats"}, "index": index}


def file(name: str, index: int) -> JSON:
    return {"type": "annotation", "source": {"type": "file", "filename": name, "title": name}, "index": index}


CITED = [
    pytest.param([["url", PAGE, "Boats"]], [page(7)], id="a-page"),
    pytest.param([["file", "log.txt"]], [file("log.txt", 7)], id="a-file"),
    pytest.param([["container", "plot.png"]], [file("plot.png", 7)], id="a-file-of-a-container"),
    pytest.param([["file_path", "file_9"]], [], id="a-path-in-the-sandbox"),
    pytest.param([["file", ""], ["container", ""], ["url", "", "Boats"]], [], id="nothing-to-open"),
    pytest.param(
        [["file", ""], ["url", PAGE, "Boats"], ["file_path", "f"], ["container", "plot.png"]],
        [page(7), file("plot.png", 7)],
        id="between-those-that-are-dropped",
    ),
]


@pytest.mark.parametrize(("citations", "shown"), CITED)
def test_a_citation_is_an_annotation_counted_and_at_its_place(
    fake: Fake, citations: list[list[Any]], shown: list[JSON]
) -> None:
    events = said(fake, ["text", "See ", "it."], *citations)
    told = updates(events, "annotation_added")
    assert [update["annotation"] for update in told] == shown
    assert [update["annotation_index"] for update in told] == list(range(len(shown)))
    [part] = last(events)["content"]
    assert (part["text"], part["annotations"]) == ("See it.", shown)


def test_each_part_counts_its_own_annotations(fake: Fake) -> None:
    events = said(
        fake,
        ["text", "One."],
        ["url", PAGE, "Boats"],
        ["file", "a.txt"],
        ["text", "Second."],
        ["container", "b.png"],
        ["message"],
        ["text", "Third"],
        ["file", "c.txt"],
    )
    told = updates(events, "annotation_added")
    assert [(u["content_index"], u["annotation_index"]) for u in told] == [(0, 0), (0, 1), (1, 0), (0, 0)]
    assert [u["annotation"]["index"] for u in told] == [4, 4, 7, 5]
    messages = [e["item"] for e in events if e["type"] == "thread.item.done"]
    assert [[p["annotations"] for p in m["content"]] for m in messages] == [
        [[page(4), file("a.txt", 4)], [file("b.png", 7)]],
        [[file("c.txt", 5)]],
    ]


def test_several_parts_are_streamed_one_after_the_other(fake: Fake) -> None:
    events = said(fake, ["text", "a", "b"], ["refusal", "I must ", "not."], ["text", "c"])
    assert kinds(events) == [
        "thread.item.added",
        *(f"assistant_message.content_part.{kind}" for kind in [*PART, *PART, "added", "text_delta", "done"]),
        "thread.item.done",
    ]
    assert [u["content_index"] for u in updates(events, "")] == [0] * 4 + [1] * 4 + [2] * 3
    assert [part["text"] for part in last(events)["content"]] == ["ab", "I must not.", "c"]


PART = ["added", "text_delta", "text_delta", "done"]


@pytest.mark.parametrize("dialect", ["responses", "chat"])
def test_d15_a_refusal_is_streamed_and_is_no_error(fake: Fake, dialect: str) -> None:
    events = fake.say(scripted(["refusal", "I must ", "not."]), fake.environment(dialect))
    assert [u["delta"] for u in updates(events, "text_delta")] == ["I must ", "not."]
    assert updates(events, "done")[0]["content"]["text"] == "I must not."
    assert last(events)["content"][0]["text"] == "I must not."
    assert "error" not in kinds(events)


def test_a_reasoning_summary_is_a_workflow_that_the_answer_closes(fake: Fake) -> None:
    events = said(fake, ["reasoning", ["First ", "thought."], "Second thought."], ["text", "So."])
    assert kinds(events)[:7] == [
        "thread.item.added",
        "workflow.task.added",
        "workflow.task.updated",
        "workflow.task.updated",
        "workflow.task.added",
        "thread.item.done",
        "thread.item.added",
    ]
    tasks = [u["task"]["content"] for u in updates(events, "")[:4]]
    assert tasks == ["First ", "First thought.", "First thought.", "Second thought."]
    assert [u["task_index"] for u in updates(events, "")[:4]] == [0, 0, 0, 1]
    workflow = next(e["item"] for e in events if e["type"] == "thread.item.done")["workflow"]
    assert workflow["type"] == "reasoning"
    assert workflow["summary"].keys() == {"duration"}
    assert [task["content"] for task in workflow["tasks"]] == ["First thought.", "Second thought."]


class Shelf:
    """Where an app keeps images, and what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str, str]] = []

    async def store(self, image_id: str, data: str, media_type: str) -> str:
        self.given.append((image_id, data, media_type))
        return f"https://cdn.example.com/{len(self.given)}.png"


def test_a_generated_image_is_stored_by_the_hook_and_tells_its_progress(fake: Fake) -> None:
    shelf = Shelf()

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        return (await client.say(scripted(["image", 2], THERE)))[3:], await client.items()

    images = Images(partial_images=2, store=shelf.store)
    events, items = fake.play(script, fake.environment("responses"), images=images)
    assert kinds(events)[:4] == ["thread.item.added", *["generated_image.updated"] * 2, "thread.item.done"]
    image = events[3]["item"]
    assert events[0]["item"].get("image") is None
    [call] = {image_id for image_id, _, _ in shelf.given}
    assert [given[1:] for given in shelf.given] == [(PIXEL, "image/png")] * 3
    urls = [f"https://cdn.example.com/{n}.png" for n in (1, 2, 3)]
    assert [(u["image"], u["progress"]) for u in updates(events, "updated")] == [
        ({"id": call, "url": urls[0]}, 0.0),
        ({"id": call, "url": urls[1]}, 0.5),
    ]
    assert image["image"] == {"id": call, "url": urls[2]}
    assert items[1] == image
    assert "data:" not in str(events)


PROGRESS = [
    pytest.param(0, 3, [0.0, 0.0, 0.0], id="not-told-how-many"),
    pytest.param(2, 4, [0.0, 0.5, 1.0, 1.0], id="more-than-told"),
    pytest.param(4, 2, [0.0, 0.25], id="fewer-than-told"),
]


@pytest.mark.parametrize(("told", "sent", "progress"), PROGRESS)
def test_progress_is_counted_against_the_sketches_that_were_asked_for(
    fake: Fake, told: int, sent: int, progress: list[float]
) -> None:
    events = said(fake, ["image", sent], THERE, images=Images(partial_images=told))
    sketches = updates(events, "generated_image.updated")
    assert [u["progress"] for u in sketches] == progress
    assert {u["image"]["url"] for u in sketches} == {f"data:image/png;base64,{PIXEL}"}


def test_an_image_that_cannot_be_stored_ends_the_answer_with_an_error(fake: Fake) -> None:
    async def full(image_id: str, data: str, media_type: str) -> str:
        raise OSError("the disk is full")

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        return (await client.say(scripted(["image", 0], THERE)))[3:], await client.items()

    events, items = fake.play(script, fake.environment("responses"), images=Images(store=full))
    assert events[-1] == {"type": "error", "code": "stream.error", "allow_retry": True}
    assert "disk" not in str(events)
    assert [item["type"] for item in items] == ["user_message"], "no empty frame stays"


def test_a_stored_image_is_told_to_the_model_by_its_address(fake: Fake) -> None:
    fake.log.clear()

    async def script(client: Client) -> None:
        await client.say(scripted(["image", 0], THERE))
        await client.say("and now?")

    fake.play(script, fake.environment("responses"), images=Images(store=Shelf().store))
    told = [message["content"] for message in fake.log[-1]["body"]["input"]]
    parts = [part for content in told if isinstance(content, list) for part in content if "image_url" in part]
    assert [part["image_url"] for part in parts] == ["https://cdn.example.com/1.png"]


def test_reasoning_in_the_chat_dialect_is_a_workflow_and_no_part_of_the_message(fake: Fake) -> None:
    """Older versions of the Agents SDK count it as one."""
    events = fake.say(scripted(["reasoning", "Hm, ", "so."], ["text", "So."]), fake.environment("chat"))
    assert [e["item"]["type"] for e in events[3:] if "item" in e] == ["workflow"] * 2 + ["assistant_message"] * 2
    assert {u["content_index"] for u in updates(events, "") if "content_index" in u} == {0}
    assert [part["text"] for part in last(events)["content"]] == ["So."]
