"""Generated images: an empty frame, sketches, the image."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import Image, mapped
from chatkit_conformance.linter.life import walk
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Event, Stream
from chatkit_protocol.items import GeneratedImage, GeneratedImageItem
from chatkit_protocol.updates import GeneratedImageUpdated

SDK = "openai-chatkit 1.6.5, chatkit/agents.py"
SINCE = "1.4.1"
FRAME = e.item("generated_image", "img_1")


def image(image_id: str = "ig_1", **given: Any) -> dict[str, Any]:
    """Write an image."""
    return {"id": image_id, "url": "data:image/png;base64,AA=="} | given


def sketch(progress: Any = 0.5, image_id: str = "ig_1") -> dict[str, Any]:
    """A sketch comes."""
    return e.updated("img_1", "generated_image.updated", image=image(image_id), progress=progress)


DONE = e.done(FRAME | {"image": image()})
DRAWN = e.create(e.added(FRAME), sketch(0.5), sketch(1), DONE)


@rule(
    "images.shape",
    "MUST",
    "L0",
    catalogue="IMG-004",
    source="openai-chatkit 1.6.5, chatkit/types.py:684",
    since=SINCE,
    why="The widget shows the image by its address and tells it from others by its id.",
    mend="Give every image an `id` and a `url`.",
    good=DRAWN,
    bad=e.create(e.done(FRAME | {"image": {"id": "ig_1"}})),
)
def images_have_id_and_url(node: Node) -> Looks:
    """A generated image has an id and an address."""
    if node.is_a(GeneratedImage):
        yield from node.shaped()
    elif node.is_a(GeneratedImageItem, GeneratedImageUpdated):
        yield from node.shaped("image")


@rule(
    "images.done.has-image",
    "MUST",
    "L0",
    catalogue="IMG-004",
    source=f"{SDK}:779",
    since=SINCE,
    why="An empty frame stays in the conversation.",
    mend="Give `thread.item.done` the image; when none could be made, remove the item.",
    good=DRAWN,
    bad=e.create(e.added(FRAME), sketch(), e.done(FRAME)),
)
def a_finished_image_is_there(event: Event) -> Looks:
    """A generated image that is done has its image."""
    if event.type == "thread.item.done" and event.item_type == "generated_image":
        yield event.look("image" in event.item, "an image", None, path="$.item.image")


@rule(
    "images.added.empty",
    "SHOULD",
    "L0",
    catalogue="IMG-001",
    source=f"{SDK}:667",
    since=SINCE,
    why="The frame is there to be filled: an image that is announced already looks finished.",
    mend="Announce the item without an `image`, and send sketches as updates.",
    good=DRAWN,
    bad=e.create(e.added(FRAME | {"image": image()}), DONE),
)
def an_image_begins_empty(event: Event) -> Looks:
    """A generated image is announced without an image."""
    if event.type == "thread.item.added" and event.item_type == "generated_image":
        yield event.look("image" not in event.item, "no image yet", event.item.get("image"), path="$.item.image")


def _progress(event: Event) -> float | None:
    told = event.update.get("progress") if event.update.get("type") == "generated_image.updated" else None
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None


@rule(
    "images.progress.share",
    "MUST",
    "L0",
    catalogue="IMG-002",
    source=f"{SDK}:363; chatkit/types.py:567",
    since=SINCE,
    why="The widget fills the frame by this share: 50 is not half.",
    mend="Write progress as a number from 0 to 1.",
    good=DRAWN,
    bad=e.create(e.added(FRAME), sketch(50), DONE),
)
def progress_is_a_share(event: Event) -> Looks:
    """Progress is a number from 0 to 1."""
    told = _progress(event)
    if told is not None:
        yield event.look(0 <= told <= 1, "a number from 0 to 1", told, path="$.update.progress")


@rule(
    "images.progress.forward",
    "SHOULD",
    "L0",
    catalogue="IMG-003",
    source=f"{SDK}:377",
    since=SINCE,
    why="The bar runs backwards.",
    mend="Never send less progress than before for the same image.",
    good=DRAWN,
    bad=e.create(e.added(FRAME), sketch(0.9), sketch(0.1), DONE),
)
def progress_goes_forward(stream: Stream) -> Looks:
    """The progress of an image does not decrease."""
    for step in walk(stream):
        told = _progress(step.event)
        if isinstance(step.growth, Image) and told is not None:
            least = step.growth.progress
            yield step.event.look(told >= least, f"{least:g} or more", told, path="$.update.progress")


@rule(
    "images.id.kept",
    "MUST",
    "L0",
    catalogue="IMG-005",
    source=f"{SDK}:354,689,787",
    since=SINCE,
    why="The widget takes it for another image and begins anew.",
    mend="Give all sketches and the final image one id.",
    good=DRAWN,
    bad=e.create(e.added(FRAME), sketch(0.5, "ig_1"), sketch(1, "ig_2"), e.done(FRAME | {"image": image("ig_2")})),
)
def an_image_keeps_its_id(stream: Stream) -> Looks:
    """The id of an image stays the same from the first sketch to the final image."""
    for step in walk(stream):
        event = step.event
        told = mapped(event.item.get("image") if step.name == "done" else event.update.get("image")).get("id")
        earlier = [one for one in step.growth.ids[-1:] if one] if isinstance(step.growth, Image) else []
        if step.name in {"done", "updated"} and told and earlier:
            path = "$.item.image.id" if step.name == "done" else "$.update.image.id"
            yield event.look(told == earlier[0], earlier[0], told, path=path)
