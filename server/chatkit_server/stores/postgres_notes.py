"""Complete answers that one process leaves for another, in a table that needs no log: they matter for half a minute."""

from collections.abc import Awaitable, Callable

WANT = "INSERT INTO note (name) VALUES (%s) ON CONFLICT (name) DO NOTHING"
LEAVE = """
    INSERT INTO note (name, frames) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET frames = excluded.frames, written = now()
"""
LEAVE_IF_ASKED = "UPDATE note SET frames = %s, written = now() WHERE name = %s"
FIND = "SELECT frames FROM note WHERE name = %s AND frames IS NOT NULL AND written > now() - make_interval(secs => %s)"
FORGET = "DELETE FROM note WHERE name = %s"
SWEEP = "DELETE FROM note WHERE written < now() - interval '1 hour'"

Run = Callable[..., Awaitable[list[tuple[object, ...]]]]


class PostgresNotes:
    """Notes in the database of a store, which `run`s their statements."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def want(self, name: str) -> None:
        """Ask for an answer to be left here."""
        await self._run(WANT, name)

    async def leave(self, name: str, frames: bytes, *, unasked: bool) -> None:
        """Leave an answer, if someone has asked for it, or `unasked`; clear away what is old."""
        if not unasked:
            await self._run(LEAVE_IF_ASKED, frames, name)
            return
        await self._run(LEAVE, name, frames)
        await self._run(SWEEP)

    async def find(self, name: str, within: float) -> bytes | None:
        """Give the answer that was left in the last so many seconds."""
        rows = await self._run(FIND, name, within)
        return bytes(rows[0][0]) if rows else None  # type: ignore[call-overload]  # the column is BYTEA

    async def forget(self, name: str) -> None:
        """Throw an answer away that was heard."""
        await self._run(FORGET, name)
