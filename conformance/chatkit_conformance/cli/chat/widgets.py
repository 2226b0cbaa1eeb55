"""Widgets as text: what they say, and their actions as numbers. What is unknown shows its children and its name."""

from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

from chatkit_conformance.cli.chat.clean import Wrapped
from chatkit_conformance.cli.chat.offers import FormField, Offer, Offers
from chatkit_conformance.cli.chat.text import address, compact, markdown
from chatkit_protocol.base import JSONObject
from chatkit_protocol.fold import components

View = Callable[["Painter", JSONObject], RenderableType]


class Painter:
    """Draws one widget; collects its actions, each with the controls of the form around it."""

    def __init__(self, item_id: str, offers: Offers) -> None:
        self._item_id = item_id
        self._offers = offers
        self.form: JSONObject | None = None

    def draw(self, component: Any) -> RenderableType:
        """Draw a component and what is in it."""
        if not isinstance(component, dict):
            return Text(str(component))
        return _VIEWS.get(str(component.get("type")), _unknown)(self, component)

    def children(self, component: JSONObject) -> list[RenderableType]:
        """Draw the children: a list, or a single one."""
        inner = component.get("children")
        return [self.draw(child) for child in (inner if isinstance(inner, list) else [inner]) if child is not None]

    def mark(self, action: Any, fields: list[FormField] | None = None) -> str:
        """Give the mark under which an action can be done, or nothing when there is none."""
        if not isinstance(action, dict):
            return ""
        offer = Offer(item_id=self._item_id, action=action, fields=fields or [])
        return f" [{self._offers.number(offer)}]"

    def within(self, form: JSONObject) -> list[RenderableType]:
        """Draw the children of a form, whose buttons submit it."""
        outer, self.form = self.form, form
        drawn = self.children(form)
        self.form = outer
        return drawn


def fields_of(form: JSONObject) -> list[FormField]:
    """Find the controls of a form."""
    return [made for component in components(form) if (made := field_of(component))]


def field_of(component: JSONObject) -> FormField | None:
    """Read a control that has a name."""
    name = component.get("name")
    if component.get("type") not in _CONTROLS or not isinstance(name, str):
        return None
    boolean = component.get("type") == "Checkbox"
    return FormField(
        name=name,
        label=str(component.get("label") or name),
        default=bool(component.get("defaultChecked")) if boolean else component.get("defaultValue", ""),
        choices=[str(option.get("value")) for option in _objects(component, "options")],
        boolean=boolean,
    )


def _objects(component: JSONObject, key: str) -> list[JSONObject]:
    """Give the objects in a list; of anything else, none."""
    value = component.get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


_CONTROLS = frozenset({"Input", "Textarea", "Select", "DatePicker", "Checkbox", "RadioGroup"})


def _text(style: str) -> View:
    def view(_painter: Painter, component: JSONObject) -> RenderableType:
        return Text(str(component.get("value", component.get("label", ""))), style=style)

    return view


def _markdown(_painter: Painter, component: JSONObject) -> RenderableType:
    return markdown(str(component.get("value", "")))


def _column(painter: Painter, component: JSONObject) -> RenderableType:
    return Group(*painter.children(component))


def _row(painter: Painter, component: JSONObject) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_row(*painter.children(component))
    return grid


def _card(painter: Painter, component: JSONObject) -> RenderableType:
    drawn = painter.within(component) if component.get("asForm") else painter.children(component)
    fields = fields_of(component) if component.get("asForm") else []
    buttons = [
        Text(f"( {button.get('label', name)} ){painter.mark(button.get('action'), fields)}", style="bold cyan")
        for name in ("confirm", "cancel")
        if isinstance(button := component.get(name), dict)
    ]
    return Panel(Wrapped(Group(*drawn, *buttons)), title=_status(component), title_align="left", expand=False)


def _status(component: JSONObject) -> str | None:
    status = component.get("status")
    return str(status.get("text", "")).replace("[", r"\[") if isinstance(status, dict) else None


def _list(painter: Painter, component: JSONObject) -> RenderableType:
    status = _status(component)
    return Group(*([Text(status, style="dim")] if status else []), *painter.children(component))


