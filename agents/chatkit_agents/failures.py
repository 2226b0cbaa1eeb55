"""How a run fails, and what the user is told: one table. What is told never quotes the provider."""

import json
import logging
from importlib import import_module
from typing import NamedTuple

import openai

import agents
from agents import exceptions
from chatkit_server.errors import CustomStreamError, StreamError

logger = logging.getLogger("chatkit_agents")


class Told(NamedTuple):
    """What the user reads, and whether trying again may help."""

    message: str
    allow_retry: bool


def told(error: Exception) -> CustomStreamError | StreamError | None:
    """Give the error to raise in place of `error`; None for one that the table does not know."""
    code = getattr(error, "code", None)
    row = CODES.get(code) if isinstance(code, str) else None
    row = row or next((FAILURES[base] for base in type(error).__mro__ if base in FAILURES), None)
    if row is None:
        return None
    logger.warning("the run failed: %s", _name(error))
    if isinstance(error, agents.UserError):
        logger.error("the agent is not set up correctly: %s", error)
    return CustomStreamError(row.message, allow_retry=row.allow_retry)


def _name(error: Exception) -> str:
    """Name an error without its text: providers quote requests, and keys, in theirs."""
    status = getattr(error, "status_code", None)
    code = getattr(error, "code", None)
    parts = [type(error).__name__, f"status {status}" if status else "", f"code {code}" if code else ""]
    return ", ".join(part for part in parts if part)


_UNUSABLE = Told("The model gave an answer that cannot be used. Try again.", allow_retry=True)
_LATE = Told("The model did not answer in time. Try again.", allow_retry=True)
_UNREACHED = Told(
    "The model provider cannot be reached. Try again; if it stays so, whoever runs this server must check"
    " the provider's address.",
    allow_retry=True,
)
_BLOCKED = Told("This was stopped by a guardrail.", allow_retry=False)

FAILURES: dict[type[Exception], Told] = {
    agents.InputGuardrailTripwireTriggered: Told(
        "I cannot help with that: the message was stopped by a guardrail.", allow_retry=False
    ),
    agents.OutputGuardrailTripwireTriggered: Told(
        "The answer was withdrawn: it was stopped by a guardrail.", allow_retry=True
    ),
    agents.MaxTurnsExceeded: Told(
        "The agent took more steps than it is allowed to and was stopped. Try again, or ask for something smaller.",
        allow_retry=True,
    ),
    agents.ModelBehaviorError: _UNUSABLE,
    json.JSONDecodeError: _UNUSABLE,
    agents.UserError: Told(
        "The agent is not set up correctly. Whoever runs this server finds more in its log.", allow_retry=False
    ),
    openai.AuthenticationError: Told(
        "The model provider refused the server's API key. Whoever runs this server must set a valid key"
        " and start it again.",
        allow_retry=False,
    ),
    openai.PermissionDeniedError: Told(
        "The model provider does not let this server's API key use the model."
        " Whoever runs this server must choose another model (LLM_MODEL) or another key.",
        allow_retry=False,
    ),
    openai.NotFoundError: Told(
        "The model provider does not know the model. Whoever runs this server must check LLM_MODEL"
        " and the provider's address.",
        allow_retry=False,
    ),
    openai.RateLimitError: Told(
        "The model provider is getting too many requests. Wait a moment and try again.", allow_retry=True
    ),
    openai.BadRequestError: Told("The model provider refused the request.", allow_retry=False),
    openai.APIResponseValidationError: _UNUSABLE,
    openai.APITimeoutError: _LATE,
    openai.APIConnectionError: _UNREACHED,
    openai.APIError: Told("The model provider failed. Try again.", allow_retry=True),
}
"""By the nearest type of the exception. Guardrails of tools come as rows of their own below."""

if int(openai.__version__.partition(".")[0]) < 3:  # noqa: PLR2004 - older clients pass on how a stream breaks
    _http = import_module("httpx")  # what they are built on
    FAILURES |= {_http.TimeoutException: _LATE, _http.TransportError: _UNREACHED}

for _blocked in ("ToolInputGuardrailTripwireTriggered", "ToolOutputGuardrailTripwireTriggered"):
    FAILURES[getattr(exceptions, _blocked)] = _BLOCKED
for _late in ("ModelTimeoutError", "ToolTimeoutError"):
    if hasattr(exceptions, _late):  # since openai-agents 0.10 and later
        FAILURES[getattr(exceptions, _late)] = Told(
            "The agent did not get an answer in time. Try again.", allow_retry=True
        )

CODES: dict[str, Told] = {
    "insufficient_quota": Told(
        "The model provider's quota for this server's API key is used up. Whoever runs this server must"
        " look at its plan and billing.",
        allow_retry=False,
    ),
    "context_length_exceeded": Told(
        "This conversation has become too long for the model. Start a new one.", allow_retry=False
    ),
    "content_filter": Told("The model provider's content filter stopped this.", allow_retry=False),
}
"""By the provider's error code, which says more than the type."""
