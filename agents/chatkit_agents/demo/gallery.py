"""Every component of the widgets, in a few widgets: what `/gallery` shows."""

from collections.abc import Iterator
from typing import Any

from chatkit_agents.demo.pictures import sunset
from chatkit_protocol.icons import ICONS
from chatkit_protocol.widgets import (
    ActionConfig,
    AreaSeries,
    Badge,
    BarSeries,
    Basic,
    Box,
    Button,
    Caption,
    Card,
    CardAction,
    Chart,
    Checkbox,
    Col,
    DatePicker,
    Divider,
    Form,
    Icon,
    Image,
    Input,
    Label,
    LineSeries,
    ListView,
    ListViewItem,
    Markdown,
    RadioGroup,
    Root,
    Row,
    Select,
    Spacer,
    Table,
    TableCell,
    TableRow,
    Text,
    Textarea,
    Title,
    Transition,
)

MARKDOWN = "**Markdown** with a [link](https://example.com), `code` and a list:\n\n- one\n- two"
BOATS: list[dict[str, str | float]] = [
    {"month": "May", "ferry": 18, "sail": 7, "row": 3},
    {"month": "June", "ferry": 24, "sail": 12, "row": 5},
    {"month": "July", "ferry": 31, "sail": 21, "row": 9},
    {"month": "August", "ferry": 29, "sail": 24, "row": 8},
    {"month": "September", "ferry": 20, "sail": 10, "row": 4},
]


def gallery() -> Iterator[Root]:
    """Give widgets that have every component between them."""
    yield texts()
    yield buttons()
    yield boxes()
    yield fields()
    yield charts()
    yield timetable()
    yield rows()
    yield pictures()


def texts() -> Card:
    """Make a card of everything that is text."""
    return Card(
        size="lg",
        status={"text": "Texts", "icon": "square-text"},
        children=[
            Title(value="A title", size="xl"),
            Text(value="A text that says something, in the usual size."),
            Text(value="Small, italic and secondary", size="sm", italic=True, color="secondary"),
            Text(value="No longer true", lineThrough=True, color={"light": "red-700", "dark": "red-200"}),
            Text(value="A long text that is cut off where the line ends. " * 3, truncate=True),
            Text(value="A text that has two lines and no more. " * 6, maxLines=2),
            Caption(value="A caption"),
            Divider(flush=True),
            Markdown(value=MARKDOWN),
        ],
    )


def buttons() -> Card:
    """Make a card of badges and buttons."""
    tones: Any = ("secondary", "success", "danger", "warning", "info", "discovery")
    variants: Any = ("solid", "soft", "outline", "ghost")
    return Card(
        size="lg",
        status={"text": "Badges and buttons", "icon": "bolt"},
        children=[
            Row(wrap="wrap", children=[Badge(label=tone, color=tone) for tone in tones]),
            Row(
                wrap="wrap",
                children=[
                    Badge(label="solid", variant="solid", color="info"),
                    Badge(label="outline", variant="outline", color="success", size="lg"),
                    Badge(label="pill", pill=True, color="discovery", size="sm"),
                ],
            ),
            Row(
                wrap="wrap",
                children=[
                    Button(label="Primary", style="primary", onClickAction=_click("primary")),
                    Button(label="Secondary", style="secondary", onClickAction=_click("secondary")),
                    Button(label="Not now", disabled=True),
                    Button(iconStart="reload", uniform=True, pill=True, onClickAction=_click("reload")),
                ],
            ),
            Row(
                wrap="wrap",
                children=[
                    Button(label=variant, color="success", variant=variant, size="sm", onClickAction=_click(variant))
                    for variant in variants
                ],
            ),
            Button(label="As wide as the card", iconStart="sparkle", iconEnd="chevron-right", block=True, pill=True),
            Row(
                wrap="wrap",
                children=[
                    Button(
                        label="On the page",
                        onClickAction=ActionConfig(type="gallery.page", handler="client"),
                        size="sm",
                    ),
                    Button(
                        label="The whole card waits",
                        onClickAction=ActionConfig(type="gallery.wait", loadingBehavior="container"),
                        size="sm",
                    ),
                ],
            ),
        ],
    )


def boxes() -> Basic:
    """Make an area of boxes, without a frame."""
    shades: Any = ("red-200", "yellow-200", "green-200", "blue-200")
    squares = [Box(size=28, radius="sm", background=shade) for shade in shades]
    return Basic(
        gap=3,
        children=[
            Title(value="Boxes", size="sm"),
            Row(children=[*squares, Spacer(minSize=8), Caption(value="pushed apart")]),
            Row(
                gap=4,
                align="stretch",
                children=[
                    Box(
                        flex=1,
                        padding=3,
                        radius="lg",
                        border={"size": 1, "style": "dashed", "color": "strong"},
                        children=[Text(value="One part", weight="semibold"), Caption(value="with a dashed line")],
                    ),
                    Col(
                        flex=2,
                        padding={"x": 4, "y": 3},
                        radius="lg",
                        background="surface-tertiary",
                        justify="center",
                        children=[Text(value="Two parts", weight="semibold")],
                    ),
                ],
            ),
            Transition(children=Caption(value="What changes here, changes smoothly.")),
        ],
    )


