"""Requests as clients in the wild send them, and what they are read as (D4, D5, D20)."""

import json
from typing import Any

import msgspec
import pytest

import chatkit_protocol as wire
from chatkit_protocol import RequestError, decode_request

TEXT = wire.UserMessageTextContent(text="hi")


def create(**message: Any) -> bytes:
    content = [{"type": "input_text", "text": "hi"}]
    return json.dumps({"type": "threads.create", "params": {"input": {"content": content, **message}}}).encode()


PLAIN = wire.ThreadsCreate(params=wire.InputParams(input=wire.UserMessageInput(content=[TEXT])))
LIST = wire.ThreadsList()
LENIENT = [
    pytest.param(create(), PLAIN, id="D20-options-and-attachments-left-out"),
    pytest.param(create(attachments=None), PLAIN, id="D20-attachments-null"),
    pytest.param(create(inference_options=None), PLAIN, id="D20-options-null"),
    pytest.param(create(quoted_text=None), PLAIN, id="D20-quoted-text-null"),
    pytest.param(create(inference_options={"model": None, "tool_choice": None}), PLAIN, id="D20-inside-options"),
    pytest.param(b'{"type":"threads.list"}', LIST, id="D20-list-without-params"),
    pytest.param(b'{"type":"threads.list","params":null}', LIST, id="D20-list-params-null"),
    pytest.param(b'{"type":"threads.list","metadata":null}', LIST, id="D20-metadata-null"),
    pytest.param(b'{"type":"threads.list","params":{"limit":null,"after":null}}', LIST, id="D20-paging-nulls"),
    pytest.param(b'{"params":{},"unknown":[1],"type":"threads.list"}', LIST, id="type-last-and-unknown-keys"),
    pytest.param(
        b'{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":null}}}',
        wire.ThreadsAddStructuredInput(
            params=wire.AddStructuredInputParams(thread_id="t", item_id="i", input=wire.StructuredInputSubmission())
        ),
        id="D20-answers-null",
    ),
    pytest.param(
        b'{"type":"threads.custom_action","params":{"thread_id":"t","item_id":null,"action":{"type":"a"}}}',
        wire.ThreadsCustomAction(params=wire.CustomActionParams(thread_id="t", action=wire.Action(type="a"))),
        id="D20-no-sender",
    ),
]


@pytest.mark.parametrize(("body", "request_"), LENIENT)
def test_what_clients_leave_out_is_read_as_empty(body: bytes, request_: wire.Request) -> None:
    assert decode_request(body) == request_
    assert b"null" not in wire.encode(decode_request(body)).replace(b'"payload":null', b"")


TAGS = [
    pytest.param({}, {}, id="D4-left-out"),
    pytest.param({"data": None}, {}, id="D4-null"),
    pytest.param({"data": {"a": None}}, {"a": None}, id="D4-given"),
]


@pytest.mark.parametrize(("given", "data"), TAGS)
def test_a_tag_may_come_without_data(given: dict[str, Any], data: dict[str, Any]) -> None:
    request = decode_request(create(content=[{"type": "input_tag", "id": "1", "text": "@a", **given}]))
    assert isinstance(request, wire.ThreadsCreate)
    tag = wire.UserMessageTagContent(id="1", text="@a", data=data)
    assert request.params.input.content == [tag]
    assert json.loads(wire.encode(tag))["data"] == data


def paging(kind: str, limit: bytes) -> bytes:
    return b'{"type":"%s","params":{"thread_id":"t","limit":%s}}' % (kind.encode(), limit)


SIZES = [
    pytest.param(b"null", 20, id="D5-null"),
    pytest.param(b"0", 20, id="D5-zero"),
    pytest.param(b'"0"', 20, id="D5-zero-as-text"),
    pytest.param(b'""', 20, id="D5-empty-text"),
    pytest.param(b"5", 5, id="D5-number"),
    pytest.param(b'"5"', 5, id="D5-text"),
    pytest.param(b"5.0", 5, id="D5-whole-float"),
    pytest.param(b"1000", 1000, id="D5-most"),
    pytest.param(b"1001", 1000, id="D5-one-too-many"),
    pytest.param(b"9999", 1000, id="D5-9999"),
    pytest.param(b"1e300", 1000, id="D5-huge-float"),
    pytest.param(b"123456789012345678901234567890", 1000, id="D5-huge-integer"),
]


@pytest.mark.parametrize("kind", ["threads.list", "items.list"])
@pytest.mark.parametrize(("limit", "size"), SIZES)
def test_a_limit_is_read_generously_and_capped(kind: str, limit: bytes, size: int) -> None:
    request = decode_request(paging(kind, limit))
    assert isinstance(request, (wire.ThreadsList, wire.ItemsList))
    assert request.params is not None
    assert request.params.size == size


def test_d5_a_limit_left_out_is_twenty() -> None:
    assert wire.PagingParams().size == wire.DEFAULT_LIMIT == 20


WRONG_LIMITS = [
    pytest.param(b"-1", id="D5-negative"),
    pytest.param(b'"-1"', id="D5-negative-as-text"),
    pytest.param(b"1.5", id="D5-fraction"),
    pytest.param(b'"1.5"', id="D5-fraction-as-text"),
    pytest.param(b"-0.5", id="D5-negative-fraction"),
    pytest.param(b'"many"', id="D5-word"),
    pytest.param(b'"inf"', id="D5-infinity"),
    pytest.param(b'"nan"', id="D5-nan"),
    pytest.param(b'"' + b"9" * 5000 + b'"', id="D5-five-thousand-digits"),
]


@pytest.mark.parametrize("kind", ["threads.list", "items.list"])
@pytest.mark.parametrize("limit", WRONG_LIMITS)
def test_a_limit_that_is_no_count_is_refused(kind: str, limit: bytes) -> None:
    with pytest.raises(RequestError, match="whole number that is not negative") as caught:
        decode_request(paging(kind, limit))
    assert caught.value.path == "$.params"


@pytest.mark.parametrize("limit", [b"true", b"[]", b"{}"])
def test_d5_a_limit_is_a_number_or_text(limit: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        decode_request(paging("threads.list", limit))
    assert caught.value.path == "$.params.limit"


@pytest.mark.parametrize("result", [None, False, 0, "", [], {}, {"a": None}, [None]])
def test_any_result_of_a_client_tool_is_taken_as_it_is(result: Any) -> None:
    body = {"type": "threads.add_client_tool_output", "params": {"thread_id": "t", "result": result}}
    request = decode_request(json.dumps(body).encode())
    assert isinstance(request, wire.ThreadsAddClientToolOutput)
    assert request.params.result == result
    assert json.loads(wire.encode(request))["params"]["result"] == result


def test_a_result_must_be_there() -> None:
    body = b'{"type":"threads.add_client_tool_output","params":{"thread_id":"t"}}'
    with pytest.raises(RequestError, match="missing required field `result`"):
        decode_request(body)


def test_a_parameter_object_refuses_what_the_wire_refuses() -> None:
    with pytest.raises(ValueError, match="not negative"):
        wire.PagingParams(limit=-1)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"limit": -1}, wire.PagingParams)
