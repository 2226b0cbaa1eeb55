"""Work that is begun without a task, and work that is attended: each goes on as if it were simply awaited."""

import asyncio
from typing import Any

import pytest

from chatkit_server.stepping import Deputy, attended


async def at_once(log: list[str]) -> str:
    log.append("done")
    return "value"


async def fails(_log: list[str]) -> str:
    raise KeyError("broken")


async def waits(log: list[str]) -> str:
    for number in range(3):
        log.append(f"before {number}")
        await asyncio.sleep(0.001 * number)
    log.append("done")
    return "value"


async def fails_later(log: list[str]) -> str:
    await waits(log)
    raise KeyError("broken")


async def goes_on(log: list[str]) -> str:
    """Take a cancellation for a reason to hurry."""
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append("hurries")
    await asyncio.sleep(0.001)
    return "value"


async def result(work: Any) -> Any:
    try:
        return await work
    except (KeyError, asyncio.CancelledError) as error:
        return repr(error)


@pytest.mark.parametrize("work", [at_once, waits, fails, fails_later])
def test_begun_it_ends_as_it_would_have(work: Any) -> None:
    async def run() -> None:
        plain: list[str] = []
        expected = await result(work(plain))
        log: list[str] = []
        if work is fails:
            with pytest.raises(KeyError, match="broken"):
                Deputy().begin(work(log))
            return
        rest = Deputy().begin(work(log))
        assert log == plain[:1], "it goes as far as it can without waiting, and no further"
        assert (rest is None) == (len(plain) == 1)
        if rest:
            assert await asyncio.create_task(result(rest)) == expected
        assert log == plain

    asyncio.run(run())


@pytest.mark.parametrize("work", [at_once, waits, fails, fails_later])
def test_attended_it_ends_as_it_would_have(work: Any) -> None:
    async def run() -> None:
        plain: list[str] = []
        expected = await result(work(plain))
        log: list[str] = []
        assert await result(attended(work(log), lambda: log.append("waiting"))) == expected
        assert [entry for entry in log if entry != "waiting"] == plain
        at = [position for position, entry in enumerate(log) if entry.startswith("before")]
        assert [log[position + 1] for position in at] == ["waiting"] * len(at)

    asyncio.run(run())


@pytest.mark.parametrize("how", ["begun", "attended"])
@pytest.mark.parametrize(("work", "expected"), [(waits, "CancelledError()"), (goes_on, "'value'")])
def test_a_cancellation_reaches_it(how: str, work: Any, expected: str) -> None:
    async def run() -> None:
        log: list[str] = []
        rest = Deputy().begin(work(log)) if how == "begun" else attended(work(log), bool)
        task = asyncio.ensure_future(result(rest))
        await asyncio.sleep(0)
        task.cancel()
        found = await task
        assert expected in (found, repr(found))
        assert "done" not in log

    asyncio.run(run())


def test_a_future_can_be_begun_as_well() -> None:
    async def run() -> None:
        future = asyncio.get_running_loop().create_future()
        rest = Deputy().begin(future)
        assert rest
        future.set_result(None)
        await rest
        assert Deputy().begin(future) is None

    asyncio.run(run())
