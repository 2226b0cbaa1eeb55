"""Random operations of the test bed: mostly items that live as the protocol says, and some that do not."""

from typing import Any

from hypothesis import strategies as st

from chatkit_conformance.differential import material as m

Operation = list[Any]
Operations = list[Operation]
NAMES = st.sampled_from("abc")


def emit(event: dict[str, Any]) -> Operation:
    """Write the operation that sends this event."""
    return ["emit", event]


def item(kind: str, name: str, type_: str, /, **fields: Any) -> dict[str, Any]:
    """Write an item whose id, thread and time the test bed fills in."""
    return {
        "type": type_,
        "id": f"$ID:{kind}:{name}",
        "thread_id": "$THREAD",
        "created_at": "$NOW",
        **fields,
    }


def added(value: dict[str, Any]) -> Operation:
    """Announce an item."""
    return emit({"type": "thread.item.added", "item": value})


def done(value: dict[str, Any]) -> Operation:
    """Finish an item."""
    return emit({"type": "thread.item.done", "item": value})


def updated(value: dict[str, Any], type_: str, /, **fields: Any) -> Operation:
    """Update an open item."""
    return emit({"type": "thread.item.updated", "item_id": value["id"], "update": {"type": type_, **fields}})


@st.composite
def message(draw: st.DrawFn) -> Operations:
    """Draw the life of an assistant message."""
    start = item("message", draw(NAMES), "assistant_message", content=[])
    if draw(st.booleans()):
        return [done(start | {"content": draw(st.lists(m.parts, max_size=2))})]
    life, content = [added(start)], []
    part = "assistant_message.content_part"
    for index in range(draw(st.integers(1, 2))):
        deltas = draw(st.lists(m.texts, max_size=3))
        notes = draw(st.lists(m.annotations, max_size=2))
        text = {"type": "output_text", "text": "".join(deltas), "annotations": []}
        life.append(updated(start, f"{part}.added", content_index=index, content=text | {"text": ""}))
        life += [updated(start, f"{part}.text_delta", content_index=index, delta=delta) for delta in deltas]
        life += [
            updated(start, f"{part}.annotation_added", content_index=index, annotation_index=n, annotation=note)
            for n, note in enumerate(notes)
        ]
        life.append(updated(start, f"{part}.done", content_index=index, content=text))
        content.append(text | {"annotations": notes})
    end = start | {"content": content}
    removed = emit({"type": "thread.item.removed", "item_id": start["id"]})
    replaced = emit({"type": "thread.item.replaced", "item": end})
    return [*life, *draw(st.sampled_from([[done(end)], [done(end)], [removed], [replaced], []]))]


@st.composite
def workflow(draw: st.DrawFn) -> Operations:
    """Draw the life of a workflow."""
    whole = draw(m.workflows)
    start = item("workflow", draw(NAMES), "workflow", workflow=whole | {"tasks": []})
    life = [added(start)]
    for index, task in enumerate(whole["tasks"]):
        life.append(updated(start, "workflow.task.added", task_index=index, task=task))
        if draw(st.booleans()):
            life.append(updated(start, "workflow.task.updated", task_index=index, task=task))
    return [*life, done(start | {"workflow": whole})] if draw(st.booleans()) else [done(start | {"workflow": whole})]


@st.composite
def image(draw: st.DrawFn) -> Operations:
    """Draw the life of a generated image."""
    start = item("message", draw(NAMES), "generated_image")
    shown = {
        "id": "ig_1",
        "url": draw(st.sampled_from(["data:image/png;base64,AA==", "https://example.com"])),
    }
    progress = draw(m.one_of_these({}, {"progress": 0.5}, {"progress": 1}))
    partial = updated(start, "generated_image.updated", image=shown, **progress)
    return [added(start), partial, done(start | {"image": shown})]


@st.composite
def widget(draw: st.DrawFn) -> Operations:
    """Draw the life of a widget that is sent event by event."""
    start = item("message", draw(NAMES), "widget", widget=draw(m.widgets))
    copied = draw(st.sampled_from([{}, {"copy_text": "copy"}]))
    life = [added(start)] if draw(st.booleans()) else []
    other = draw(m.widgets)
    changes = [
        updated(start, "widget.root.updated", widget=other),
        updated(start, "widget.component.updated", component_id="x", component=draw(m.components)),
        updated(start, "widget.streaming_text.value_delta", component_id="x", delta="d", done=draw(st.booleans())),
    ]
    change = draw(st.sampled_from([[], *([one] for one in changes)]))
    # Updating what is already stored is what the reference's own samples do (D9).
    late = draw(st.booleans())
    final = done(start | copied)
    return [*life, final, *change] if late else [*life, *change, final]


