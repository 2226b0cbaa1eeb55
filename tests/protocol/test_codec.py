"""Any bytes give a request or a refusal that names the place and repeats nothing of what was sent."""

import json
import time
from typing import Any

import msgspec
import pytest

import chatkit_protocol as wire
from chatkit_protocol import RequestError, decode_request

CANARY = "CANARY-7f3a"


def refusal(body: bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        decode_request(body)
    return caught.value


def say(**message: Any) -> dict[str, Any]:
    return {"type": "threads.create", "params": {"input": {"content": [], **message}}}


def answers(rows: Any) -> dict[str, Any]:
    params = {"thread_id": "t", "item_id": "i", "input": {"answers": rows}}
    return {"type": "threads.add_structured_input", "params": params}


def fly(kind: Any) -> dict[str, Any]:
    return {"type": kind, "params": {}}


ANSWERS = "$.params.input.answers"
NOT_JSON = [
    pytest.param(b"", id="D1-empty"),
    pytest.param(b" \n\t", id="D1-blank"),
    pytest.param(b"\x00", id="D1-zero-byte"),
    pytest.param(b"CANARY-7f3a", id="D1-word"),
    pytest.param(b"NaN", id="D1-nan"),
    pytest.param(b'{"type":"threads.list","params":{"limit":NaN}}', id="D1-nan-inside"),
    pytest.param(b'{"type":"threads.list","params":{"limit":-Infinity}}', id="D1-infinity"),
    pytest.param(b'\xef\xbb\xbf{"type":"threads.list"}', id="D1-byte-order-mark"),
    pytest.param('{"type":"threads.list"}'.encode("utf-16"), id="D1-utf-16"),
    pytest.param(b'{"type":"threads.list"', id="D1-truncated"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"CANARY-7f3a', id="D1-truncated-text"),
    pytest.param(b'{"type":"threads.list"} CANARY-7f3a', id="D1-trailing"),
    pytest.param(b'{"type":"threads.list"}{"type":"threads.list"}', id="D1-two"),
    pytest.param(b'{"type":"threads.list",}', id="D1-trailing-comma"),
    pytest.param(b"{'type':'threads.list'}", id="D1-single-quotes"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\\ud800"}}', id="D1-lone-surrogate"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\\udc00\\ud800"}}', id="D1-surrogates-swapped"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"x\ny"}}', id="D1-raw-line-end"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":01}}', id="D1-leading-zero"),
]


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json_is_refused_as_such(body: bytes) -> None:
    error = refusal(body)
    assert (error.code, error.path, error.status) == ("bad_request", "", 400)
    assert error.message.startswith("the body is not JSON")
    assert CANARY not in error.message


NOT_UTF8 = [
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\xff"}}', id="D1-byte"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\xed\xa0\x80"}}', id="D1-surrogate"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\xc3"}}', id="D1-half-a-character"),
    pytest.param(b'{"type":"threads.list","metadata":{"\xc0\x80":1}}', id="D1-overlong"),
    pytest.param('{"type":"threads.list","metadata":{"a":"é"}}'.encode("latin-1"), id="D1-latin-1"),
]


@pytest.mark.parametrize("body", NOT_UTF8)
def test_what_is_not_utf8_is_refused_as_such(body: bytes) -> None:
    error = refusal(body)
    assert (error.message, error.code, error.path) == ("the body is not UTF-8", "bad_request", "")


DEEP = [
    pytest.param(b'{"type":"threads.list","metadata":{"a":' + b"[" * 100_000, id="D1-arrays"),
    pytest.param(b'{"type":"threads.list","metadata":' + b'{"a":' * 100_000, id="D1-objects"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":' + b"[" * 9_000 + b"]" * 9_000 + b"}}", id="D1-closed"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":' + b"[" * 127 + b"]" * 127 + b"}}", id="D1-one-too-many"),
    pytest.param(b'{"type":"threads.list","later":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="D1-unknown-key"),
]


@pytest.mark.parametrize("body", DEEP)
def test_depth_is_refused_as_such(body: bytes) -> None:
    error = refusal(body)
    assert (error.message, error.code, error.path) == ("the body is nested more than 128 deep", "bad_request", "")


