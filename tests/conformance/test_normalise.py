import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_conformance.differential.compare import difference, same
from chatkit_conformance.differential.normalise import Names, normalise

SHORT, LONG = "msg_0a1b2c3d", "msg_0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"id": SHORT}, {"id": LONG}, id="ids of any length"),
        pytest.param({"message": f"sender={SHORT}"}, {"message": f"sender={LONG}"}, id="an id in a text"),
        pytest.param({"created_at": "2026-01-01T00:00:00.1"}, {"created_at": "2025-05-05T01:02:03Z"}, id="times"),
        pytest.param({"url": "http://a:1/x", "method": "PUT"}, {"url": "http://b:2/y", "method": "PUT"}, id="uploads"),
        pytest.param({"preview_url": "http://a/"}, {"preview_url": "http://b"}, id="previews"),
        pytest.param({"message": 'payload={"a": 1}'}, {"message": 'payload={"a":1}'}, id="told JSON"),
        pytest.param({"n": 1}, {"n": 1.0}, id="numbers by value"),
    ],
)
def test_is_the_same(one: Any, other: Any) -> None:
    assert same(normalise(one, Names()), normalise(other, Names()))


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        pytest.param([SHORT, SHORT], [SHORT, LONG], "$[1]", id="one id is not two"),
        pytest.param([SHORT, LONG], [SHORT, SHORT], "$[1]", id="two ids are not one"),
        pytest.param({"id": "msg_0a1b2c3d"}, {"id": "tc_0a1b2c3d"}, "$.id", id="another kind of id"),
        pytest.param({"created_at": "2026-01-01T00:00:00"}, {"created_at": "soon"}, "$.created_at", id="no time"),
        pytest.param({"created_at": "2026-01-01"}, {"created_at": 5}, "$.created_at", id="a number for a time"),
        pytest.param({"url": "https://a"}, {"url": "https://a/"}, "$.url", id="a URL that is content"),
        pytest.param({"a": True}, {"a": 1}, "$.a", id="true is not 1"),
        pytest.param({"a": None}, {}, "$.a", id="null is not absent"),
        pytest.param({"message": 'input={"a": 1}'}, {"message": 'input={"a": 2}'}, "$.message.input.a", id="told"),
        pytest.param([1], [1, 2], "$[1]", id="one more"),
        pytest.param({"message": "input={"}, {"message": "input=}"}, "$.message", id="told, but not JSON"),
    ],
)
def test_is_not_the_same(one: Any, other: Any, path: str) -> None:
    found = difference(normalise(one, Names()), normalise(other, Names()))
    assert found is not None
    assert found.path == path


def test_names_go_by_order_of_first_appearance() -> None:
    names = Names()
    assert normalise({"thread_id": "thr_00000001", "id": LONG}, names) == {"thread_id": "thr_1", "id": "msg_2"}
    assert normalise(f"<{LONG}> thr_00000001", names) == "<msg_2> thr_1"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(values, values)
def test_a_difference_is_found_exactly_when_there_is_one(one: Any, other: Any) -> None:
    assert difference(one, one) is None
    assert (difference(one, other) is None) is (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