@st.composite
def single(draw: st.DrawFn) -> Operations:
    """Draw an item that comes as one `done`."""
    name = draw(NAMES)
    return [
        done(
            draw(
                st.one_of(
                    st.builds(lambda task: item("task", name, "task", task=task), m.tasks),
                    st.just(item("message", name, "end_of_turn")),
                    st.builds(
                        lambda w, copy: item("message", name, "widget", widget=w, **copy),
                        m.widgets,
                        st.sampled_from([{}, {"copy_text": "copy"}]),
                    ),
                )
            )
        )
    ]


@st.composite
def hidden(draw: st.DrawFn) -> Operations:
    """Draw items that a client must never see, whichever event brings them."""
    kind, content = draw(
        st.one_of(
            st.tuples(st.just("hidden_context_item"), m.free_values),
            st.tuples(st.just("sdk_hidden_context"), st.just("$CANARY:SDK")),
        )
    )
    secret = item("message", "hidden", kind, content={"c": "$CANARY:H", "v": content})
    if kind == "sdk_hidden_context":
        secret["content"] = content
    ways = [
        [done(secret)],
        [added(secret), done(secret)],
        [done(secret), emit({"type": "thread.item.replaced", "item": secret})],
        [["hidden", "$CANARY:H"]],
    ]
    return draw(st.sampled_from(ways))


progress = st.builds(
    lambda text, icon: [emit({"type": "progress_update", "text": text} | icon)],
    m.texts,
    st.sampled_from([{}, *({"icon": icon} for icon in m.ICONS)]),
)
effect = st.builds(
    lambda data: [emit({"type": "client_effect", "name": "scroll"} | data)],
    st.one_of(st.just({}), st.builds(lambda data: {"data": data}, m.free_objects)),
)
notice = st.builds(
    lambda level, text, title: [emit({"type": "notice", "level": level, "message": text} | title)],
    st.sampled_from(["info", "warning", "danger"]),
    m.texts,
    st.sampled_from([{}, {"title": "t"}]),
)
error = st.builds(
    lambda fields: [emit({"type": "error"} | fields)],
    st.sampled_from([{}, {"code": "stream.error", "allow_retry": True}, {"code": "custom", "message": "m"}]),
)
options = st.builds(
    lambda cancel: [emit({"type": "stream_options", "stream_options": {"allow_cancel": cancel}})],
    st.booleans(),
)
retitled = st.just(
    [
        emit(
            {
                "type": "thread.updated",
                "thread": {"id": "$THREAD", "created_at": "$NOW", "title": "told", "items": {"data": []}},
            }
        )
    ]
)

STATUSES = (
    {"type": "active"},
    {"type": "locked", "reason": "r"},
    {"type": "closed"},
    {"type": "locked", "reason": None},
)
thread_change = st.sampled_from(
    [
        ["title", "A title"],
        ["title", "é\u2028"],
        *(["status", status] for status in STATUSES),
        ["meta", "key", {"secret": "$CANARY:META"}],
        ["domains", ["example.com"]],
        ["domains", []],
    ]
).map(lambda operation: [operation])
told = st.sampled_from([[["notice", "plain"]], [["sender"]], [["payload"]], [["input"]], [["sleep", 1]]])
streamed_widget = m.widget_states().map(lambda states: [["widget", states]])
wrong_event = m.one_of_these(
    {"type": "no.such.event"},
    {"type": "notice", "level": "loud", "message": "m"},
    {"type": "progress_update"},
    {"type": "thread.item.done", "item": {"type": "assistant_message"}},
).map(lambda event: [emit(event)])
failure = st.builds(
    lambda kind, retry: [["raise", kind, "$CANARY:ERR" if kind == "crash" else "told", retry]],
    st.sampled_from(["crash", "custom", "stream"]),
    st.booleans(),
)

ordinary = m.weighted(
    (4, message()),
    (2, workflow()),
    (1, image()),
    (2, widget()),
    (2, single()),
    (1, hidden()),
    (2, st.one_of(progress, effect, notice, error, options, retitled)),
    (2, thread_change),
    (1, told),
    (3, streamed_widget),
)


@st.composite
def disordered(draw: st.DrawFn) -> Operations:
    """Draw a life with its events out of order, or with one of them missing or twice."""
    life = draw(st.one_of(message(), workflow(), image()))
    way = draw(st.sampled_from(["reversed", "twice", "short"]))
    orders: dict[str, Operations] = {"reversed": life[::-1], "twice": [*life, *life[-1:]], "short": life[1:]}
    return orders[way]


repeated = st.builds(
    lambda times, operations: [["repeat", times, operations]],
    st.integers(2, 3),
    st.one_of(notice, progress, message(), streamed_widget),
)
chunks = m.weighted((8, ordinary), (1, disordered()), (1, repeated))


@st.composite
def scripts(draw: st.DrawFn) -> Operations:
    """Draw one script: some lives one after the other, and sometimes a failure at the end."""
    operations = [operation for life in draw(st.lists(chunks, min_size=1, max_size=4)) for operation in life]
    ending = draw(st.integers(0, 11))
    return operations + (draw(failure) if ending == 0 else draw(wrong_event) if ending == 1 else [])
