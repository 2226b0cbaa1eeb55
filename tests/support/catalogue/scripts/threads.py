"""Threads and pages."""

from itertools import pairwise
from typing import Any

from support.catalogue.bed import Bed, both, done, text
from support.catalogue.exchange import Exchange
from support.catalogue.material import many
from support.catalogue.verdicts import script


def ids(reply: Exchange) -> list[str]:
    return [row["id"] for row in reply.json["data"]]


def read(bed: Bed, thread: str) -> dict[str, Any]:
    found: dict[str, Any] = bed.ask("threads.get_by_id", thread_id=thread).json
    return found


def pages(bed: Bed, kind: str, **params: Any) -> list[Exchange]:
    """Follow the cursor to the last page."""
    found = [bed.ask(kind, **params)]
    while found[-1].json.get("after") and len(found) < 60:
        found.append(bed.ask(kind, **params | {"after": found[-1].json["after"]}))
    return found


def rows(replies: list[Exchange]) -> list[str]:
    return [row for reply in replies for row in ids(reply)]


@script("THR-004", "THR-005", "THR-006", "ITM-015", "ITM-016")
def new_threads(bed: Bed) -> None:
    made = [bed.create() for _ in range(4)]
    for reply in made:
        thread = reply.of("thread.created")[0]["thread"]
        bed.holds("THR-004", thread["status"] == {"type": "active"} and "title" not in thread, thread)
    threads = [reply.thread_id for reply in made]
    bed.same("THR-006", len(set(threads)), 4)
    for thread in threads:
        bed.say(thread)
    items = [[row["id"] for row in bed.items(thread)] for thread in threads]
    bed.holds("ITM-015", all(len(set(own)) == len(own) == 2 for own in items), items)
    bed.same("ITM-016", len({name for own in items for name in own}), 8)
    for _, event in bed.meanwhile(threads[0], ["sleep", 30]):
        bed.holds("THR-005", event and read(bed, threads[0])["id"] == threads[0])


@script("THR-010", "THR-011", "THR-018", "THR-012", "THR-013")
def rename_and_delete(bed: Bed) -> None:
    thread = bed.create(*many(2)).thread_id
    renamed = bed.ask("threads.update", thread_id=thread, title="Täglich").json
    bed.same("THR-010", (renamed["id"], renamed["title"]), (thread, "Täglich"))
    bed.same("THR-010", read(bed, thread)["title"], "Täglich")
    bed.same("THR-011", renamed["items"]["data"], [])
    for reply in (bed.say(thread), bed.say(thread, ["title", "Täglich"])):
        bed.same("THR-018", reply.of("thread.updated"), [])
    gone = bed.ask("threads.delete", thread_id=thread)
    bed.same("THR-012", (gone.status, gone.json), (200, {}))
    bed.holds("THR-012", bed.ask("threads.get_by_id", thread_id=thread).refused)
    bed.holds("THR-012", thread not in rows(pages(bed, "threads.list", limit=1000)))
    listed = bed.page(thread)
    bed.holds("THR-013", listed.refused or listed.json["data"] == [], listed)


@script("THR-014", "PAG-002", "PAG-015")
def the_oldest_twenty(bed: Bed) -> None:
    thread = bed.create(*many(24)).thread_id
    everything = [row["id"] for row in bed.items(thread)]
    first = read(bed, thread)["items"]
    bed.same("THR-014", ([row["id"] for row in first["data"]], first["has_more"]), (everything[:20], True))
    rest = bed.page(thread, order="asc", after=first["after"])
    bed.same("PAG-015", ids(rest), everything[20:])
    for limit in ({}, {"limit": None}, {"limit": 0}):
        bed.same("PAG-002", len(ids(bed.page(thread, **limit))), 20)


