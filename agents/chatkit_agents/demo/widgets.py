"""The widgets of the demo, and what happens when somebody clicks in them."""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from typing import Any

from msgspec import Struct

from chatkit_protocol.base import JSONObject
from chatkit_protocol.events import ThreadItemUpdated, ThreadStreamEvent
from chatkit_protocol.fold import find_component
from chatkit_protocol.items import WidgetItem
from chatkit_protocol.threads import ActiveStatus
from chatkit_protocol.updates import WidgetComponentUpdated
from chatkit_protocol.widgets import (
    ActionConfig,
    Badge,
    Button,
    Caption,
    Card,
    Checkbox,
    Divider,
    Form,
    Input,
    Label,
    ListView,
    ListViewItem,
    Markdown,
    Row,
    Select,
    Spacer,
    Text,
    Title,
)
from chatkit_server.responder import action
from chatkit_server.turn import Turn

PLACES = ("Lisbon", "Oslo", "Kyoto")


def card() -> Card:
    """Make a card with a counter: one button counts in a stream, the other in a single reply."""
    return Card(
        children=[
            Row(children=[Title(value="A card"), Spacer(), Badge(label="demo", color="info")]),
            Markdown(value="Text can be **Markdown**. Buttons send *actions* to the server."),
            Divider(),
            Row(
                children=[
                    Text(id="count", value="0 clicks"),
                    Spacer(),
                    Button(label="Count", onClickAction=ActionConfig(type="count")),
                    Button(
                        label="Count quietly",
                        variant="outline",
                        onClickAction=ActionConfig(type="count.quietly", streaming=False),
                    ),
                ]
            ),
        ]
    )


def form() -> Card:
    """Make a form; what is filled in comes with the action, by the names of the controls."""
    options: Any = [{"label": place, "value": place.lower()} for place in PLACES]
    return Card(
        children=[
            Form(
                direction="col",
                onSubmitAction=ActionConfig(type="form.submit"),
                children=[
                    Label(value="Your name", fieldName="name"),
                    Input(name="name", required=True, placeholder="Ada"),
                    Label(value="Where to?", fieldName="place"),
                    Select(name="place", options=options),
                    Checkbox(name="window", label="A seat at the window"),
                    Button(label="Send", submit=True, style="primary"),
                ],
            )
        ]
    )


def places() -> ListView:
    """Make a list in which a row can be picked."""
    return ListView(
        children=[
            ListViewItem(
                onClickAction=ActionConfig(type="place.pick", payload={"place": place}),
                children=[Text(value=place), Spacer(), Caption(value="pick")],
            )
            for place in PLACES
        ]
    )


def unlocking(reason: str) -> Card:
    """Make a card that opens the thread again."""
    button = Button(label="Unlock", onClickAction=ActionConfig(type="thread.unlock"))
    return Card(children=[Row(children=[Text(value=reason), Spacer(), button])])


def growing() -> Iterator[Card]:
    """Give the states of a widget that grows: text first, then another component."""
    text = "This text is part of a widget and grows word by word."
    for end in [i for i, letter in enumerate(text + " ") if letter == " "]:
        yield Card(children=[Text(id="body", value=text[:end], streaming=True)])
    yield Card(children=[Text(id="body", value=text, streaming=False), Badge(label="done", color="success")])


class Filled(Struct):
    """What the demo's form sends."""

    name: str = ""
    place: str = ""
    window: bool = False


class Picked(Struct):
    """What a row of the demo's list sends."""

    place: str


@action("count")
async def count(turn: Turn, _payload: Any) -> AsyncIterator[ThreadStreamEvent]:
    """Count in the widget that was clicked: one component is updated, the rest stays."""
    if turn.sender:
        component = _counted(turn.sender.widget)
        update = WidgetComponentUpdated(component_id="count", component=component)
        yield ThreadItemUpdated(item_id=turn.sender.id, update=update)


@action("count.quietly")
async def count_quietly(turn: Turn, _payload: Any) -> WidgetItem | None:
    """Count in a single JSON reply."""
    if turn.sender is None:
        return None
    widget = deepcopy(turn.sender.widget)
    component = find_component(widget, "count")
    if component is not None:
        component.update(_counted(widget))
    item = turn.sender
    return WidgetItem(id=item.id, thread_id=item.thread_id, created_at=item.created_at, widget=widget)


def _counted(widget: JSONObject) -> JSONObject:
    before = find_component(widget, "count") or {"type": "Text", "id": "count", "value": "0"}
    clicks = int(str(before["value"]).split(" ", 1)[0]) + 1
    return before | {"value": f"{clicks} click{'s' if clicks > 1 else ''}"}


@action("form.submit", payload=Filled)
async def submitted(turn: Turn, payload: Filled) -> AsyncIterator[Any]:
    """Put what was filled in in the form's place, and say so."""
    if turn.sender:
        summary = Card(children=[Text(value=f"{payload.name or 'Somebody'} goes to {payload.place or 'nowhere'}.")])
        item = turn.widget(summary).item
        item.id, item.created_at = turn.sender.id, turn.sender.created_at
        yield turn.replace(item)
    seat = "a window seat" if payload.window else "any seat"
    yield turn.hidden(f"The user filled in the form: {payload.name}, {payload.place}, {seat}.")
    yield turn.stream([f"Thank you, {payload.name or 'stranger'}: ", f"{payload.place or 'nowhere'}, {seat}."])


@action("place.pick", payload=Picked)
async def picked(turn: Turn, payload: Picked) -> AsyncIterator[ThreadStreamEvent]:
    """Tell the model, and the user, what was picked."""
    yield turn.hidden(f"The user picked {payload.place} from the list.")
    yield turn.say(f"You picked **{payload.place}**.")


@action("thread.unlock")
async def unlock(turn: Turn, _payload: Any) -> AsyncIterator[ThreadStreamEvent]:
    """Open the thread again."""
    turn.thread.status = ActiveStatus()
    yield turn.notice("The thread is open again.")


@action("*")
async def anything(turn: Turn, payload: Any) -> AsyncIterator[ThreadStreamEvent]:
    """Say what came, so that a page can try out actions of its own."""
    name = turn.action.type if turn.action else ""
    yield turn.say(f"The action `{name}` came with the payload `{payload!r}`.")


ACTIONS = (count, count_quietly, submitted, picked, unlock, anything)
