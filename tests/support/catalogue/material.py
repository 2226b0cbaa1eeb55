"""Well-formed answers with every type of event, item, update, task, source and much of a widget in them."""

from typing import Any

from support.catalogue.bed import added, delta, done, item, part, removed, replaced, text, updated

PART = "assistant_message.content_part."
SOURCES: list[dict[str, Any]] = [
    {"type": "url", "title": "Page", "url": "https://a.example", "attribution": "A"},
    {"type": "file", "title": "File", "filename": "a.pdf", "description": "notes"},
    {"type": "entity", "title": "Order", "id": "o1", "icon": "cube", "data": {"kept": None}, "interactive": True},
]


def note(number: int, index: int | None = 2) -> dict[str, Any]:
    place = {} if index is None else {"index": index}
    return {"type": "annotation", "source": SOURCES[number], **place}


def streamed_message() -> list[Any]:
    """Two parts, the first with annotations that its own `done` leaves out."""
    me = "$ID:message:a"
    whole = [part("Hello", note(0), note(1, None), note(2)), part("more")]
    return [
        added(text("")),
        updated(me, PART + "added", content_index=0, content=part("")),
        delta("Hel"),
        delta("lo"),
        *(
            updated(me, PART + "annotation_added", content_index=0, annotation_index=n, annotation=one)
            for n, one in enumerate(whole[0]["annotations"])
        ),
        updated(me, PART + "done", content_index=0, content=part("Hello")),
        updated(me, PART + "added", content_index=1, content=part("mo")),
        delta("re", index=1),
        updated(me, PART + "done", content_index=1, content=part("more")),
        done(item("assistant_message", content=whole)),
    ]


TASKS: list[dict[str, Any]] = [
    {"type": "thought", "content": "Let me see", "status_indicator": "loading"},
    {"type": "custom", "title": "Step", "icon": "bolt", "content": "..."},
    {"type": "web_search", "title_query": "q", "queries": ["q"], "sources": [SOURCES[0]]},
    {"type": "file", "title": "Files", "sources": [SOURCES[1]]},
    {"type": "image", "title": "Picture", "status_indicator": "complete"},
]


def flow(kind: str, *tasks: Any, **fields: Any) -> dict[str, Any]:
    return item("workflow", "w", idkind="workflow", workflow={"type": kind, "tasks": list(tasks), **fields})


def workflow() -> list[Any]:
    """A reasoning workflow that begins empty, gets every type of task, and closes before the message."""
    me, finished = "$ID:workflow:w", TASKS[0] | {"status_indicator": "complete"}
    return [
        added(flow("reasoning")),
        *(updated(me, "workflow.task.added", task_index=n, task=task) for n, task in enumerate(TASKS)),
        updated(me, "workflow.task.updated", task_index=0, task=finished),
        done(flow("reasoning", finished, *TASKS[1:], summary={"duration": 3})),
        done(text("thought about it")),
        done(item("task", "t", idkind="task", task=TASKS[1])),
        done(item("end_of_turn", "e")),
    ]


def image() -> list[Any]:
    me = "$ID:message:i"
    sketch = {"id": "call_1", "url": "data:image/png;base64,AA=="}
    return [
        added(item("generated_image", "i")),
        updated(me, "generated_image.updated", image=sketch, progress=0.5),
        updated(me, "generated_image.updated", image=sketch, progress=1),
        done(item("generated_image", "i", image=sketch)),
    ]


def effects() -> list[Any]:
    """Everything that is shown and never stored."""
    return [
        ["emit", {"type": "progress_update", "text": "Looking", "icon": "search"}],
        ["emit", {"type": "client_effect", "name": "zoom", "data": {"kept": None}}],
        ["emit", {"type": "notice", "level": "warning", "message": "*Careful*", "title": "Hm"}],
        ["emit", {"type": "error", "code": "app.special", "message": "no luck", "allow_retry": False}],
    ]


def card(*children: Any, **props: Any) -> dict[str, Any]:
    return {"type": "Card", "children": list(children), **props}


def growing(value: str, *, streaming: bool = True, name: str = "t") -> dict[str, Any]:
    return {"type": "Text", "id": name, "value": value, "streaming": streaming}


RICH = card(
    {"type": "Title", "id": "head", "value": "Orders", "size": "lg"},
    {"type": "Row", "gap": 2, "children": [{"type": "Icon", "name": "cube"}, {"type": "Caption", "value": "two"}]},
    {"type": "Markdown", "value": "**x**", "maxLines": None},
    {
        "type": "Button",
        "label": "Go",
        "iconStart": "lucide:zap",
        "onClickAction": {"type": "go", "payload": {"n": 1}, "handler": "server", "loadingBehavior": "self"},
    },
    {"type": "Form", "onSubmitAction": {"type": "send", "streaming": False}, "children": [{"type": "Spacer"}]},
    size="sm",
    background=None,
)
ROWS = {
    "type": "ListView",
    "children": [{"type": "ListViewItem", "id": n, "children": [{"type": "Text", "value": n}]} for n in ("1", "2")],
}
BASIC = {"type": "Basic", "children": {"type": "Text", "value": "alone"}}


def widget_updates() -> list[Any]:
    """A component and then the whole root change before the widget is done."""
    me, last = "$ID:message:w", card(growing("new", streaming=False))
    return [
        added(item("widget", "w", widget=card(growing("old")))),
        updated(me, "widget.component.updated", component_id="t", component=growing("newer")),
        updated(me, "widget.root.updated", widget=last),
        done(item("widget", "w", widget=last)),
    ]


def call(name: str = "c", **fields: Any) -> dict[str, Any]:
    given = {"call_id": "call_9", "name": "locate", "arguments": {"near": None, "km": 2}} | fields
    return item("client_tool_call", name, idkind="tool_call", **given)


def questions() -> dict[str, Any]:
    sizes = [{"value": "s"}, {"value": "m"}]
    return item(
        "structured_input",
        "q",
        inputs=[
            {"type": "multiple_choice", "id": "size", "question": "Which?", "options": sizes},
            {"type": "multiple_choice", "id": "tags", "question": "Which ones?", "options": sizes, "multiple": True},
            {"type": "freeform", "id": "name", "question": "Who?", "description": "a name"},
            {"type": "freeform", "id": "town", "question": "Where?"},
        ],
    )


def many(count: int) -> list[Any]:
    """That many finished messages, each with its number as text."""
    return [done(text(str(n), str(n))) for n in range(count)]


def changes() -> list[Any]:
    """Finished, then replaced; finished, then removed; finished and left alone."""
    return [
        done(text("first", "1")),
        done(text("second", "2")),
        done(text("third", "3")),
        replaced(text("first, better", "1")),
        removed("$ID:message:2"),
    ]
