"""How much of a thread is told: by items and by tokens, from its end."""

import asyncio
from typing import Any

import pytest

from chatkit_protocol import ThreadMetadata
from chatkit_protocol.attachments import FileAttachment
from chatkit_protocol.content import InferenceOptions, UserMessageTextContent
from chatkit_protocol.items import GeneratedImage, GeneratedImageItem, ThreadItem, UserMessageItem
from chatkit_protocol.requests import ThreadsList
from chatkit_server import Context, MemoryStore, Turn, Window, estimate_tokens
from chatkit_server.ids import utc_now
from chatkit_server.responder import collect
from chatkit_server.turn import Backend

COUNT = 250
BASE: dict[str, Any] = {"id": "i", "thread_id": "t", "created_at": utc_now()}


async def quiet(turn: Turn) -> Any:
    yield turn.say("")


async def told(window: Any, count: int) -> list[str]:
    """Fill a thread with items named by their number, every other one hidden; give those of the window."""
    turn = Turn(Backend(hooks=collect(quiet), store=MemoryStore()), Context(), ThreadsList())
    turn.enter(ThreadMetadata(id="t", created_at=turn.now()))
    await turn.store.save_thread(turn.user, turn.thread)
    for number in range(count):
        item = turn.hidden(str(number)).item if number % 2 else turn.say(str(number)).item
        item.id = str(number)
        await turn.store.save_item(turn.user, "t", item)
    return [item.id for item in await turn.history(window)]


def by_number(item: ThreadItem) -> int:
    return int(item.id)


WINDOWS = [
    pytest.param(None, COUNT, id="all"),
    pytest.param(3, 3, id="items"),
    pytest.param(0, 0, id="none"),
    pytest.param(Window(items=120), 120, id="items-of-several-pages"),
    pytest.param(Window(tokens=249 + 248, count=by_number), 2, id="tokens-exactly"),
    pytest.param(Window(tokens=249 + 248 - 1, count=by_number), 1, id="tokens-one-short"),
    pytest.param(Window(tokens=1, count=by_number), 1, id="the-newest-in-any-case"),
    pytest.param(Window(tokens=200, count=lambda _: 1), 200, id="tokens-of-several-pages"),
    pytest.param(Window(tokens=200, items=7, count=lambda _: 1), 7, id="both-by-items"),
    pytest.param(Window(tokens=5, items=7, count=lambda _: 1), 5, id="both-by-tokens"),
]


@pytest.mark.parametrize(("window", "count"), WINDOWS)
def test_a_window_is_the_end_of_the_thread(window: Any, count: int) -> None:
    assert asyncio.run(told(window, COUNT)) == [str(number) for number in range(COUNT - count, COUNT)]


def message(text: str, files: int = 0) -> UserMessageItem:
    attachments: Any = [FileAttachment(id="a", name="n", mime_type="text/plain") for _ in range(files)]
    content: Any = [UserMessageTextContent(text=text)]
    return UserMessageItem(**BASE, content=content, attachments=attachments, inference_options=InferenceOptions())


def test_the_estimate_follows_the_text_and_counts_files_and_images_flatly() -> None:
    none, words, file = (estimate_tokens(item) for item in (message(""), message("word " * 400), message("", files=1)))
    assert words - none == 500
    assert 1_000 < file - none < 1_100
    url = f"data:image/png;base64,{'A' * 1_000_000}"
    assert estimate_tokens(GeneratedImageItem(**BASE, image=GeneratedImage(id="g", url=url))) == 1_000
