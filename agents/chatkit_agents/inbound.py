"""From the events of an Agents SDK run to events of the thread: one table, one function a row."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from agents import AgentUpdatedStreamEvent, RawResponsesStreamEvent, RunItemStreamEvent
from chatkit_agents.activity import begun, ended, returned
from chatkit_agents.citations import annotation_of
from chatkit_agents.run import FunctionCall, OpenMessage, Run, Thought
from chatkit_protocol import updates as u
from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.events import ThreadItemAdded, ThreadItemDone, ThreadStreamEvent
from chatkit_protocol.items import AssistantMessageItem, GeneratedImage, GeneratedImageItem
from chatkit_protocol.tasks import ThoughtTask

Events = AsyncIterator[ThreadStreamEvent]
Step = Callable[[Run, Any], Events]
T = TypeVar("T")


async def thread_events(run: Run, event: Any) -> Events:
    """Tell what one event of the run means for the thread."""
    rows, key, body = _row(event)
    step = rows.get(key)
    if step:
        async for told in step(run, body):
            yield told


def _row(event: Any) -> tuple[dict[str, Step], str, Any]:
    if isinstance(event, RawResponsesStreamEvent):
        return MODEL, event.data.type, event.data
    if isinstance(event, RunItemStreamEvent):
        return STEPS, event.name, event.item
    assert isinstance(event, AgentUpdatedStreamEvent)  # noqa: S101 - the union ends here; a test holds that
    return {}, "", event


async def _output_added(run: Run, event: Any) -> Events:
    step = OUTPUT_ADDED.get(event.item.type, _call_begun)
    async for told in step(run, event):
        yield told


async def _output_done(run: Run, event: Any) -> Events:
    step = OUTPUT_DONE.get(event.item.type, _call_ended)
    async for told in step(run, event):
        yield told


async def _call_begun(run: Run, event: Any) -> Events:
    """Show a call of a tool that the provider runs."""
    if event.item.type != "function_call":
        for told in begun(run, event.item):
            yield told


async def _call_ended(run: Run, event: Any) -> Events:
    for told in ended(run, event.item):
        yield told


async def _message_added(run: Run, event: Any) -> Events:
    for closed in run.close_workflow():
        yield closed
    yield await _begin(run, event)


async def _begin(run: Run, event: Any) -> ThreadItemAdded:
    base = run.turn.base() | {"id": await run.item_id(event.item.id or "")}
    content = [_part(part) for part in event.item.content or ()]
    message = OpenMessage(AssistantMessageItem(**base, content=content))
    message.said.update({message.place(index): part.text for index, part in enumerate(content)})
    run.messages[event.item.id or "", event.output_index] = message
    return run.announce(message.item)


async def _message_done(run: Run, event: Any) -> Events:
    message = run.message(event.item.id or "", event.output_index)
    if message is None:
        async for told in _message_added(run, event):
            yield told
        message = run.messages[event.item.id or "", event.output_index]
    for index, part in enumerate(event.item.content):
        if part.type == "refusal" and index in message.said and index not in message.closed:
            yield _close_part(run, message, index, part.refusal)
    run.forget(message)
    yield ThreadItemDone(item=message.whole([_part(part) for part in event.item.content]))


def _part(part: Any) -> AssistantMessageContent:
    if part.type == "refusal":
        return AssistantMessageContent(text=part.refusal)
    found = [annotation_of(annotation) for annotation in part.annotations or ()]
    return AssistantMessageContent(text=part.text, annotations=[a for a in found if a])


async def _part_added(run: Run, event: Any) -> Events:
    message = run.message(event.item_id, event.output_index)
    if message is None or event.part.type not in {"output_text", "refusal"}:
        return
    index = message.place(event.content_index)
    if index not in message.said:
        part = _part(event.part)
        message.said[index] = part.text
        yield run.update(message.item.id, u.AssistantMessageContentPartAdded(content_index=index, content=part))


async def _text_delta(run: Run, event: Any) -> Events:
    message = run.message(event.item_id, event.output_index)
    if message is None or not event.delta:
        return
    index = message.place(event.content_index)
    if index not in message.said:
        message.said[index] = ""
        part = AssistantMessageContent(text="")
        yield run.update(message.item.id, u.AssistantMessageContentPartAdded(content_index=index, content=part))
    message.said[index] += event.delta
    yield run.update(
        message.item.id,
        u.AssistantMessageContentPartTextDelta(content_index=index, delta=event.delta),
    )


async def _text_done(run: Run, event: Any) -> Events:
    message = run.message(event.item_id, event.output_index)
    if message and message.place(event.content_index) not in message.closed:
        yield _close_part(run, message, message.place(event.content_index), event.text)


async def _refusal_done(run: Run, event: Any) -> Events:
    """Close the part of a refusal like any other, having streamed it (D15)."""
    message = run.message(event.item_id, event.output_index)
    if message and message.place(event.content_index) not in message.closed:
        yield _close_part(run, message, message.place(event.content_index), event.refusal)


def _close_part(run: Run, message: OpenMessage, index: int, text: str) -> ThreadStreamEvent:
    message.closed.add(index)
    part = AssistantMessageContent(text=text)
    return run.update(message.item.id, u.AssistantMessageContentPartDone(content_index=index, content=part))


async def _annotation_added(run: Run, event: Any) -> Events:
    message = run.message(event.item_id, event.output_index)
    annotation = annotation_of(event.annotation)
    if message is None or annotation is None:
        return
    index = message.place(event.content_index)
    shown = message.annotations.setdefault(index, [])
    shown.append(annotation)
    yield run.update(
        message.item.id,
        u.AssistantMessageContentPartAnnotationAdded(
            content_index=index, annotation_index=len(shown) - 1, annotation=annotation
        ),
    )


async def _reasoning_added(run: Run, _event: Any) -> Events:
    if run.workflow is None:
        yield run.open_workflow(run.turn.workflow("reasoning"))


async def _summary_delta(run: Run, event: Any) -> Events:
    """Stream the first thought of a reasoning workflow; later ones appear when they are whole."""
    if run.workflow is None:
        return
    workflow, thought = run.workflow.item.workflow, run.thought
    if workflow.type == "reasoning" and not workflow.tasks:
        run.thought = Thought(event.item_id, event.summary_index, 0, event.delta)
        yield run.workflow.add(ThoughtTask(content=event.delta))
    elif thought and (thought.item_id, thought.index) == (event.item_id, event.summary_index):
        thought.text += event.delta
        yield run.workflow.change(ThoughtTask(content=thought.text), thought.place)


async def _summary_done(run: Run, event: Any) -> Events:
    if run.workflow is None:
        return
    thought, task = run.thought, ThoughtTask(content=event.text)
    if thought and (thought.item_id, thought.index) == (event.item_id, event.summary_index):
        run.thought = None
        yield run.workflow.change(task, thought.place)
    else:
        yield run.workflow.add(task)


async def _image_added(run: Run, _event: Any) -> Events:
    run.image = GeneratedImageItem(**run.turn.base())
    yield run.announce(run.image)


async def _partial_image(run: Run, event: Any) -> Events:
    if run.image is None:
        return
    media_type = f"image/{getattr(event, 'output_format', None) or 'png'}"
    url = await run.images.store(event.item_id, event.partial_image_b64, media_type)
    run.image.image = GeneratedImage(id=event.item_id, url=url)
    progress = run.images.progress(event.partial_image_index)
    yield run.update(run.image.id, u.GeneratedImageUpdated(image=run.image.image, progress=progress))


async def _image_done(run: Run, event: Any) -> Events:
    """Finish the image; one that failed leaves no empty frame behind."""
    image, call = run.image, event.item
    if image is None:
        return
    run.image = None
    if call.result:
        media_type = f"image/{getattr(call, 'output_format', None) or 'png'}"
        url = await run.images.store(call.id, call.result, media_type)
        image.image = GeneratedImage(id=call.id, url=url)
        yield ThreadItemDone(item=image)
    else:
        run.produced.remove(image.id)
        yield run.turn.remove(image.id)


async def _function_called(run: Run, event: Any) -> Events:
    """Remember the call: if it is one for the page, its item carries these ids. It runs from now on."""
    run.calls.append(FunctionCall(event.item.name, event.item.id or "", event.item.call_id))
    for told in begun(run, event.item):
        yield told


async def _tool_returned(run: Run, item: Any) -> Events:
    raw = item.raw_item
    call_id = raw.get("call_id") if isinstance(raw, dict) else getattr(raw, "call_id", None)
    for told in returned(run, str(call_id)):
        yield told


MODEL: dict[str, Step] = {
    "response.output_item.added": _output_added,
    "response.output_item.done": _output_done,
    "response.content_part.added": _part_added,
    "response.output_text.delta": _text_delta,
    "response.output_text.done": _text_done,
    "response.output_text.annotation.added": _annotation_added,
    "response.refusal.delta": _text_delta,
    "response.refusal.done": _refusal_done,
    "response.reasoning_summary_text.delta": _summary_delta,
    "response.reasoning_summary_text.done": _summary_done,
    "response.image_generation_call.partial_image": _partial_image,
}
"""Events of the model. The other types are in `ignored.MODEL`."""

OUTPUT_ADDED: dict[str, Step] = {
    "message": _message_added,
    "reasoning": _reasoning_added,
    "image_generation_call": _image_added,
}
OUTPUT_DONE: dict[str, Step] = {
    "message": _message_done,
    "image_generation_call": _image_done,
    "function_call": _function_called,
}
"""Output items of the model by type, as they begin and as they end. The other types are in `activity.OUTPUTS`
or in `ignored.OUTPUTS`."""

STEPS: dict[str, Step] = {
    "tool_output": _tool_returned,
    "handoff_occured": _tool_returned,
}
"""Steps of the run itself. The other names are in `ignored.STEPS`."""