def fields() -> Card:
    """Make a card that is a form, of everything that can be filled in."""
    places: Any = [
        {"value": "lisbon", "label": "Lisbon", "description": "Seven hills and a river"},
        {"value": "oslo", "label": "Oslo", "description": "A fjord"},
        {"value": "kyoto", "label": "Kyoto", "disabled": True},
    ]
    means: Any = [{"value": "boat", "label": "By boat"}, {"value": "train", "label": "By train"}]
    return Card(
        asForm=True,
        status={"text": "A card that is a form", "icon": "write"},
        confirm=CardAction(label="Book", action=ActionConfig(type="gallery.book", payload={"from": "gallery"})),
        cancel=CardAction(label="Cancel", action=ActionConfig(type="gallery.cancel")),
        children=[
            Text(value="A trip", editable={"name": "trip.title", "required": True}, weight="semibold"),
            Label(value="Name", fieldName="trip.name"),
            Input(name="trip.name", placeholder="Ada", required=True),
            Label(value="Mail", fieldName="trip.mail"),
            Input(name="trip.mail", inputType="email", variant="soft", defaultValue="ada@example.com"),
            Label(value="Where to", fieldName="trip.place"),
            Select(name="trip.place", options=places, placeholder="A place", block=True, clearable=True),
            Label(value="When", fieldName="trip.day"),
            DatePicker(name="trip.day", min="2026-01-01", max="2030-12-31", placeholder="A day", clearable=True),
            Label(value="How", fieldName="trip.means"),
            RadioGroup(name="trip.means", options=means, defaultValue="boat"),
            Checkbox(name="trip.window", label="A seat at the window", defaultChecked=True),
            Label(value="Anything else", fieldName="trip.notes"),
            Textarea(name="trip.notes", rows=2, autoResize=True, maxRows=6),
            Form(
                direction="row",
                onSubmitAction=ActionConfig(type="gallery.code"),
                align="end",
                children=[
                    Input(name="code", placeholder="A form inside: four digits", pattern="[0-9]{4}"),
                    Button(label="Check", submit=True),
                ],
            ),
        ],
    )


def charts() -> Card:
    """Make a card of charts."""
    return Card(
        size="lg",
        status={"text": "Charts", "icon": "chart"},
        children=[
            Title(value="Boats a day", size="sm"),
            Chart(
                data=BOATS,
                xAxis={"dataKey": "month", "labels": {"September": "Sept."}},
                showYAxis=True,
                series=[
                    BarSeries(dataKey="ferry", label="Ferries", stack="all"),
                    BarSeries(dataKey="sail", label="Sailing boats", stack="all"),
                    LineSeries(dataKey="row", label="Rowing boats", curveType="monotone", color="orange"),
                ],
            ),
            Chart(
                data=BOATS,
                xAxis="month",
                height=140,
                series=[
                    AreaSeries(dataKey="sail", label="Sailing boats", curveType="natural", color="purple"),
                    AreaSeries(dataKey="row", label="Rowing boats", curveType="natural", color="green"),
                ],
            ),
        ],
    )


def timetable() -> Card:
    """Make a card of a table."""
    times = (("Lisbon", "08:15", "on time", "success"), ("Oslo", "09:40", "late", "warning"))
    head = [TableCell(children=[Text(value=name)]) for name in ("To", "At", "State")]
    return Card(
        children=[
            Title(value="Departures", size="sm"),
            Table(
                children=[
                    TableRow(header=True, children=head),
                    *(
                        TableRow(
                            children=[
                                TableCell(children=[Text(value=to)], colSize="lg"),
                                TableCell(children=[Text(value=at)], align="end"),
                                TableCell(children=[Badge(label=state, color=tone)]),  # type: ignore[arg-type]
                            ]
                        )
                        for to, at, state, tone in times
                    ),
                ]
            ),
        ]
    )


def rows() -> ListView:
    """Make a list that shows a part of itself."""
    places = ("Lisbon", "Oslo", "Kyoto", "Valparaíso", "Cork")
    return ListView(
        limit=3,
        status={"text": "Places", "icon": "maps"},
        children=[
            ListViewItem(
                key=place,
                onClickAction=ActionConfig(type="gallery.pick", payload={"place": place}),
                children=[
                    Icon(name="map-pin", color="secondary"),
                    Text(value=place),
                    Spacer(),
                    Icon(name="chevron-right"),
                ],
            )
            for place in places
        ],
    )


def pictures() -> Card:
    """Make a card of a picture and all icons."""
    picture = f"data:image/png;base64,{sunset()}"
    return Card(
        size="lg",
        theme="dark",
        background="surface-secondary",
        children=[
            Image(src=picture, alt="A sunset over the sea", height=120, fit="cover", position="center", flush=True),
            Row(
                children=[
                    Image(src=picture, alt="The same, round", size=48, radius="full", frame=True),
                    Col(gap=0, children=[Text(value="A card that is always dark"), Caption(value="and all the icons")]),
                ]
            ),
            Row(wrap="wrap", gap=2, children=[Icon(name=name, size="lg") for name in sorted(ICONS)]),
        ],
    )


def _click(name: str) -> ActionConfig:
    return ActionConfig(type="gallery.click", payload={"button": name})
