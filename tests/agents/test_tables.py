"""The bridge knows every event, output and step of the installed packages: handled, or ignored with a reason."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from agents.stream_events import RunItemStreamEvent
from openai.types.responses import ResponseOutputItem, ResponseStreamEvent

from agents import StreamEvent
from chatkit_agents import ignored, inbound
from chatkit_agents.activity import OUTPUTS as SHOWN
from chatkit_agents.outbound import ITEMS
from chatkit_protocol.items import ThreadItem


def tags(union: Any) -> set[str]:
    members = get_args(get_args(union)[0])
    return {get_args(member.model_fields["type"].annotation)[0] for member in members}


def names(hint: Any) -> set[str]:
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {name for part in get_args(hint) for name in names(part)}


TABLES = [
    pytest.param(tags(ResponseStreamEvent), inbound.MODEL, ignored.MODEL, id="events-of-the-model"),
    pytest.param(
        tags(ResponseOutputItem),
        inbound.OUTPUT_ADDED | inbound.OUTPUT_DONE | SHOWN,
        ignored.OUTPUTS,
        id="outputs-of-the-model",
    ),
    pytest.param(
        names(get_type_hints(RunItemStreamEvent)["name"]), inbound.STEPS, ignored.STEPS, id="steps-of-the-run"
    ),
]


@pytest.mark.parametrize(("installed", "handled", "left_out"), TABLES)
def test_nothing_that_is_installed_is_unknown(
    installed: set[str], handled: dict[str, Any], left_out: dict[str, str]
) -> None:
    assert len(installed) > 5
    assert installed - handled.keys() - left_out.keys() == set()
    assert handled.keys() & left_out.keys() == set()
    assert all(reason for reason in left_out.values())


def test_a_run_has_three_kinds_of_events() -> None:
    assert [kind.__name__ for kind in get_args(StreamEvent)] == [
        "RawResponsesStreamEvent",
        "RunItemStreamEvent",
        "AgentUpdatedStreamEvent",
    ]


def test_every_item_of_a_thread_has_a_row_to_the_model() -> None:
    hidden_and_visible = {member for part in get_args(ThreadItem) for member in (get_args(part) or (part,))}
    assert ITEMS.keys() == hidden_and_visible