@pytest.mark.parametrize("most", [8, 127, 256])
def test_an_app_may_say_how_deep(most: int) -> None:
    def body(depth: int) -> bytes:
        aside = b'"brackets":[' + b"[]," * 300 + b"[]],"
        return (
            b'{"type":"threads.list","metadata":{' + aside + b'"a":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}}"
        )

    assert isinstance(wire.decode_request(body(most), max_depth=most), wire.ThreadsList)
    with pytest.raises(wire.RequestError, match=f"more than {most} deep"):
        wire.decode_request(body(most + 1), max_depth=most)


SHALLOW = [
    pytest.param(b'{"type":"threads.list","metadata":{"a":' + b"[" * 126 + b"]" * 126 + b"}}", id="as-deep-as-may-be"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"' + b"[{" * 9_000 + b'"}}', id="brackets-in-a-text"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":"\\"' + b"[" * 9_000 + b'"}}', id="behind-a-quote"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":[' + b"[]," * 9_000 + b"[]]}}", id="many-side-by-side"),
]


@pytest.mark.parametrize("body", SHALLOW)
def test_what_is_not_deep_is_read(body: bytes) -> None:
    assert isinstance(decode_request(body), wire.ThreadsList)


WRONG = [
    pytest.param(None, "$", "Expected `object`, got `null`", id="D1-null"),
    pytest.param([], "$", "Expected `object`, got `array`", id="D1-array"),
    pytest.param(CANARY, "$", "Expected `object`, got `str`", id="D1-text"),
    pytest.param({}, "$", "Object missing required field `type`", id="D1-no-type"),
    pytest.param(fly(None), "$.type", "Expected `str`", id="D1-null-type"),
    pytest.param(fly(CANARY), "$.type", "unknown request type", id="D1-unknown-type"),
    pytest.param(fly(f"{CANARY}' - at `$.params`"), "$.type", "unknown request type", id="D1-type-like-a-path"),
    pytest.param(fly(f"{CANARY}\n - at `$.x`"), "$.type", "unknown request type", id="D1-type-of-two-lines"),
    pytest.param(fly("threads.Create"), "$.type", "unknown request type", id="D1-type-in-capitals"),
    pytest.param({"type": "threads.create"}, "$", "Object missing required field `params`", id="D1-no-params"),
    pytest.param(fly("threads.create"), "$.params", "Object missing required field `input`", id="D1-no-input"),
    pytest.param(
        fly("threads.list") | {"params": CANARY}, "$.params", "Expected `object | null`, got `str`", id="D1-params"
    ),
    pytest.param(
        fly("threads.list") | {"metadata": [CANARY]},
        "$.metadata",
        "Expected `object | null`, got `array`",
        id="D1-metadata",
    ),
    pytest.param(say(content=None), "$.params.input.content", "Expected `array`, got `null`", id="D1-content"),
    pytest.param(
        say(content=[{"type": "input_text", "text": "a"}, CANARY]),
        "$.params.input.content[1]",
        "Expected `object`, got `str`",
        id="D1-part",
    ),
    pytest.param(
        say(content=[{"type": CANARY}]),
        "$.params.input.content[0].type",
        "not one of the allowed values",
        id="D1-part-type",
    ),
    pytest.param(
        say(content=[{"type": "input_text", "text": "a"}] * 12 + [{"type": "input_text"}]),
        "$.params.input.content[12]",
        "Object missing required field `text`",
        id="D1-part-without-text",
    ),
    pytest.param(
        say(content=[{"type": "input_tag", "id": "i", "text": "t", "data": CANARY}]),
        "$.params.input.content[0].data",
        "Expected `object | null`, got `str`",
        id="D1-tag-data",
    ),
    pytest.param(
        say(attachments=["a", 1]), "$.params.input.attachments[1]", "Expected `str`, got `int`", id="D1-attachment"
    ),
    pytest.param(
        say(inference_options={"tool_choice": CANARY}),
        "$.params.input.inference_options.tool_choice",
        "Expected `object | null`, got `str`",
        id="D1-tool-choice",
    ),
    pytest.param(
        fly("threads.list") | {"params": {"order": CANARY}},
        "$.params.order",
        "not one of the allowed values",
        id="D1-order",
    ),
    pytest.param(
        {"type": "items.feedback", "params": {"thread_id": "t", "item_ids": [], "kind": CANARY}},
        "$.params.kind",
        "not one of the allowed values",
        id="D1-kind",
    ),
    pytest.param(
        {"type": "attachments.create", "params": {"name": "n", "size": CANARY, "mime_type": "m"}},
        "$.params.size",
        "Expected `int`, got `str`",
        id="D1-size",
    ),
    pytest.param(
        {"type": "threads.custom_action", "params": {"thread_id": "t", "action": {"type": [CANARY]}}},
        "$.params.action.type",
        "Expected `str`, got `array`",
        id="D1-action",
    ),
    pytest.param(
        answers({"ok": {}, "bad": CANARY}), f'{ANSWERS}["bad"]', "Expected `object`, got `str`", id="D1-answer"
    ),
    pytest.param(
        answers({"q": {"values": ["a", 1]}}), f'{ANSWERS}["q"].values[1]', "Expected `str`, got `int`", id="D1-value"
    ),
    pytest.param(
        answers({"q": {"skipped": CANARY}}), f'{ANSWERS}["q"].skipped', "Expected `bool`, got `str`", id="D1-skipped"
    ),
    pytest.param(
        answers({"first": 1, "second": 2}), f'{ANSWERS}["first"]', "Expected `object`, got `int`", id="D1-first-of-two"
    ),
]


