"""JSON in and out is the same value, for every message there is; a null is read as absent and never echoed (D20)."""

import json
import random
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct, inspect

import chatkit_protocol as wire
from chatkit_conformance.strategies import drawn, strategy
from chatkit_protocol.base import optional_fields

UNIONS = {
    "request": wire.Request,
    "event": wire.ThreadStreamEvent,
    "update": wire.ThreadItemUpdate,
    "item": wire.ThreadItem,
    "task": wire.Task,
    "source": wire.AnySource,
    "attachment": wire.Attachment,
    "status": wire.ThreadStatus,
    "structured input": wire.StructuredInput,
    "user content": wire.UserMessageContent,
}
REPLIES = {
    "thread": wire.Thread,
    "metadata": wire.ThreadMetadata,
    "item page": wire.Page[wire.ThreadItem],
    "thread page": wire.Page[wire.Thread],
    "sync action": wire.SyncCustomActionResponse,
    "transcription": wire.TranscriptionResult,
    "error reply": wire.ErrorReply,
    "empty": wire.Empty,
}
SHAPES = [pytest.param(shape, strategy(shape), id=name) for name, shape in (UNIONS | REPLIES).items()]
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("shape", "values"), SHAPES)
@quick
@given(data=st.data())
def test_what_is_written_reads_back_as_the_same_value(shape: Any, values: Any, data: st.DataObject) -> None:
    value = data.draw(values)
    assert msgspec.json.decode(wire.encode(value), type=shape) == value


@pytest.mark.parametrize(("shape", "values"), SHAPES)
@quick
@given(data=st.data())
def test_json_comes_back_as_it_was(shape: Any, values: Any, data: st.DataObject) -> None:
    tree = json.loads(wire.encode(data.draw(values)))
    body = json.dumps(_stirred(tree, data.draw(st.randoms(use_true_random=False))))
    assert json.loads(wire.encode(msgspec.json.decode(body, type=shape))) == tree


def _stirred(tree: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Put the keys of the message in another order, `type` anywhere, with one that no release knows."""
    rows = [*tree.items(), ("from_a_later_release", {"type": None})]
    chance.shuffle(rows)
    return dict(rows)


TIMES = [
    pytest.param("2026-01-02T03:04:05", "2026-01-02T03:04:05", id="naive"),
    pytest.param("2026-01-02T03:04:05.000006", "2026-01-02T03:04:05.000006", id="microseconds"),
    pytest.param("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", id="z"),
    pytest.param("2026-01-02T03:04:05.100000+00:00", "2026-01-02T03:04:05.100000Z", id="zero-offset"),
    pytest.param("2026-01-02T03:04:05-05:30", "2026-01-02T03:04:05-05:30", id="offset"),
]


@pytest.mark.parametrize(("read", "written"), TIMES)
def test_d7_every_spelling_of_a_time_is_read(read: str, written: str) -> None:
    metadata = wire.decode_metadata(json.dumps({"id": "t", "created_at": read}))
    assert metadata.created_at == datetime.fromisoformat(read)
    assert json.loads(wire.encode(metadata))["created_at"] == written


def _structs(kind: Any) -> set[type[Struct]]:
    """Every Struct that a type consists of."""
    found: set[type[Struct]] = set()
    pending = [inspect.type_info(kind)]
    while pending:
        info = pending.pop()
        parts = [getattr(info, name, None) for name in ("item_type", "key_type", "value_type")]
        parts += getattr(info, "types", ())
        if isinstance(info, inspect.StructType) and (cls := get_origin(info.cls) or info.cls) not in found:
            found.add(cls)
            parts += [field.type for field in info.fields]
        pending += [part for part in parts if part is not None]
    return found


@cache
def _plain(message: type[Struct]) -> dict[str, Any]:
    """Find JSON of a message that has only what it must have."""
    (value,) = drawn(strategy(message), 1)
    tree: dict[str, Any] = json.loads(wire.encode(value))
    return tree


EVERY = sorted(set().union(*map(_structs, (UNIONS | REPLIES).values())), key=lambda message: message.__name__)
OPTIONAL = [
    pytest.param(message, name, default, id=f"D20-{message.__name__}-{name}")
    for message in EVERY
    for name, default in optional_fields(message)
]
FREE_NULLS = {(wire.Action, "payload"), (wire.AddClientToolOutputParams, "result"), (wire.HiddenContextItem, "content")}
"""Fields of any JSON, in which a null is a value of its own."""


def test_the_sweep_over_optional_fields_misses_none() -> None:
    swept = {(message, name) for message in EVERY for name, _ in optional_fields(message)}
    nullable = {
        (message, field.name) for message in EVERY for field in inspect.type_info(message).fields if _takes_null(field)
    }
    assert nullable - swept == FREE_NULLS
    assert len(swept) > 70
    assert len(EVERY) > 80


def _takes_null(field: inspect.Field) -> bool:
    kinds = getattr(field.type, "types", (field.type,))
    return any(isinstance(kind, (inspect.NoneType, inspect.AnyType)) for kind in kinds)


@pytest.mark.parametrize(("message", "name", "default"), OPTIONAL)
def test_a_null_is_read_as_absent_and_never_echoed(message: type[Struct], name: str, default: Any) -> None:
    base = _plain(message)
    if message is wire.WorkflowSummary:
        base = {"duration": 1} if name == "title" else {"title": "t"}
    absent = {key: value for key, value in base.items() if key != name}
    echoed = json.loads(wire.encode(msgspec.json.decode(json.dumps(base | {name: None}), type=message)))
    assert echoed == json.loads(wire.encode(msgspec.json.decode(json.dumps(absent), type=message)))
    assert name not in echoed if default is UNSET else echoed[name] is not None


@pytest.mark.parametrize("name", ["arguments", "output"])
def test_a_null_inside_free_json_stays(name: str) -> None:
    free = {"a": None, "b": [None, {"c": None}]}
    tree = {
        "type": "client_tool_call",
        "id": "i",
        "thread_id": "t",
        "created_at": "2026-01-01T00:00:00Z",
        "status": "pending",
        "call_id": "c",
        "name": "n",
        "arguments": {},
    }
    assert json.loads(wire.encode(wire.decode_item(json.dumps(tree | {name: free}))))[name] == free


def test_every_union_is_swept() -> None:
    assert {len(get_args(union)) for union in UNIONS.values()} == {16, 12, 10, 11, 5, 3, 2}
