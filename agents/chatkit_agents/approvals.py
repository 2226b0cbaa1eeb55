"""Whether a tool may run: how the user is asked, and what the answer means."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from chatkit_agents.run import Activity
from chatkit_protocol.base import JSONObject
from chatkit_protocol.items import (
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    WidgetItem,
)
from chatkit_protocol.widgets import ActionConfig, Badge, Button, Caption, Card, Col, Row, Text
from chatkit_server.compose import Widget
from chatkit_server.turn import Turn

ACTION = "chatkit_agents.approval"
"""The action of a widget that asks. Its payload is a `Decision`."""


class Decision(Struct, kw_only=True):
    """What the user said to a call."""

    approve: bool
    call: str = ""
    """The `call_id`; in the payload of an action, empty means every call that still waits."""
    words: str = ""
    """What the user said besides no: the model is told."""

    def told(self) -> str:
        """Tell the model that a call did not run, and why."""
        refused = "The user did not allow this call, and it did not run."
        return f"{refused} The user said: {self.words}" if self.words else refused


class ApprovalRequest(Struct, kw_only=True):
    """A call that waits for the user's word."""

    call_id: str
    tool: str
    title: str
    """What to call the tool: `Activity.titles`, or its name with blanks for underscores."""
    arguments: JSONObject
    agent: str
    decision: Decision | None = None


def in_words(_turn: Turn, request: ApprovalRequest) -> str:
    """Name the tool, and every argument on a line of its own: what is not shown cannot be allowed."""
    return "\n".join([f"Allow “{request.title}”?", *_lines(request)])


def _lines(request: ApprovalRequest) -> list[str]:
    return [f"{readable(name)}: {readable(value)}" for name, value in request.arguments.items()]


def readable(value: Any) -> str:
    """Spell a value so that it can pass for nothing else: line breaks and invisible characters are escaped."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """How the user is asked whether tools may run: questions (structured input), or a widget."""

    words: Callable[[Turn, ApprovalRequest], str] = in_words
    """The question for a call. It should show all that the user decides on."""
    allow: str = "Allow"
    refuse: str = "Do not allow"
    """The two choices. Any other answer refuses, too, and the model is told what the user said."""
    widget: Callable[[Turn, Sequence[ApprovalRequest]], Widget] | None = None
    """Draws a widget instead, again after each decision: `approval_card`, or one of the app's own, whose buttons
    have the action `ACTION` with a `Decision` as payload. An app whose own responder wraps the agent's passes on the
    clicks: `create_app(own, actions=[agents.decide])`."""

    def ask(self, turn: Turn, requests: Sequence[ApprovalRequest]) -> StructuredInputItem | WidgetItem:
        """Make the item that asks for all calls of a run that wait."""
        if self.widget:
            return turn.widget(self.widget(turn, requests)).item  # type: ignore[return-value]  # it is a widget item
        choices = [self.allow, self.refuse]
        questions = [
            StructuredInputMultipleChoice(
                id=request.call_id,
                question=self.words(turn, request),
                options=[StructuredInputMultipleChoiceOption(value=choice) for choice in choices],
            )
            for request in requests
        ]
        return turn.ask(*questions).item  # type: ignore[return-value]  # it is a structured input


def approval_card(_turn: Turn, requests: Sequence[ApprovalRequest]) -> Widget:
    """Show each call with its arguments and two buttons; once it is decided on, with the decision."""
    return Card(children=[_call(request) for request in requests])


def _call(request: ApprovalRequest) -> Col:
    asked = [Text(value=request.title), *(Caption(value=line) for line in _lines(request))]
    if request.decision:
        return Col(children=[*asked, Badge(label="Allowed" if request.decision.approve else "Not allowed")])
    buttons = [_button("Allow", request, approve=True), _button("Do not allow", request, approve=False)]
    return Col(children=[*asked, Row(children=buttons)])


def _button(label: str, request: ApprovalRequest, *, approve: bool) -> Button:
    payload = {"call": request.call_id, "approve": approve}
    return Button(label=label, onClickAction=ActionConfig(type=ACTION, payload=payload))


def answered(item: StructuredInputItem) -> list[Decision]:
    """Read the answers: only the first choice allows a call."""
    return [_decision(question) for question in item.inputs if isinstance(question, StructuredInputMultipleChoice)]


def _decision(question: StructuredInputMultipleChoice) -> Decision:
    said = question.answer.values[0] if question.answer and question.answer.values else ""
    allow, refuse = (option.value for option in question.options[:2])
    own = said if said not in {allow, refuse} else ""
    return Decision(call=question.id, approve=said == allow, words=own)


def requested(interruption: Any, activity: Activity) -> ApprovalRequest:
    """Read what the Agents SDK says of a call that waits: its item is an object, or a mapping after a restart."""
    raw = interruption.raw_item
    name = interruption.name or _field(raw, "type") or ""
    return ApprovalRequest(
        call_id=call_id(interruption),
        tool=name,
        title=activity.title(name),
        arguments=_arguments(interruption),
        agent=interruption.agent.name,
    )


def call_id(interruption: Any) -> str:
    """Give the id of a call that waits; requests of hosted MCP servers have one of their own kind."""
    raw = interruption.raw_item
    return str(_field(raw, "call_id") or _field(raw, "id"))


def _arguments(interruption: Any) -> JSONObject:
    text = interruption.arguments
    if text is None:  # shells and patches have no arguments, but what they would do
        raw = interruption.raw_item
        done = {name: _field(raw, name) for name in ("action", "operation")}
        return {name: _plain(value) for name, value in done.items() if value is not None}
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return value if isinstance(value, dict) else {"input": value}


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value


def _field(raw: Any, name: str) -> Any:
    return raw.get(name) if isinstance(raw, dict) else getattr(raw, name, None)
