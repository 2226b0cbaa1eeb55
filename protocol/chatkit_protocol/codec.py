"""JSON in and out. Any bytes give a Request or a RequestError, and no other exception exists."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.replies import STATUS, ErrorCode, ErrorReply
from chatkit_protocol.requests import Request
from chatkit_protocol.threads import Page, Thread, ThreadMetadata
from chatkit_protocol.updates import ThreadItemUpdate

T = TypeVar("T")


class RequestError(Exception):
    """The client's request cannot be carried out as it stands.

    Attributes:
        message: what is wrong, in words for the client; never an echo of the body.
        code: the kind of refusal; it decides the HTTP status.
        path: the JSON path of the place at fault, or "".
        reason: a word for programs where one code has several causes, or "".
    """

    def __init__(self, message: str, *, code: ErrorCode = "bad_request", path: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code: ErrorCode = code
        self.path = path
        self.reason = reason

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return STATUS[self.code]

    def reply(self) -> ErrorReply:
        """Tell the refusal as the body of a reply."""
        return ErrorReply(
            message=self.message,
            code=self.code,
            path=self.path or msgspec.UNSET,
            reason=self.reason or msgspec.UNSET,
        )


encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
"""Any message or free JSON value as compact UTF-8 JSON."""


def _decoder(shape: Any) -> Callable[[bytes | str], Any]:
    return msgspec.json.Decoder(shape).decode


_request = _decoder(Request)
decode_event: Callable[[bytes | str], ThreadStreamEvent] = _decoder(ThreadStreamEvent)
"""Raises msgspec.DecodeError, or UnicodeDecodeError for bytes that are not UTF-8."""
decode_item: Callable[[bytes | str], ThreadItem] = _decoder(ThreadItem)
decode_update: Callable[[bytes | str], ThreadItemUpdate] = _decoder(ThreadItemUpdate)
decode_attachment: Callable[[bytes | str], Attachment] = _decoder(Attachment)
decode_thread: Callable[[bytes | str], Thread] = _decoder(Thread)
decode_metadata: Callable[[bytes | str], ThreadMetadata] = _decoder(ThreadMetadata)
decode_item_page: Callable[[bytes | str], Page[ThreadItem]] = _decoder(Page[ThreadItem])
decode_thread_page: Callable[[bytes | str], Page[Thread]] = _decoder(Page[Thread])


MAX_DEPTH = 128
"""Objects and lists inside one another that a request may have, unless an app says otherwise."""
DEEPEST = 256
"""What an app may allow at most: what is read must also be walked, copied and written, all by recursion."""
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[][{}]', re.DOTALL)
"""A text, also one that nothing ends, or a bracket. A text is never read twice: a megabyte of `\\"` costs no hours."""


def _is_deeper(body: bytes, most: int) -> bool:
    """Tell whether a body is nested deeper than `most`; few brackets, which is nearly every body, are only counted."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = deepest = 0
    for piece in _STRUCTURE.finditer(body):
        first = body[piece.start()]
        depth += (first in b"[{") - (first in b"]}")
        deepest = max(deepest, depth)
    return deepest > most


def decode_request(body: bytes, *, max_depth: int = MAX_DEPTH) -> Request:
    """Read a request, which may have `max_depth` objects and lists inside one another, DEEPEST at most.

    Raises:
        RequestError: with the JSON path of what is wrong; there is no other exception.
    """
    if _is_deeper(body, max_depth):
        raise RequestError(f"the body is nested more than {max_depth} deep")
    try:
        request: Request = _request(body)
    except msgspec.ValidationError as error:
        raise _explain(error, body) from None
    except msgspec.DecodeError as error:
        raise RequestError(f"the body is not JSON: {error}") from None
    except UnicodeDecodeError:
        raise RequestError("the body is not UTF-8") from None
    except RecursionError:
        raise RequestError("the body is nested too deeply") from None
    return request


_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<in_key>key in )?(?P<path>\$[^`]*)`)?$", re.DOTALL)


def _explain(error: msgspec.ValidationError, body: bytes) -> RequestError:
    """Turn a validation error into a refusal that names the place and does not echo the value."""
    match = _PLACE.match(str(error))
    what, path = (match["what"], match["path"] or "$") if match else ("Invalid request", "$")
    if what.startswith("Invalid value") and path == "$.type":
        what = "unknown request type"
    elif what.startswith("Invalid"):
        what = "not one of the allowed values"
    return RequestError(what, path=_name_keys(path, body))


_UNNAMEABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, AttributeError, TypeError)
"""What reading the whole body, or walking to a place in it, can raise when the typed decoder never came that far."""


def _name_keys(path: str, body: bytes) -> str:
    """Put the key in place of `[...]`, which is how msgspec writes "under some key of this object".

    The typed decoder stops at the first fault and never saw the rest of the body. Where that rest is no JSON, or
    a key comes twice, the key cannot be told and the path ends at the object.
    """
    head, unnamed, tail = path.partition("[...]")
    if not unnamed:
        return path
    try:
        key = _faulty_key(head, body)
    except _UNNAMEABLE:
        return head
    return f"{head}[{encode(key).decode()}]{tail}"


def _faulty_key(head: str, body: bytes) -> str:
    """Find the first key of the object at `head` whose value is at fault.

    A binary search: the entries before it pass, any part that holds it does not.

    Raises:
        LookupError: no key is at fault in the object that the whole body has there.
    """
    tree = msgspec.json.decode(body)
    parent, name = _walk(tree, head)
    entries = list(parent[name].items())
    low, high = 0, len(entries)
    while high - low > 1:
        middle = (low + high) // 2
        parent[name] = dict(entries[low:middle])
        low, high = (low, middle) if _fails(tree, head) else (middle, high)
    parent[name] = dict(entries[low:high])
    if not _fails(tree, head):
        raise LookupError(head)
    key: str = entries[low][0]
    return key


def _fails(tree: Any, head: str) -> bool:
    try:
        msgspec.convert(tree, Request)
    except msgspec.ValidationError as error:
        return f"`{head}[...]" in str(error)
    return False


_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]")


def _walk(tree: Any, path: str) -> tuple[Any, Any]:
    """Follow `path` to its last step; give the container and the name or index in it."""
    steps = [step["name"] or int(step["index"]) for step in _STEP.finditer(path)]
    for step in steps[:-1]:
        tree = tree[step]
    return tree, steps[-1]