@pytest.mark.parametrize(("body", "path", "message"), WRONG)
def test_a_wrong_shape_is_refused_with_its_place(body: Any, path: str, message: str) -> None:
    error = refusal(json.dumps(body).encode())
    assert (error.path, error.message, error.code) == (path, message, "bad_request")
    assert json.loads(wire.encode(error.reply())) == {"message": message, "code": "bad_request", "path": path}
    assert CANARY not in f"{error} {error.path}"


KEYS = [
    pytest.param(key, id=f"D1-{name}")
    for name, key in {
        "empty": "",
        "dot": "a.b",
        "brackets": "[...]",
        "index": "[0]",
        "backtick": "a`b",
        "like-a-path": "x` - at `$.type",
        "quote": '"',
        "backslash": "\\",
        "line-end": "a\nb",
        "line-separator": "\u2028",
        "emoji": "🙂",
        "zero": "\0",
        "dollar": "$",
        "word-of-ours": "answers",
    }.items()
]


@pytest.mark.parametrize("key", KEYS)
def test_the_key_of_an_answer_is_named_as_json(key: str) -> None:
    error = refusal(json.dumps(answers({"ok": {}, key: {"values": [1]}, "also bad": 1})).encode())
    assert error.path == f"{ANSWERS}[{wire.encode(key).decode()}].values[0]"
    assert error.message == "Expected `str`, got `int`"


BROKEN_BEHIND = [
    pytest.param(b'{"q":{"values":5}', ANSWERS, id="truncated"),
    pytest.param(b'{"q":{"values":5}}}}, nonsense', ANSWERS, id="not-json"),
    pytest.param(b'{"q":{"values":5}}}},"x":"\\ud800"}', ANSWERS, id="lone-surrogate"),
    pytest.param(b'{"q":{"values":5}}}},"x":"\xff"}', ANSWERS, id="not-utf8"),
    pytest.param(b'{"q":{"values":5}}}},"x":1e999}', ANSWERS, id="number-out-of-range"),
    pytest.param(b'{"q":{"values":5}}}},"params":{}}', ANSWERS, id="params-twice"),
    pytest.param(b'{"q":{"values":5}}}},"params":3}', ANSWERS, id="params-twice-of-another-kind"),
    pytest.param(b'{"q":{"values":5}}, "answers":[]}}}', ANSWERS, id="answers-twice"),
    pytest.param(b'{"q":{"values":5}}, "answers":{}}}}', ANSWERS, id="answers-twice-empty"),
    pytest.param(b'{"q":{"values":5},"q":{},"z":{}}}}}', ANSWERS, id="key-twice"),
    pytest.param(b'{"q":{"values":5},"q":{"values":6}}}}}', f'{ANSWERS}["q"].values', id="key-twice-both-wrong"),
    pytest.param(b'{"q":{"values":5}},"status":7}}}', f'{ANSWERS}["q"].values', id="another-fault"),
]


@pytest.mark.parametrize(("rest", "path"), BROKEN_BEHIND)
def test_what_follows_the_fault_does_no_harm(rest: bytes, path: str) -> None:
    head = b'{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":'
    error = refusal(head + rest)
    assert (error.path, error.message) == (path, "Expected `array | null`, got `int`")


