"""Random conversations: threads with lives of items in them, and every request that the protocol has."""

from typing import Any

from hypothesis import strategies as st

from chatkit_conformance.differential import material as m
from chatkit_conformance.differential import operations as ops
from chatkit_conformance.differential.odd_requests import BOUNDED, LENIENT, TAKEN, WRONG
from chatkit_conformance.differential.steps import Step, Steps, request

THREAD = st.sampled_from([{"$": "thread", "n": -1}] * 9 + [{"$": "thread", "n": 0}])
LOST = m.one_of_these({"$": "nowhere"}, {"$": "gone"})


def mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the second strategy once in a while."""
    return m.weighted((7, usual), (1, rare))


tags = m.some(
    {"type": st.just("input_tag"), "id": st.just("t1"), "text": m.texts, "data": m.free_objects},
    {"group": m.some_text, "interactive": st.booleans()},
)
options = m.some({}, {"model": st.just("m-1"), "tool_choice": st.just({"id": "tool"})})


@st.composite
def message(draw: st.DrawFn, text: st.SearchStrategy[Any], attachments: Any = ()) -> dict[str, Any]:
    """Draw a user's message around a text."""
    extra = draw(st.lists(tags, max_size=2)) if draw(st.booleans()) else []
    content = [{"type": "input_text", "text": draw(text)}, *extra]
    quoted = draw(m.one_of_these({}, {}, {"quoted_text": "quoted"}, {"quoted_text": None}))
    return {
        "content": content,
        "attachments": list(attachments),
        "inference_options": draw(options),
        **quoted,
    }


scripted = ops.scripts().map(lambda operations: {"$script": operations})
said = m.weighted((1, m.texts), (3, scripted))


def says(type_: str, input_: dict[str, Any], **params: Any) -> Step:
    """Write a step that sends a user's message."""
    return request(type_, {"input": input_, **params})


create = message(said).map(lambda input_: says("threads.create", input_))
add = st.builds(
    lambda input_, thread: says("threads.add_user_message", input_, thread_id=thread),
    message(said),
    mostly(THREAD, LOST),
)


def then(operations: ops.Operations) -> Step:
    """Write a step whose script the test bed obeys."""
    content = [{"type": "input_text", "text": {"$script": operations}}]
    input_ = {"content": content, "attachments": [], "inference_options": {}}
    return says("threads.add_user_message", input_, thread_id={"$": "thread", "n": -1})


continuation = st.one_of(st.just([]), ops.scripts().map(lambda script: [["meta", "next", script]]))


@st.composite
def tool_call(draw: st.DrawFn) -> Steps:
    """Draw client tool calls, and their outputs: none too many, and now and then one too many."""
    calls = [
        ops.done(
            ops.item("tool_call", name, "client_tool_call", call_id="c1", name="f", arguments=draw(m.free_objects))
        )
        for name in draw(st.sampled_from(["a", "a", "a", "ab"]))
    ]
    # What comes after the call decides whether it is still the newest item (D11).
    after = draw(
        mostly(
            st.just([]),
            st.sampled_from([[["hidden", "x"]], [ops.done(ops.item("message", "e", "end_of_turn"))]]),
        )
    )
    outputs = [
        request(
            "threads.add_client_tool_output",
            {"thread_id": draw(mostly(THREAD, LOST)), "result": draw(m.free_values)},
        )
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2])))
    ]
    return [then([*draw(continuation), *calls, *after]), *outputs]


@st.composite
def structured_input(draw: st.DrawFn) -> Steps:
    """Draw questions and their answers, some of them to questions that were not asked."""
    questions: list[dict[str, Any]] = [
        draw(
            m.some(
                {
                    "type": st.just("multiple_choice"),
                    "id": st.just("q1"),
                    "question": m.texts,
                    "options": st.just([{"value": "x"}, {"value": "y"}]),
                },
                {"multiple": st.booleans()},
            )
        ),
        draw(
            m.some(
                {"type": st.just("freeform"), "id": st.just("q2"), "question": m.texts},
                {"description": m.texts},
            )
        ),
    ]
    answer = m.some({}, {"values": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3), "skipped": st.booleans()})
    answers = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), answer, max_size=3)
    input_ = m.some({}, {"status": st.sampled_from(["answered", "skipped"]), "answers": answers})
    target = mostly(st.just({"$": "item:structured_input"}), st.sampled_from([{"$": "item:"}, {"$": "nowhere"}]))
    asked = ops.done(ops.item("message", "q", "structured_input", inputs=questions))
    submissions = [
        request(
            "threads.add_structured_input",
            {"thread_id": {"$": "thread", "n": -1}, "item_id": draw(target), "input": draw(input_)},
        )
        for _ in range(draw(st.sampled_from([1, 1, 2])))
    ]
    return [then([*draw(continuation), asked]), *submissions]


