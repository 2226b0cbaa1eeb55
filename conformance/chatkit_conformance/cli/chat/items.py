"""Items as they are shown: one view for each type."""

from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from chatkit_conformance.cli.chat.offers import Offers
from chatkit_conformance.cli.chat.tasks import task_view, workflow_view
from chatkit_conformance.cli.chat.text import address, cited, compact, user_text
from chatkit_conformance.cli.chat.widgets import widget_view
from chatkit_conformance.client import Unreadable
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    EndOfTurnItem,
    GeneratedImageItem,
    HiddenContextItem,
    SDKHiddenContextItem,
    StructuredInput,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    TaskItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)


def item_view(item: ThreadItem | Unreadable, offers: Offers) -> RenderableType:
    """Show an item; actions of a widget get numbers in `offers`."""
    return _VIEWS[type(item)](item, offers)


def _user(item: UserMessageItem, _offers: Offers) -> RenderableType:
    lines = [Text(f"> {line}", style="dim") for line in (item.quoted_text or "").splitlines()]
    lines.append(Text(f"you: {user_text(item.content)}", style="bold green"))
    lines += [Text(f"  + {file.name} ({file.mime_type})", style="green") for file in item.attachments]
    options = item.inference_options
    picked = [options.model, options.tool_choice.id if options.tool_choice else None]
    if any(picked):
        lines.append(Text(f"  with {', '.join(str(name) for name in picked if name)}", style="dim"))
    return Group(*lines)


def _assistant(item: AssistantMessageItem, _offers: Offers) -> RenderableType:
    return cited(item.content)


def _tool_call(item: ClientToolCallItem, _offers: Offers) -> RenderableType:
    said = f"⚙ {item.name}({compact(item.arguments)}) {item.status}"
    return Text(said if item.status == "pending" else f"{said}: {compact(item.output or None)}", style="magenta")


def _widget(item: WidgetItem, offers: Offers) -> RenderableType:
    return widget_view(item.id, item.widget, offers)


def _image(item: GeneratedImageItem, _offers: Offers) -> RenderableType:
    return Text(f"🖼 {address(item.image.url)}" if item.image else "🖼 an image is being made …", style="blue")


def _questions(item: StructuredInputItem, _offers: Offers) -> RenderableType:
    head = Text(f"? {item.status}", style="yellow")
    return Group(head, *(Text(f"  {_question(question)}".replace("\n", "\n    ")) for question in item.inputs))


def _question(question: StructuredInput) -> str:
    options = ""
    if isinstance(question, StructuredInputMultipleChoice):
        options = f" ({' | '.join(option.value for option in question.options)})"
    if not question.answer:
        return question.question + options
    told = "skipped" if question.answer.skipped else ", ".join(question.answer.values)
    return f"{question.question}{options} {told}"


def _task(item: TaskItem, _offers: Offers) -> RenderableType:
    return task_view(item.task)


def _workflow(item: WorkflowItem, _offers: Offers) -> RenderableType:
    return workflow_view(item.workflow)


def _end(_item: EndOfTurnItem, _offers: Offers) -> RenderableType:
    return Text("— end of turn", style="dim")


def _hidden(item: HiddenContextItem | SDKHiddenContextItem, _offers: Offers) -> RenderableType:
    return Text(f"! the server shows what should stay hidden: {compact(item.content)}", style="red")


def unreadable_view(item: Unreadable, _offers: Offers | None = None) -> RenderableType:
    """Show what this program does not know, and why."""
    return Text(f"! cannot read {item.type}: {item.reason}\n  {compact(item.value)}", style="yellow")


_VIEWS: dict[type, Callable[[Any, Offers], RenderableType]] = {
    UserMessageItem: _user,
    AssistantMessageItem: _assistant,
    ClientToolCallItem: _tool_call,
    WidgetItem: _widget,
    GeneratedImageItem: _image,
    StructuredInputItem: _questions,
    TaskItem: _task,
    WorkflowItem: _workflow,
    EndOfTurnItem: _end,
    HiddenContextItem: _hidden,
    SDKHiddenContextItem: _hidden,
    Unreadable: unreadable_view,
}
