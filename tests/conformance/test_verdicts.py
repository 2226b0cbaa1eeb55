"""JSON of ours read by the official models and written again is the same value, or differs as a number says."""

import json
from collections import Counter
from copy import deepcopy
from typing import get_args

import msgspec
import pytest

import chatkit_protocol as wire
from chatkit_conformance.differential.compare import same
from chatkit_conformance.differential.verdicts import SHAPES, echoes, explained, load, messages
from chatkit_protocol.divergences import DIVERGENCES

ROWS = load()


def test_the_official_models_read_our_json_as_the_same_value() -> None:
    found: Counter[str] = Counter()
    for kind, ours, theirs in ROWS:
        verdict = explained(kind, ours, theirs)
        assert verdict is not None, (kind, ours, theirs)
        found.update(verdict.split() or ["same"])
    assert found.keys() == {"same", "D8", "D21", "D22"}
    assert found.keys() - {"same"} <= DIVERGENCES.keys()
    assert found["same"] > 500


@pytest.mark.parametrize("kind", SHAPES)
def test_every_member_of_a_union_was_read(kind: str) -> None:
    seen = {ours.get("type") for name, ours, _ in ROWS if name == kind}
    members = get_args(SHAPES[kind]) or (SHAPES[kind],)
    assert seen == {message.__struct_config__.tag for message in members}


def test_our_models_write_what_was_drawn() -> None:
    for kind, ours, _ in ROWS:
        read = msgspec.json.decode(wire.encode(ours), type=SHAPES[kind])
        assert json.loads(wire.encode(read)) == ours


def test_a_difference_without_a_number_is_found() -> None:
    kind, ours, theirs = next(row for row in ROWS if row[0] == "attachment")
    changed = deepcopy(theirs) | {"name": "another"}
    assert explained(kind, ours, theirs) is not None
    assert explained(kind, ours, changed) is None
    assert explained(kind, ours, None) is None


@pytest.mark.reference
def test_the_official_models_still_say_so() -> None:
    again = echoes([(kind, ours) for kind, ours, _ in ROWS])
    assert all(same(theirs, now) for (_, _, theirs), now in zip(ROWS, again, strict=True))


@pytest.mark.reference
def test_the_official_models_read_what_is_drawn_now() -> None:
    sent = messages()
    for (kind, ours), theirs in zip(sent, echoes(sent), strict=True):
        assert explained(kind, ours, theirs) is not None, (kind, ours, theirs)
