"""From the items of a thread to what the model is sent: one table, one function a row."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from agents import TResponseInputItem
from chatkit_agents.files import Files, Parts, note, shown, text_part
from chatkit_agents.paused import is_paused_run
from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import encode
from chatkit_protocol.content import UserMessageTagContent
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    EndOfTurnItem,
    GeneratedImageItem,
    HiddenContextItem,
    SDKHiddenContextItem,
    StructuredInputItem,
    TaskItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.tasks import CustomTask, Task
from chatkit_server.turn import Turn, plain_text

Input = dict[str, Any]


async def attachment_note(attachment: Attachment) -> Parts:
    """Tell the model that there is an attachment, when its bytes are not at hand."""
    return note(attachment)


async def tag_note(tag: UserMessageTagContent) -> Parts:
    """Tell the model what a tag stands for, as far as the page said."""
    known = {"id": tag.id, "text": tag.text, "group": tag.group, "data": tag.data}
    return [text_part(_json({name: value for name, value in known.items() if value}))]


class Conversion(NamedTuple):
    """The app's say in how items become model input."""

    attachment: Callable[[Attachment], Awaitable[Parts]] = attachment_note
    """Gives content parts (`input_text`, `input_image`, `input_file`) for an attachment, in place of `files`."""
    tag: Callable[[UserMessageTagContent], Awaitable[Parts]] = tag_note
    """Gives content parts for a tag."""
    files: Files = Files()
    """Which attachments the model is shown, if the app's attachment store can read them."""


class Place(NamedTuple):
    """How an item stands among the others."""

    conversion: Conversion
    is_last_message: bool
    shown: Mapping[str, Parts]
    """Parts of attachments whose bytes are at hand, by id."""


async def model_input(
    items: Sequence[ThreadItem], conversion: Conversion | None = None, *, turn: Turn | None = None
) -> list[TResponseInputItem]:
    """Convert items, oldest first, as `turn.history()` gives them; with the turn, attached files are shown, too."""
    conversion = conversion or Conversion()
    last = next((item for item in reversed(items) if isinstance(item, UserMessageItem)), None)
    own = conversion.attachment is not attachment_note
    files = await shown(turn, items, conversion.files) if turn and not own else {}
    told: list[Input] = []
    for item in items:
        told.extend(await ITEMS[type(item)](item, Place(conversion, item is last, files)))
    return cast("list[TResponseInputItem]", told)


def _user(*parts: Input) -> Input:
    return {"type": "message", "role": "user", "content": list(parts)}


def _json(value: Any) -> str:
    return encode(value).decode()


async def _user_message(item: UserMessageItem, place: Place) -> Iterable[Input]:
    parts = [text_part(plain_text(item.content))]
    for attachment in item.attachments:
        parts.extend(place.shown.get(attachment.id) or await place.conversion.attachment(attachment))
    said = [_user(*parts)]
    if item.quoted_text and place.is_last_message:
        said.append(_user(text_part(f"The message above is about this text in particular:\n{item.quoted_text}")))
    tags = {part.text: part for part in reversed(item.content) if isinstance(part, UserMessageTagContent)}
    if tags:
        known = [note for tag in reversed(tags.values()) for note in await place.conversion.tag(tag)]
        said.append(_user(text_part(_TAGS), *known))
    return said


_TAGS = (
    "What the tags in the message above stand for. The user's text shows each as @ and its name;"
    " in an answer, use the name without the @."
)


async def _assistant_message(item: AssistantMessageItem, _place: Place) -> Iterable[Input]:
    """Tell it as plain text: a list of parts without the provider's own id is refused by the chat dialect."""
    text = "\n\n".join(part.text for part in item.content if part.text)
    return [{"role": "assistant", "content": text}] if text else []


async def _client_tool_call(item: ClientToolCallItem, _place: Place) -> Iterable[Input]:
    """Tell a call and its result; a pending one is left out, since models refuse a call without a result."""
    if item.status == "pending":
        return []
    output = None if item.output is UNSET else item.output
    return [
        {
            "type": "function_call",
            "call_id": item.call_id,
            "name": item.name,
            "arguments": json.dumps(item.arguments),
        },
        {"type": "function_call_output", "call_id": item.call_id, "output": json.dumps(output)},
    ]


async def _hidden(item: HiddenContextItem | SDKHiddenContextItem, _place: Place) -> Iterable[Input]:
    if is_paused_run(item):
        return []
    content = item.content if isinstance(item.content, str) else _json(item.content)
    return [_user(text_part(f"For you only, the user does not see it:\n<HiddenContext>\n{content}\n</HiddenContext>"))]


def _task_text(task: Task) -> str:
    if not isinstance(task, CustomTask):
        return ""
    return ": ".join(text for text in (task.title, task.content) if text)


def _tasks(tasks: Iterable[Task]) -> Iterable[Input]:
    return [
        _user(text_part(f"The user was shown that this was done:\n<Task>\n{text}\n</Task>"))
        for text in map(_task_text, tasks)
        if text
    ]


async def _task(item: TaskItem, _place: Place) -> Iterable[Input]:
    return _tasks([item.task])


async def _workflow(item: WorkflowItem, _place: Place) -> Iterable[Input]:
    return _tasks(item.workflow.tasks)


async def _structured_input(item: StructuredInputItem, _place: Place) -> Iterable[Input]:
    lines = []
    for question in item.inputs:
        answer = question.answer
        if not answer:
            given = "(no answer yet)"
        elif answer.skipped:
            given = "(skipped)"
        else:
            given = ", ".join(answer.values)
        lines.append(f"- {question.question}: {given}")
    body = "\n".join(lines)
    text = f"The user was asked this; status: {item.status}\n<StructuredInput>\n{body}\n</StructuredInput>"
    return [_user(text_part(text))]


async def _widget(item: WidgetItem, _place: Place) -> Iterable[Input]:
    return [_user(text_part(f"The user was shown this widget (id {item.id}):\n{_json(item.widget)}"))]


async def _image(item: GeneratedImageItem, _place: Place) -> Iterable[Input]:
    if not item.image:
        return []
    picture = {"type": "input_image", "detail": "auto", "image_url": item.image.url}
    return [_user(text_part("You made this image for the user:"), picture)]


async def _nothing(_item: EndOfTurnItem, _place: Place) -> Iterable[Input]:
    return []


ITEMS: dict[type[msgspec.Struct], Callable[[Any, Place], Awaitable[Iterable[Input]]]] = {
    UserMessageItem: _user_message,
    AssistantMessageItem: _assistant_message,
    ClientToolCallItem: _client_tool_call,
    WidgetItem: _widget,
    GeneratedImageItem: _image,
    StructuredInputItem: _structured_input,
    TaskItem: _task,
    WorkflowItem: _workflow,
    EndOfTurnItem: _nothing,
    HiddenContextItem: _hidden,
    SDKHiddenContextItem: _hidden,
}