NUMBERS = [
    pytest.param(b'{"type":"threads.list","params":{"limit":1e999}}', "$.params.limit", "Number", id="float"),
    pytest.param(b'{"type":"threads.list","params":{"limit":' + b"9" * 5000 + b"}}", "$.params.limit", "Int", id="int"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":[{"b":1e999}]}}', "$.metadata", "Number", id="free"),
    pytest.param(b'{"type":"threads.list","metadata":{"a":' + b"9" * 5000 + b"}}", "$.metadata", "Int", id="free-int"),
]


@pytest.mark.parametrize(("body", "path", "message"), NUMBERS)
def test_a_number_that_nothing_holds_is_refused(body: bytes, path: str, message: str) -> None:
    error = refusal(body)
    assert error.path == path
    assert error.message in {"Number out of range", "Integer value out of range"}
    assert error.message.startswith(message)


def test_an_integer_beyond_64_bits_is_kept() -> None:
    body = b'{"type":"threads.list","metadata":{"a":123456789012345678901234567890}}'
    assert decode_request(body).metadata == {"a": 123456789012345678901234567890}


def test_of_duplicate_keys_the_last_counts() -> None:
    body = b'{"type":"threads.get_by_id","params":{"thread_id":"a","thread_id":"b"}}'
    assert decode_request(body) == wire.ThreadsGetById(params=wire.ThreadParams(thread_id="b"))


def test_two_types_that_differ_are_refused() -> None:
    body = b'{"type":"threads.delete","type":"threads.list","params":{"thread_id":"a"}}'
    assert refusal(body).path == "$.type"
    assert isinstance(decode_request(body.replace(b"list", b"delete")), wire.ThreadsDelete)


@pytest.mark.parametrize("faulty", [0, 1, 4_999, 5_000, 9_998, 9_999])
def test_a_fault_among_ten_thousand_answers_is_found_fast(faulty: int) -> None:
    rows: dict[str, Any] = {f"q{index}": {"values": ["a"]} for index in range(10_000)}
    rows[f"q{faulty}"] = {"values": [0]}
    body = json.dumps(answers(rows)).encode()
    start = time.perf_counter()
    assert refusal(body).path == f'{ANSWERS}["q{faulty}"].values[0]'
    assert time.perf_counter() - start < 10, "finding the place is not logarithmic"


HOSTILE = [
    pytest.param(b"[" * 200 + b'"' + b'\\"' * 500_000, id="a-text-of-quotes-that-nothing-ends"),
    pytest.param(b'"' + b'\\"' * 500_000 + b"[" * 200, id="the-same-before-the-brackets"),
    pytest.param(b"[" * 200 + b"\\" * 1_000_001, id="backslashes"),
    pytest.param(b"[" * 200 + b'"' + b"\\" * 1_000_001, id="a-text-of-backslashes"),
    pytest.param(b'""' * 500_000 + b"[" * 200, id="empty-texts"),
    pytest.param(b"[" * 1_000_000, id="brackets"),
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_megabyte_of_anything_is_refused_at_once(body: bytes) -> None:
    start = time.perf_counter()
    refusal(body)
    assert time.perf_counter() - start < 5, "reading a body is not linear"


def test_a_large_body_is_read() -> None:
    text = "é" * 2_000_000
    request = decode_request(json.dumps(say(content=[{"type": "input_text", "text": text}])).encode())
    assert isinstance(request, wire.ThreadsCreate)
    assert request.params.input.content == [wire.UserMessageTextContent(text=text)]


@pytest.mark.parametrize("code", list(wire.STATUS))
def test_a_refusal_has_the_status_of_its_code(code: wire.ErrorCode) -> None:
    error = RequestError("no", code=code)
    assert error.status == wire.STATUS[code]
    assert json.loads(wire.encode(error.reply())) == {"message": "no", "code": code}


def test_the_other_decoders_read_their_shapes() -> None:
    at = "2026-01-02T03:04:05Z"
    thread = {"id": "t", "created_at": at, "items": {}}
    assert wire.decode_thread(json.dumps(thread)).items == wire.Page()
    assert wire.decode_thread_page(json.dumps({"data": [thread]})).data[0].id == "t"
    assert wire.decode_item_page('{"has_more":true,"after":"i"}') == wire.Page(has_more=True, after="i")
    assert wire.decode_event('{"type":"error"}') == wire.ErrorEvent()
    update = wire.decode_update('{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"x"}')
    assert update == wire.AssistantMessageContentPartTextDelta(content_index=0, delta="x")
    with pytest.raises(msgspec.ValidationError, match=r"thread\.item\.flown"):
        wire.decode_event('{"type":"thread.item.flown"}')
