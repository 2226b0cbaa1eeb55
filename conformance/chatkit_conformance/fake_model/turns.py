"""Which user turn is to be answered, and how far the tools have come since: read from what the model was sent."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from chatkit_conformance.fake_model.script import MARK


class Said(NamedTuple):
    """One message to the model, in either dialect."""

    kind: str
    """`user`, `assistant`, `output` of a tool, or anything else."""
    text: str


class Place(NamedTuple):
    """Where the conversation stands."""

    turn: str
    rounds: int
    """How often tools have answered since; outputs side by side are one round."""
    output: str
    """What the last tool answered."""


def place_of(messages: Sequence[Said]) -> Place:
    """Find the turn to answer.

    Backends also tell notes in the user's role after a turn, so that the last script counts until the model
    has answered it.
    """
    index = _turn(messages)
    later = messages[index + 1 :]
    outputs = [message.text for message in later if message.kind == "output"]
    kinds = [message.kind for message in messages[index : index + 1]] + [message.kind for message in later]
    rounds = sum(one != "output" and two == "output" for one, two in pairwise(kinds))
    return Place(messages[index].text if messages else "", rounds, outputs[-1] if outputs else "")


def _turn(messages: Sequence[Said]) -> int:
    users = [index for index, message in enumerate(messages) if message.kind == "user"]
    scripts = [index for index in users if messages[index].text.startswith(MARK)]
    if not scripts:
        return users[-1] if users else max(len(messages) - 1, 0)
    answered = [index for index, message in enumerate(messages) if message.kind == "assistant" and index > scripts[-1]]
    fresh = [index for index in users if answered and index > answered[-1]]
    return fresh[-1] if fresh else scripts[-1]
