"""Which handler takes which request. A request type without a row fails at import."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, get_args

from msgspec import Struct

from chatkit_protocol import requests as r
from chatkit_server.handlers import actions, attachments, input, items, returns, threads  # noqa: A004
from chatkit_server.pipeline import Events
from chatkit_server.turn import Turn


class Route(Struct, frozen=True):
    """A request type, its handler, and how it answers."""

    request: type
    handler: Callable[[Turn, Any], Awaitable[Any]]
    streaming: bool


def streams(request: type, handler: Callable[[Turn, Any], Awaitable[Events]]) -> Route:
    """Answer with events; what the handler awaits before it returns them can still be refused with a status (D3)."""
    return Route(request, handler, streaming=True)


def replies(request: type, handler: Callable[[Turn, Any], Awaitable[Struct]]) -> Route:
    """Answer with one JSON value."""
    return Route(request, handler, streaming=False)


ROUTES: tuple[Route, ...] = (
    streams(r.ThreadsCreate, threads.create),
    streams(r.ThreadsAddUserMessage, threads.add_user_message),
    streams(r.ThreadsAddClientToolOutput, returns.add_client_tool_output),
    streams(r.ThreadsAddStructuredInput, returns.add_structured_input),
    streams(r.ThreadsRetryAfterItem, threads.retry_after_item),
    streams(r.ThreadsCustomAction, actions.custom_action),
    replies(r.ThreadsGetById, threads.get_by_id),
    replies(r.ThreadsList, threads.list_),
    replies(r.ThreadsUpdate, threads.update),
    replies(r.ThreadsDelete, threads.delete),
    replies(r.ThreadsSyncCustomAction, actions.sync_custom_action),
    replies(r.ItemsList, items.list_),
    replies(r.ItemsFeedback, items.feedback),
    replies(r.AttachmentsCreate, attachments.create),
    replies(r.AttachmentsDelete, attachments.delete),
    replies(r.InputTranscribe, input.transcribe),
)


def table(routes: Iterable[Route]) -> dict[type, Route]:
    """Index routes by request type.

    Raises:
        TypeError: when a request type has no row, two rows, or a row of the wrong kind.
    """
    rows: dict[type, Route] = {}
    for route in routes:
        if route.request in rows:
            raise TypeError(f"{route.request.__name__} has two rows")
        rows[route.request] = route
        if route.streaming != (route.request in get_args(r.StreamingRequest)):
            raise TypeError(f"{route.request.__name__} has a row of the wrong kind")
    missing = set(get_args(r.Request)) - rows.keys()
    if missing:
        raise TypeError(f"no handler for {', '.join(sorted(t.__name__ for t in missing))}")
    return rows


TABLE = table(ROUTES)
