"""Faults of pages and of threads, by what is sent."""

from typing import Any

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON, Each, Spoil

PAGES = "items.pages"
END: JSON = {"type": "end_of_turn", "id": "msg_end", "thread_id": "thr_x", "created_at": "2026-01-01T00:00:00Z"}


def only(kind: str, change: Any) -> Spoil:
    """Change the JSON that answers one type of request."""

    def answer(value: JSON, request: JSON) -> list[JSON]:
        if request.get("type") == kind and isinstance(value, dict):
            change(value)
        return [value]

    return Each(answer)


def page(change: Any, *kinds: str) -> Spoil:
    """Change the rows of pages."""

    def rows(value: JSON, request: JSON) -> list[JSON]:
        if request.get("type") in (kinds or ("items.list",)) and "data" in value:
            value["data"] = change(value["data"], request.get("params") or {})
        return [value]

    return Each(rows)


PAGING = [
    fault(
        "more-always", "there are always more", "paging.more.has-cursor", s.wherever("has_more", lambda _: True), PAGES
    ),
    fault(
        "more-never",
        "there never are more",
        "cursors.complete",
        s.values(lambda v: v.update(has_more=False) if "has_more" in v else None),
        PAGES,
    ),
    fault(
        "cursor-missing",
        "more, but no cursor",
        "paging.more.has-cursor",
        s.values(lambda v: v.pop("after", None) if v.get("has_more") else None),
        "paging.thread-read-on",
    ),
    fault(
        "cursor-on-last-page",
        "the last page has a cursor",
        "paging.last.no-cursor",
        s.values(lambda v: v.setdefault("after", "x") if v.get("has_more") is False else None),
        PAGES,
    ),
    fault(
        "cursor-number",
        "a cursor is a number",
        "paging.more.has-cursor",
        s.values(lambda v: v.update(after=3) if v.get("has_more") else None),
        PAGES,
    ),
    fault(
        "first-row-lost",
        "pages lack their first row",
        "replay.done.listed",
        page(lambda rows, _: rows[1:]),
        "annotations.done",
    ),
    fault(
        "last-row-lost",
        "pages lack their last row",
        "replay.done.listed",
        page(lambda rows, _: rows[:-1]),
        "annotations.done",
    ),
    fault(
        "row-twice",
        "pages have their last row twice",
        "paging.limit.kept",
        page(lambda rows, _: rows + rows[-1:]),
        PAGES,
    ),
    fault(
        "rows-reversed",
        "rows come in the opposite order",
        "paging.order.obeyed",
        page(lambda rows, _: rows[::-1]),
        "paging.thread-read-on",
    ),
    fault(
        "threads-reversed",
        "threads come in the opposite order",
        "paging.order.default",
        page(lambda rows, _: rows[::-1], "threads.list"),
        "paging.threads",
    ),
    fault(
        "thread-lost",
        "lists lack their first thread",
        "paging.threads.listed",
        page(lambda rows, _: rows[1:], "threads.list"),
        "threads.two",
    ),
    fault(
        "threads-with-items",
        "threads of a list have items",
        "paging.threads.no-items",
        page(lambda rows, _: [r | {"items": {"data": [END], "has_more": False}} for r in rows], "threads.list"),
        "paging.threads",
    ),
    fault(
        "threads-without-page",
        "threads of a list have no items page",
        "threads.thread.complete",
        page(lambda rows, _: [{k: v for k, v in r.items() if k != "items"} for r in rows], "threads.list"),
        "threads.two",
    ),
    fault(
        "items-of-others",
        "a list has items of another thread",
        "paging.items.own-thread",
        page(lambda rows, _: [r | {"thread_id": "thr_other"} for r in rows]),
        "paging.thread-read-on",
    ),
    fault(
        "list-is-bare",
        "a list is a bare array",
        "http.reply.json",
        s.asking("items.list", then=lambda r: setattr(r, "body", b"[]") if r.status == 200 else None),
        PAGES,
    ),
    fault(
        "get-is-bare",
        "a thread has an array of items",
        "shape.field.type",
        only("threads.get_by_id", lambda v: v.update(items=v.get("items", {}).get("data", []))),
        "threads.create",
    ),
    fault(
        "get-newest-first",
        "a thread has its newest item first",
        "threads.get.oldest-items",
        only("threads.get_by_id", lambda v: v["items"]["data"].reverse() if "items" in v else None),
        "paging.thread-read-on",
    ),
    fault(
        "update-answers-empty",
        "renaming answers with {}",
        "threads.update.answered",
        s.answering("threads.update", {}),
        "threads.rename",
    ),
    fault(
        "update-old-title",
        "renaming answers with the old title",
        "threads.update.answered",
        only("threads.update", lambda v: v.update(title="Old") if "title" in v else None),
        "threads.rename",
    ),
    fault(
        "update-with-rows",
        "renaming answers with items",
        "threads.update.no-items",
        only("threads.update", lambda v: v["items"].update(data=[END]) if "items" in v else None),
        "threads.rename",
    ),
    fault(
        "delete-answers-with-thread",
        "deleting answers with something",
        "threads.delete.answered",
        s.answering("threads.delete", {"deleted": True}),
        "threads.delete",
    ),
    fault(
        "delete-answers-with-null",
        "deleting answers with null",
        "threads.delete.answered",
        s.answering("threads.delete", None),
        "threads.delete",
    ),
    fault(
        "listed-text-differs",
        "what is listed differs from what was streamed",
        "replay.content",
        s.listed(lambda v: v.update(text=v["text"] + " ") if v.get("type") == "output_text" else None),
        "messages.two-parts",
    ),
    fault(
        "listed-id-differs",
        "what is listed has other ids",
        "replay.id.kept",
        s.listed(lambda v: v.update(id=v["id"] + "_db") if v.get("type") == "assistant_message" else None),
        "messages.two-parts",
    ),
]