@script("THR-009", "THR-015", "THR-016", "THR-017", "THR-022", "THR-023")
def a_thread_changes_while_it_answers(bed: Bed) -> None:
    locked = {"type": "locked", "reason": "busy"}
    changes = [["title", "New"], ["notice", "1"], ["status", locked], ["domains", ["img.example"]], ["notice", "2"]]
    reply = bed.create(["meta", "secret", "META-CANARY"], *changes)
    thread = reply.thread_id
    told = [event["thread"] for event in reply.of("thread.updated")]
    bed.same("THR-015", [one.get("title") for one in told], ["New", "New"])
    bed.same("THR-015", told[-1]["status"], locked)
    stored = read(bed, thread)
    bed.same("THR-016", (stored["title"], stored["status"]), ("New", locked))
    listed = bed.ask("threads.list", limit=1000)
    bed.same("THR-016", next(row for row in listed.json["data"] if row["id"] == thread)["title"], "New")
    shown = [stored, reply.of("thread.created")[0]["thread"], *told, *listed.json["data"]]
    bed.holds("THR-009", all(one["metadata"] == {} for one in shown), shown)
    bed.same("THR-022", (told[-1]["allowed_image_domains"], stored["allowed_image_domains"]), (["img.example"],) * 2)
    bed.holds("THR-022", "allowed_image_domains" not in read(bed, bed.create().thread_id))
    bed.same("THR-023", (bed.say(thread).status, bed.say(thread, ["status", {"type": "closed"}]).status), (200, 200))
    bed.same("THR-023", bed.say(thread).notices, ["ack"])
    failed = bed.create(["title", "Late"], ["raise", "crash"])
    bed.same("THR-017", failed.kinds[-2:], ["error", "thread.updated"])
    bed.same("THR-017", read(bed, failed.thread_id).get("title"), "Late")


@script("PAG-003", "PAG-004", "PAG-005", "PAG-007", "PAG-008", "PAG-009", "PAG-010", "PAG-013", "PAG-016")
def pages_of_items(bed: Bed) -> None:
    # All of a script's items have the same time: order is the order in which they came.
    reply = bed.create(*many(9))
    thread, said = reply.thread_id, [reply.events[1]["item"]["id"]]
    ascending = said + [row["id"] for row in reply.done]
    bed.same("PAG-013", [row["id"] for row in bed.items(thread)], ascending)
    bed.same("PAG-004", ids(bed.page(thread)), ascending[::-1])
    both_ways = [ids(bed.page(thread, order=order)) for order in ("asc", "desc")]
    bed.same("PAG-005", both_ways[0], both_ways[1][::-1])
    for order, expected in (("asc", ascending), ("desc", ascending[::-1])):
        for limit in (1, 3, 5, 10, 500):
            found = pages(bed, "items.list", thread_id=thread, order=order, limit=limit)
            bed.holds("PAG-003", all(len(ids(page)) <= limit for page in found), found)
            bed.same("PAG-007", rows(found), expected)
            bed.same("PAG-010", rows(found), expected)
            last = found[-1].json
            bed.holds("PAG-008", last["has_more"] is False and "after" not in last, last)
            if limit in {1, 500}:
                bed.same("PAG-016", len(ids(found[0])), min(limit, 10))
            for one, following in pairwise(found):
                bed.holds("PAG-009", one.json["after"] not in ids(following))


@script("PAG-004", "PAG-005", "PAG-007", "PAG-011", "PAG-012", "PAG-019")
def pages_of_threads(bed: Bed) -> None:
    made = [bed.create(*many(1)).thread_id for _ in range(5)]
    newest = pages(bed, "threads.list", limit=2)
    bed.same("PAG-004", [row for row in rows(newest) if row in made], made[::-1])
    oldest = pages(bed, "threads.list", limit=1000, order="asc")
    bed.same("PAG-005", rows(oldest), rows(newest)[::-1])
    bed.same("PAG-007", len(set(rows(newest))), len(rows(newest)))
    listed = [row for page in newest for row in page.json["data"]]
    bed.holds("PAG-011", all(row["items"] == {"data": [], "has_more": False} for row in listed), listed)
    for thread in made[:2]:
        bed.same("PAG-012", {row["thread_id"] for row in bed.items(thread)}, {thread})
    theirs = bed.items(made[1])[0]["id"]
    for cursor in ("msg_nowhere", theirs):
        reply = bed.page(made[0], after=cursor)
        alien = [] if reply.refused else [row for row in reply.json["data"] if row["thread_id"] != made[0]]
        bed.holds("PAG-019", reply.status < 500 and not alien, reply)


@script("PAG-018")
def pages_while_a_stream_appends(bed: Bed) -> None:
    thread = bed.create(*many(6)).thread_id
    before = [row["id"] for row in bed.items(thread)]
    steps = [step for n in range(8) for step in (done(text("new", f"n{n}")), ["sleep", 8])]
    _, found = both(
        lambda: bed.say(thread, *steps), lambda: pages(bed, "items.list", thread_id=thread, limit=1, order="asc")
    )
    seen = rows(found)
    bed.same("PAG-018", seen[: len(before)], before)
    after = [row["id"] for row in bed.items(thread)]
    bed.same("PAG-018", seen, after[: len(seen)])