@st.composite
def attached(draw: st.DrawFn) -> Steps:
    """Draw attachments and the message that uses them, or their end."""
    made = [
        request(
            "attachments.create",
            {"name": draw(m.texts), "size": draw(st.integers(0, 10**7)), "mime_type": kind},
        )
        for kind in draw(
            st.lists(st.sampled_from(["image/png", "text/plain", "application/pdf"]), min_size=1, max_size=2)
        )
    ]
    used = [{"$": "attachment", "n": n} for n in range(-len(made), 0)]
    if draw(st.integers(0, 6)) == 0:
        used.append(draw(LOST))
    text = st.sampled_from([*m.WORDS, {"$script": [["input"]]}])
    input_ = draw(message(text, used))
    sent = says("threads.add_user_message", input_, thread_id={"$": "thread", "n": -1})
    started = says("threads.create", input_)
    which = mostly(st.just({"$": "attachment"}), LOST)
    ends = [request("attachments.delete", {"attachment_id": draw(which)})]
    return draw(st.sampled_from([[*made, sent], [*made, started], [*made, *ends], [*made, sent, *ends, *ends]]))


@st.composite
def action(draw: st.DrawFn) -> Steps:
    """Draw an action: with the widget it came from, with none, or with something that is no widget."""
    payload = draw(
        st.one_of(
            st.just({}),
            m.free_values.map(lambda value: {"payload": value}),
            ops.scripts().map(lambda script: {"payload": {"ckc": script}}),
        )
    )
    sender = draw(
        m.one_of_these(
            *[{"item_id": {"$": "item:widget"}}] * 4,
            {},
            {"item_id": None},
            {"item_id": {"$": "item:user_message"}},
            {"item_id": {"$": "nowhere"}},
        )
    )
    kind = draw(st.sampled_from(["threads.custom_action", "threads.sync_custom_action"]))
    params = {"thread_id": draw(mostly(THREAD, LOST)), "action": {"type": "go", **payload}, **sender}
    before = [then(draw(ops.widget()))] if draw(st.booleans()) else []
    return [*before, request(kind, params)]


@st.composite
def paged(draw: st.DrawFn) -> Steps:
    """Draw a walk through all pages of a list."""
    params: dict[str, Any] = draw(
        m.some(
            {},
            {
                "limit": st.sampled_from([1, 2, 3, 5, 100, 9999, None, 0]),
                "order": st.sampled_from(["asc", "desc"]),
                "after": st.none(),
            },
        )
    )
    if draw(st.booleans()):
        return [request("threads.list", params, walk=True)]
    thread = draw(mostly(THREAD, LOST))
    return [request("items.list", params | {"thread_id": thread}, walk=True)]


@st.composite
def hidden_between(draw: st.DrawFn) -> Steps:
    """Draw pages that hidden items would shorten (D19)."""
    shown: ops.Operation = ["widget", [{"type": "Basic", "children": []}]]
    operations = draw(st.lists(st.sampled_from([shown, ["hidden", "h"]]), min_size=3, max_size=8))
    limit, order = draw(st.integers(1, 4)), draw(st.sampled_from(["asc", "desc"]))
    params = {"thread_id": {"$": "thread", "n": -1}, "limit": limit, "order": order}
    return [then(operations), request("items.list", params, walk=True)]


retry = st.builds(
    lambda thread, item_id: [request("threads.retry_after_item", {"thread_id": thread, "item_id": item_id})],
    mostly(THREAD, LOST),
    mostly(
        st.builds(lambda n: {"$": "item:user_message", "n": n}, st.integers(-3, 0)),
        st.sampled_from([{"$": "item:"}, {"$": "nowhere"}]),
    ),
)
feedback = st.builds(
    lambda items, kind: [request("items.feedback", {"thread_id": {"$": "thread"}, "item_ids": items, "kind": kind})],
    st.lists(st.just({"$": "item:"}), max_size=2),
    st.sampled_from(["positive", "negative"]),
)
transcribe = st.builds(
    lambda audio, mime: [request("input.transcribe", {"audio_base64": audio, "mime_type": mime})],
    st.sampled_from(["", "AAEC", "aGVsbG8="]),
    st.sampled_from(["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]),
)
get = mostly(THREAD, LOST).map(lambda thread: [request("threads.get_by_id", {"thread_id": thread})])
update = st.builds(
    lambda thread, title: [request("threads.update", {"thread_id": thread, "title": title})],
    mostly(THREAD, LOST),
    m.texts,
)
delete = mostly(THREAD, LOST).map(lambda thread: [request("threads.delete", {"thread_id": thread})])


def volume(count: int) -> Steps:
    """Write more items than one page holds."""
    return [then([["repeat", count, [["widget", [{"type": "Basic", "children": []}]]]]])]


one = m.weighted((1, create), (3, add)).map(lambda step: [step])
odd = m.weighted(
    (2, st.sampled_from([step | {"wrong": True} for step in WRONG])),
    (1, st.sampled_from(LENIENT + BOUNDED)),
    (1, st.sampled_from(TAKEN)),
).map(lambda step: [step])
episodes = m.weighted(
    (8, one),
    (3, tool_call()),
    (3, structured_input()),
    (2, attached()),
    (4, action()),
    (2, paged()),
    (1, hidden_between()),
    (3, retry),
    (1, st.one_of(feedback, transcribe)),
    (2, st.one_of(get, update)),
    (1, delete),
    (2, odd),
    (1, st.sampled_from([19, 21, 45]).map(volume)),
)


@st.composite
def conversations(draw: st.DrawFn, least: int = 2, most: int = 6) -> Steps:
    """Draw a conversation: a thread, and so many episodes in it."""
    steps = [draw(create)]
    for episode in draw(st.lists(episodes, min_size=least, max_size=most)):
        steps += episode
    return steps
