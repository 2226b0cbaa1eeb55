"""Locks among all that share a PostgreSQL database: advisory locks of a session, which end with its process.

They need a connection of their own that stays, so none of a proxy that pools transactions. Another one listens:
whoever lets go of a lock says so with NOTIFY, and who waits for it tries again at once.
"""

import asyncio
import contextlib
import logging

from psycopg import Error, OperationalError

from chatkit_server.locks import Release, SharedLocks
from chatkit_server.stores.bounded import within
from chatkit_server.stores.postgres_connections import Connection, connect

logger = logging.getLogger("chatkit_server")

CHANNEL = "chatkit_released"
TAKE = b"SELECT pg_try_advisory_lock(%s)"
LET_GO = b"SELECT pg_advisory_unlock(%s), pg_notify(%s, %s)"
AGAIN_SECONDS = 1.0
"""After which a listener that has lost its connection looks for another."""
LOOK = b"SELECT 1"
LOOK_SECONDS = 0.5
"""How often a holder of locks looks whether its connection is there: more often than others try to take them."""
GRACE_SECONDS = 1.0
"""How long whoever has lost a connection lets others, who have lost theirs too, take again what they held."""


class PostgresLocks(SharedLocks):
    """Locks of a database.

    When the server goes away, so do the locks of the answers that are being made; they are taken again as soon as it
    is back, or once whoever came first lets go.
    """

    poll = 1.0
    """Who died without a word, or while nobody listened, is noticed after that."""

    def __init__(self, url: str, space: str, timeout: float) -> None:
        super().__init__()
        self._url = url
        self._space = space
        self._timeout = timeout
        self._grace = min(GRACE_SECONDS, timeout / 4)
        self._known = False
        """Whether there was a connection before."""
        self._db: Connection | None = None
        self._opening = asyncio.Lock()
        self._held: set[int] = set()
        self._missing: set[int] = set()
        """Those of them that were lost with a connection, and that the next one could not have yet."""
        self._listener: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._changes: dict[str, asyncio.Event] = {}

    async def take(self, name: str, wait: float) -> Release:
        """Take a lock. Raises Busy."""
        return await super().take(f"{self._space}\0{name}", wait)

    def watch(self, place: int) -> asyncio.Event:
        """Have the listener tell when someone lets go."""
        return self._changes.setdefault(str(place), asyncio.Event())

    async def attempt(self, place: int) -> bool:
        """Take the lock without waiting; listen, if someone else has it."""
        (taken,) = await self._ask(TAKE, place)
        if taken:
            self._held.add(place)
            self._changes.pop(str(place), None)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
        elif self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        return bool(taken)

    async def let_go(self, place: int) -> None:
        """Let go, and tell those who wait."""
        self._changes.pop(str(place), None)
        if place not in self._held:
            return
        self._held.discard(place)
        self._missing.discard(place)
        with contextlib.suppress(OperationalError, TimeoutError):  # without the connection there is no lock either
            await self._ask(LET_GO, place, CHANNEL, str(place))

    async def aclose(self) -> None:
        """Close both connections, with which every lock ends."""
        tasks = [task for task in (self._listener, self._looking) if task]
        self._listener = self._looking = None
        self._known = False
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        async with self._opening:
            db, self._db = self._db, None
            self._held.clear()
            if db:
                await db.close()

    async def _look(self) -> None:
        """Notice that the connection is lost, and take on another what it held, for as long as anything is held."""
        while self._held:
            with contextlib.suppress(Error, TimeoutError):
                await self._ask(LOOK)
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, question: bytes, *values: object) -> tuple[object, ...]:
        """Ask on the connection that holds the locks; if it is lost, once more on a new one. Raises TimeoutError."""
        try:
            return await within(self._timeout, self._asked(question, values), "the database")
        except TimeoutError:
            await self._drop()
            raise

    async def _asked(self, question: bytes, values: tuple[object, ...]) -> tuple[object, ...]:
        try:
            return await self._answer(await self._connected(), question, values)
        except OperationalError:
            return await self._answer(await self._connected(), question, values)

    async def _drop(self) -> None:
        """Let go of a connection on which nothing comes back; what it held is taken again on the next one."""
        db, self._db = self._db, None
        if db:
            await db.close()

    @staticmethod
    async def _answer(db: Connection, question: bytes, values: tuple[object, ...]) -> tuple[object, ...]:
        row = await (await db.execute(question, values)).fetchone()
        return row or ()

    async def _connected(self) -> Connection:
        async with self._opening:
            if self._db is None or self._db.closed:
                self._db = await connect(self._url)
                self._missing = set(self._held)
                if self._missing:
                    logger.warning("the connection that held locks was lost; they are taken again unless others have")
                await self._take_missing(self._db)
                if self._known:
                    await asyncio.sleep(self._grace)
                self._known = True
            await self._take_missing(self._db)
            return self._db

    async def _take_missing(self, db: Connection) -> None:
        for place in list(self._missing):
            (taken,) = await self._answer(db, TAKE, (place,))
            if taken:
                self._missing.discard(place)

    async def _listen(self) -> None:
        while True:
            try:
                async with await connect(self._url) as db:
                    await self._hear(db)
            except Error:
                logger.warning("the listener for locks has lost its connection")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self, db: Connection) -> None:
        await db.execute(f"LISTEN {CHANNEL}".encode())
        async for told in db.notifies():
            change = self._changes.get(told.payload)
            if change:
                change.set()