def _list_item(painter: Painter, component: JSONObject) -> RenderableType:
    mark = painter.mark(component.get("onClickAction"))
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text(f"•{mark}", style="cyan"), Group(*painter.children(component)))
    return grid


def _form(painter: Painter, component: JSONObject) -> RenderableType:
    drawn = painter.within(component)
    submits = any(c.get("type") == "Button" and c.get("submit") for c in components(component))
    mark = painter.mark(component.get("onSubmitAction"), fields_of(component)) if not submits else ""
    return Group(*drawn, *([Text(f"( submit ){mark}", style="bold cyan")] if mark else []))


def _button(painter: Painter, component: JSONObject) -> RenderableType:
    action, fields = component.get("onClickAction"), None
    if component.get("submit") and painter.form:
        action, fields = painter.form.get("onSubmitAction", action), fields_of(painter.form)
    label = component.get("label") or component.get("iconStart") or component.get("iconEnd") or "button"
    disabled = component.get("disabled") is True
    mark = "" if disabled else painter.mark(action, fields)
    return Text(f"( {label} ){mark}", style="dim" if disabled else "bold cyan")


def _control(painter: Painter, component: JSONObject) -> RenderableType:
    field = field_of(component)
    if field is None:
        return _unknown(painter, component)
    mark = painter.mark(component.get("onChangeAction"), [field])
    if field.boolean:
        return Text(f"[{'x' if field.default else ' '}] {field.label}{mark}")
    options = f" ({' | '.join(field.choices)})" if field.choices else ""
    return Text(f"{field.label}{options}: {field.default or component.get('placeholder') or '____'}{mark}")


def _image(_painter: Painter, component: JSONObject) -> RenderableType:
    return Text(f"[image{_of(component.get('alt'))}] {address(str(component.get('src', '')))}", style="blue")


def _of(alt: Any) -> str:
    return f": {alt}" if alt else ""


def _icon(_painter: Painter, component: JSONObject) -> RenderableType:
    return Text(f"<{component.get('name', 'icon')}>", style="dim")


def _divider(_painter: Painter, _component: JSONObject) -> RenderableType:
    return Rule(style="dim")


def _spacer(_painter: Painter, _component: JSONObject) -> RenderableType:
    return Text("")


def _chart(_painter: Painter, component: JSONObject) -> RenderableType:
    rows = _objects(component, "data")
    keys = list(dict.fromkeys(key for row in rows for key in row))
    table = Table(*(Column(Text(str(key))) for key in keys), title="chart", title_justify="left")
    for row in rows:
        table.add_row(*(Text(str(row.get(key, ""))) for key in keys))
    return table


def _table(painter: Painter, component: JSONObject) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for row in _objects(component, "children"):
        table.add_row(*painter.children(row))
    return table


def _unknown(painter: Painter, component: JSONObject) -> RenderableType:
    bare = {key: value for key, value in component.items() if key not in {"type", "children"}}
    head = Text(f"<{component.get('type', '?')}{' ' + compact(bare) if bare else ''}>", style="dim")
    return Group(head, *(Padding(child, (0, 0, 0, 2)) for child in painter.children(component)))


_VIEWS: dict[str, View] = {
    "Card": _card,
    "Basic": _column,
    "ListView": _list,
    "ListViewItem": _list_item,
    "Box": _column,
    "Col": _column,
    "Transition": _column,
    "Row": _row,
    "Form": _form,
    "Text": _text(""),
    "Title": _text("bold"),
    "Caption": _text("dim"),
    "Label": _text("bold"),
    "Badge": _text("reverse"),
    "Markdown": _markdown,
    "Image": _image,
    "Icon": _icon,
    "Divider": _divider,
    "Spacer": _spacer,
    "Button": _button,
    "Chart": _chart,
    "Table": _table,
    "Table.Row": _row,
    "Table.Cell": _column,
    **dict.fromkeys(_CONTROLS, _control),
}


def widget_view(item_id: str, widget: JSONObject, offers: Offers) -> RenderableType:
    """Show a widget; its actions get numbers in `offers`."""
    return Painter(item_id, offers).draw(widget)
