"""What may go wrong in an answer, and how the client is told: one table."""

import logging
from collections.abc import Callable
from typing import Any

from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import RequestError
from chatkit_protocol.events import ErrorEvent
from chatkit_protocol.lifecycle import Violation

logger = logging.getLogger("chatkit_server")


class CustomStreamError(Exception):
    """Raise it to end the answer with a message for the user, already in their language."""

    def __init__(self, message: str, *, allow_retry: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.allow_retry = allow_retry


class StreamError(Exception):
    """Raise it to end the answer with a code that the client has its own words for."""

    def __init__(self, code: str = "stream.error", *, allow_retry: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.allow_retry = allow_retry


class LifecycleError(StreamError):
    """The responder's event breaks the protocol. Only raised in strict mode; otherwise it is logged."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(allow_retry=False)
        self.violation = violation
        self.args = (f"{violation.rule}: {violation.message} ({violation.item_id})",)


class Unauthorized(RequestError):  # noqa: N818 - the name of the reply
    """Who asks is not known. The reply carries `WWW-Authenticate`, and in `reason` a word for programs."""

    def __init__(self, message: str = "sign in first", *, challenge: str = "Bearer", reason: str = "") -> None:
        super().__init__(message, code="unauthorized", reason=reason)
        self.challenge = challenge


class TooMany(RequestError):  # noqa: N818 - the name of the reply
    """The user asks more than the app's limits allow. The reply carries `Retry-After`; the widget does not retry."""

    def __init__(self, message: str, *, reason: str, seconds: int = 1) -> None:
        super().__init__(message, code="too_many", reason=reason)
        self.seconds = seconds


class Answering(RequestError):  # noqa: N818 - the name of the reply
    """Another answer is being written in the thread."""

    def __init__(self) -> None:
        super().__init__(
            "another answer is being written in this conversation; try again when it is complete", code="conflict"
        )


class Unsupported(RequestError):  # noqa: N818 - the name of the reply
    """The app has no handler for what is asked."""

    def __init__(self, what: str, *, path: str = "") -> None:
        super().__init__(f"{what} is not supported here", code="unsupported", path=path)


def _custom(error: CustomStreamError) -> ErrorEvent:
    # Whatever was given as the message: how an answer failed is told even if that is wrong, too.
    return ErrorEvent(code="custom", message=str(error.message), allow_retry=bool(error.allow_retry))


def _coded(error: StreamError) -> ErrorEvent:
    return ErrorEvent(code=str(error.code), allow_retry=bool(error.allow_retry))


def _refused(error: RequestError) -> ErrorEvent:
    return ErrorEvent(code="custom", message=error.message, allow_retry=False)


def _unexpected(_error: Exception) -> ErrorEvent:
    return ErrorEvent(code="stream.error", message=UNSET, allow_retry=True)


_EVENTS: dict[type, Callable[[Any], ErrorEvent]] = {
    CustomStreamError: _custom,
    StreamError: _coded,
    RequestError: _refused,
    Exception: _unexpected,
}


def error_event(error: Exception) -> ErrorEvent:
    """Tell an exception as an `error` event: the nearest row for its type. Log what nobody meant to raise."""
    row = next(base for base in type(error).__mro__ if base in _EVENTS)
    if row is Exception or isinstance(error, LifecycleError):
        logger.error("the answer failed", exc_info=error)
    return _EVENTS[row](error)
