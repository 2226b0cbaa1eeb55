"""Streams within streams: their order, and that what is left open is closed from the inside out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chatkit_protocol import Notice
from chatkit_server.pipeline import flatten


def event(text: str) -> Notice:
    return Notice(level="info", message=text)


class Plain:
    """An iterator that is no generator."""

    def __init__(self) -> None:
        self._left = ["p1", "p2"]

    def __aiter__(self) -> AsyncIterator[Notice]:
        return self

    async def __anext__(self) -> Notice:
        if not self._left:
            raise StopAsyncIteration
        return event(self._left.pop(0))


class Tree:
    """A responder with streams in it, which notes what is closed."""

    def __init__(self, *, fails: bool = False) -> None:
        self.closed: list[str] = []
        self._fails = fails

    async def outer(self) -> AsyncIterator[Any]:
        try:
            yield event("1")
            yield self.inner()
            yield Plain()
            yield event("4")
        finally:
            self.closed.append("outer")

    async def inner(self) -> AsyncIterator[Any]:
        try:
            yield event("2")
            yield self.innermost()
            yield event("3")
        finally:
            self.closed.append("inner")

    async def innermost(self) -> AsyncIterator[Any]:
        try:
            yield event("x")
            if self._fails:
                raise KeyError("broken")
        finally:
            self.closed.append("innermost")


async def heard(tree: Tree, most: int = 99) -> list[str]:
    found: list[str] = []
    events = flatten(tree.outer())
    async for one in events:
        found.append(one.message)  # type: ignore[union-attr]
        if len(found) == most:
            break
    await events.aclose()
    return found


def test_events_come_in_their_order() -> None:
    tree = Tree()
    assert asyncio.run(heard(tree)) == ["1", "2", "x", "3", "p1", "p2", "4"]
    assert tree.closed == ["innermost", "inner", "outer"]


CUTS = [
    (1, ["outer"]),
    (2, ["inner", "outer"]),
    (3, ["innermost", "inner", "outer"]),
    (5, ["innermost", "inner", "outer"]),
]


@pytest.mark.parametrize(("most", "closed"), CUTS)
def test_what_is_left_open_is_closed_from_the_inside_out(most: int, closed: list[str]) -> None:
    tree = Tree()
    asyncio.run(heard(tree, most))
    assert tree.closed == closed


def test_a_failure_closes_what_is_around_it() -> None:
    tree = Tree(fails=True)
    with pytest.raises(KeyError, match="broken"):
        asyncio.run(heard(tree))
    assert tree.closed == ["innermost", "inner", "outer"]


@pytest.mark.parametrize("make", [lambda: 5, lambda: [event("in a list")]], ids=["number", "list"])
def test_nothing_else_may_be_yielded(make: Callable[[], Any]) -> None:
    async def responder() -> AsyncIterator[Any]:
        yield make()

    async def run() -> None:
        async for _ in flatten(responder()):
            pass

    with pytest.raises(TypeError, match="a responder yields events or streams of events"):
        asyncio.run(run())
