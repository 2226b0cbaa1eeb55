"""Ids and time: the two things that a recording must be able to replace."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

IdKind = Literal["thread", "message", "tool_call", "task", "workflow", "attachment", "sdk_hidden_context"]

PREFIX: dict[IdKind, str] = {
    "thread": "thr",
    "message": "msg",
    "tool_call": "tc",
    "task": "tsk",
    "workflow": "wf",
    "attachment": "atc",
    "sdk_hidden_context": "shcx",
}

NewId = Callable[[IdKind], str]
Clock = Callable[[], datetime]


def random_id(kind: IdKind) -> str:
    """Make an id with 96 random bits (D6): a trillion items share none."""
    return f"{PREFIX[kind]}_{secrets.token_hex(12)}"


def utc_now() -> datetime:
    """Tell the time in UTC (D7)."""
    return datetime.now(UTC)
