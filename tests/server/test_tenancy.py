"""Whatever users ask, in whatever order, none sees or changes what is another's; forbidden looks like unknown."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from joserfc import jwt
from joserfc.jwk import OctKey

from chatkit_conformance.testbed.app import Obedient
from chatkit_server import Context, MemoryStore, SQLiteStore, Store, create_app
from chatkit_server.auth import bearer
from chatkit_server.files import FileStore, disk
from chatkit_server.files.shelf import key_of
from chatkit_server.files.signing import Signer
from chatkit_server.routes import TABLE
from support.bucket import bucket
from support.live import live
from support.postgres import postgres_url
from support.profiles import share
from support.wire import Reply, Wire, message

SECRET = "0123456789abcdef0123456789abcdef"
NAMES = [("acme", "ann"), ("acme", "bob"), ("zeta", "ann"), ("zet", "aann")]
"""Two users of a tenant, one called alike in another, and one whose names run together to the same letters."""
numbers: Iterator[int] = count(1)


def token(tenant: str, user: str) -> str:
    claims = {"sub": user, "org": tenant, "exp": 2**40}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


class Strangers(RuleBasedStateMachine):
    """Each user has threads and files with a canary in them, and tries the ids of all the others."""

    port: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.run = run = next(numbers)
        self.wires = [
            Wire(self.port, headers={"authorization": f"Bearer {token(str(run) + tenant, user)}"})
            for tenant, user in NAMES
        ]
        self.canaries = [f"CANARY-{run}-{number}-" for number in range(len(NAMES))]
        self.threads: dict[str, tuple[int, list[str], str]] = {}
        """The owner of each thread, its items, and its title."""
        self.files: dict[str, tuple[int, str]] = {}
        """The owner of each file, and where it is shown."""

    def ask(self, who: int, kind: str, /, **params: Any) -> Reply:
        reply = self.wires[who].ask(kind, **params)
        for other, canary in enumerate(self.canaries):
            assert other == who or canary.encode() not in reply.body, f"{NAMES[who]} sees what is {NAMES[other]}'s"
        return reply

    who = st.integers(0, len(NAMES) - 1)

    @rule(who=who)
    def create(self, who: int) -> None:
        item = {
            "type": "widget",
            "widget": {"type": "Card", "children": [{"type": "Text", "value": self.canaries[who]}]},
        }
        item |= {"id": "$ID:message:w", "thread_id": "$THREAD", "created_at": "$NOW"}
        script = [["emit", {"type": "thread.item.done", "item": item}], ["title", self.canaries[who]]]
        events = self.ask(who, "threads.create", input=message("ckc:" + json.dumps(script))).raw_events
        items = [event["item"]["id"] for event in events if event["type"] == "thread.item.done"]
        self.threads[events[0]["thread"]["id"]] = (who, items, self.canaries[who])

    @rule(who=who)
    def attach(self, who: int) -> None:
        data = self.canaries[who].encode()
        made = self.ask(who, "attachments.create", name=self.canaries[who], size=len(data), mime_type="text/plain").json
        place = urlsplit(made["upload_descriptor"]["url"])
        assert Wire(self.port, place.path).request("PUT", data).status == 204
        self.files[made["id"]] = (who, place.path)

    @rule(who=who)
    def attach_directly(self, who: int) -> None:
        form = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{self.canaries[who]}"\r\n'
        form += f"Content-Type: text/plain\r\n\r\n{self.canaries[who]}\r\n--edge--\r\n"
        place = Wire(self.port, "/chatkit/api/upload", self.wires[who].headers)
        made = place.post(form, {"content-type": "multipart/form-data; boundary=edge"})
        self.files[made.json["id"]] = (who, "")

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), who=who)
    def reach_for_a_thread(self, data: st.DataObject, who: int) -> None:
        name = data.draw(st.sampled_from(list(self.threads)))
        owner, items, _ = self.threads[name]
        kind, make = data.draw(st.sampled_from(REQUESTS if owner == who else [*REQUESTS, *RETURNS]))
        reply = self.ask(who, kind, **make(name, items))
        if owner != who:
            unknown = self.ask(who, kind, **make("thr_unknown", ["msg_unknown"] * 2))
            assert (reply.status, reply.body) == (unknown.status, unknown.body)
            assert reply.status == 404
        else:
            self.happened(kind, name, reply)

    @rule(data=st.data(), who=who)
    def reach_from_a_thread_of_one_s_own(self, data: st.DataObject, who: int) -> None:
        own = [name for name, (owner, *_) in self.threads.items() if owner == who]
        others = [(name, items) for name, (owner, items, _) in self.threads.items() if owner != who]
        if own and others:
            thread, items = data.draw(st.sampled_from(others))
            kind, make = data.draw(st.sampled_from(WITHIN))
            asked, unknown = (
                self.ask(who, kind, **make(own[0], there, item))
                for there, item in ((thread, items[0]), ("thr_unknown", "msg_unknown"))
            )
            assert (asked.status, asked.body) == (unknown.status, unknown.body)
            assert asked.status in {200, 404}

    def happened(self, kind: str, name: str, reply: Reply) -> None:
        owner, items, title = self.threads[name]
        assert reply.status == 200, reply.body
        if kind == "threads.update":
            self.threads[name] = (owner, items, "renamed")
        elif kind == "threads.delete":
            del self.threads[name]
        elif kind == "threads.retry_after_item":
            items[1:] = [event["item"]["id"] for event in reply.of("thread.item.done")]
            told = [event["thread"]["title"] for event in reply.of("thread.updated")]
            self.threads[name] = (owner, items, told[-1] if told else title)
        elif kind in {"threads.add_user_message", "threads.custom_action"}:
            items += [event["item"]["id"] for event in reply.of("thread.item.done")]

    @precondition(lambda self: self.files)
    @rule(data=st.data(), who=who, delete=st.booleans())
    def reach_for_a_file(self, data: st.DataObject, who: int, delete: bool) -> None:
        name = data.draw(st.sampled_from(list(self.files)))
        owner, _ = self.files[name]
        kind = "attachments.delete" if delete else "threads.create"
        asked, unknown = (
            self.ask(who, kind, **({"attachment_id": one} if delete else {"input": message("x", attachments=[one])}))
            for one in (name, "atc_unknown")
        )
        if owner != who:
            assert (asked.status, asked.body) == (unknown.status, unknown.body)
            assert asked.status == 404
        else:
            assert asked.status == 200
            if delete:
                del self.files[name]
            else:
                thread = asked.raw_events[0]["thread"]["id"]
                self.threads[thread] = (who, [asked.raw_events[1]["item"]["id"]], "")

    @precondition(lambda self: any(path for _, path in self.files.values()))
    @rule(data=st.data())
    def change_an_address(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from([path for _, path in self.files.values() if path]))
        head, _, tail = path.rpartition("/")
        parts = tail.split(".")
        where = data.draw(st.integers(0, len(parts[1]) - 1))
        letter = data.draw(st.sampled_from("ABCwxyz019-_"))
        changed = parts[1][:where] + letter + parts[1][where + 1 :]
        if changed != parts[1]:
            reply = Wire(self.port, f"{head}/{parts[0]}.{changed}.{parts[2]}").request("PUT", b"overwritten")
            assert reply.status == 403

    @invariant()
    def everyone_has_what_is_theirs(self) -> None:
        for who in range(len(NAMES)):
            listed = self.ask(who, "threads.list", limit=1000).json["data"]
            wanted = {name: title for name, (owner, _, title) in self.threads.items() if owner == who}
            assert {row["id"]: row.get("title", "") for row in listed} == wanted

    def teardown(self) -> None:
        for name, (owner, items, _) in self.threads.items():
            data = self.ask(owner, "items.list", thread_id=name, order="asc", limit=1000).json["data"]
            assert [row["id"] for row in data] == items
        for name, (owner, _) in self.files.items():
            key = key_of(Context(tenant=f"{self.run}{NAMES[owner][0]}", user=NAMES[owner][1]).owner, name)
            address = f"/chatkit/api/files/{Signer(SECRET).sign(key, 'download', 60)}"
            assert Wire(self.port, address).request("GET").body == self.canaries[owner].encode()


def input_of(thread: str, _items: list[str]) -> dict[str, Any]:
    return {"thread_id": thread, "input": message("hello")}


Make = Callable[[str, list[str]], dict[str, Any]]
REQUESTS: list[tuple[str, Make]] = [
    ("threads.get_by_id", lambda thread, _items: {"thread_id": thread}),
    ("items.list", lambda thread, _items: {"thread_id": thread, "limit": 1000}),
    ("threads.update", lambda thread, _items: {"thread_id": thread, "title": "renamed"}),
    ("threads.delete", lambda thread, _items: {"thread_id": thread}),
    ("threads.add_user_message", input_of),
    ("threads.retry_after_item", lambda thread, items: {"thread_id": thread, "item_id": items[0]}),
    ("threads.custom_action", lambda thread, _items: {"thread_id": thread, "action": {"type": "a"}}),
    ("items.feedback", lambda thread, items: {"thread_id": thread, "item_ids": items[:1], "kind": "positive"}),
]
"""Everything that names a thread and can be asked of any."""
RETURNS: list[tuple[str, Make]] = [
    ("threads.sync_custom_action", lambda thread, _items: {"thread_id": thread, "action": {"type": "a"}}),
    ("threads.add_client_tool_output", lambda thread, _items: {"thread_id": thread, "result": 1}),
    (
        "threads.add_structured_input",
        lambda thread, items: {"thread_id": thread, "item_id": items[0], "input": {"status": "skipped"}},
    ),
]
"""What names a thread, and only some can be asked."""
WITHIN: list[tuple[str, Callable[[str, str, str], dict[str, Any]]]] = [
    ("threads.list", lambda _own, thread, _item: {"after": thread}),
    ("items.list", lambda own, _thread, item: {"thread_id": own, "after": item}),
    ("items.feedback", lambda own, _thread, item: {"thread_id": own, "item_ids": [item], "kind": "negative"}),
    ("threads.retry_after_item", lambda own, _thread, item: {"thread_id": own, "item_id": item}),
    ("threads.custom_action", lambda own, _thread, item: {"thread_id": own, "item_id": item, "action": {"type": "a"}}),
    (
        "threads.sync_custom_action",
        lambda own, _thread, item: {"thread_id": own, "item_id": item, "action": {"type": "a"}},
    ),
    (
        "threads.add_structured_input",
        lambda own, _thread, item: {"thread_id": own, "item_id": item, "input": {"status": "skipped"}},
    ),
]
"""What names an item, or a place in a list: asked with a thread of one's own and something of another's."""


def test_everything_that_names_something_is_asked() -> None:
    """A request of a new type that names a thread, an item or a file has to be among those that are tried."""
    asked = {kind for kind, _ in [*REQUESTS, *RETURNS, *WITHIN]} | {"attachments.delete", "threads.create"}
    assert asked >= {
        kind for kind in map(tag_of, TABLE) if not kind.startswith("input.") and kind != "attachments.create"
    }


def tag_of(request: type) -> str:
    return str(msgspec.inspect.type_info(request).tag)  # type: ignore[attr-defined]  # a Struct's


def stores(tmp_path: Path) -> dict[str, Callable[[], Store]]:
    def postgres() -> Store:
        from chatkit_server.stores.postgres import PostgresStore  # noqa: PLC0415 - an extra

        return PostgresStore(postgres_url())

    return {
        "memory": MemoryStore,
        "sqlite": lambda: SQLiteStore(tmp_path / "threads.sqlite3"),
        "postgres": postgres,
    }


SLOW = pytest.mark.slow
KEPT = [
    ("memory", "disk"),
    ("sqlite", "disk"),
    pytest.param("sqlite", "s3", marks=SLOW),
    pytest.param("postgres", "disk", marks=SLOW),
]


@pytest.mark.parametrize(("name", "place"), KEPT)
def test_no_user_reaches_what_is_another_s(name: str, place: str, tmp_path: Path) -> None:
    with ExitStack() as open_:
        files = FileStore(open_.enter_context(bucket()) if place == "s3" else disk(tmp_path / "files"), SECRET)
        identify = bearer(secret=SECRET, tenant_claim="org")
        app = create_app(Obedient(), store=stores(tmp_path)[name](), identify=identify, attachments=files)
        port = open_.enter_context(live(app))
        machine = type("Strangers", (Strangers,), {"port": port})
        run_state_machine_as_test(machine, settings=settings(share(0.08), stateful_step_count=15))


def test_an_address_of_a_file_cannot_be_guessed_from_another(tmp_path: Path) -> None:
    """The address of one file, with the name of another in it, is no address."""
    files = FileStore(disk(tmp_path), SECRET)
    one, other = files.signer.sign("a/1", "download", 60), files.signer.sign("a/2", "download", 60)
    mixed = ".".join([one.split(".")[0], other.split(".")[1], one.split(".")[2]])
    with live(create_app(Obedient(), attachments=files)) as port:
        reply = Wire(port, f"/chatkit/api/files/{mixed}").request("GET")
        assert (reply.status, reply.json["reason"]) == (403, "signature")
