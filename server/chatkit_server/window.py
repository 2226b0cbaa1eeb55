"""How much of a thread is told: the newest items, as many as allowed, in items and in tokens."""

from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass

from chatkit_protocol.codec import encode
from chatkit_protocol.items import GeneratedImageItem, ThreadItem, UserMessageItem

CountTokens = Callable[[ThreadItem], int]

BYTES_PER_TOKEN = 4
"""English text has about four letters a token; scripts with two or three bytes a letter have fewer letters a token."""
FILE_TOKENS = 1_000
"""What an image or a file is taken for; OpenAI bills an image of 1024 x 1024 pixels with 765 tokens."""


def estimate_tokens(item: ThreadItem) -> int:
    """Estimate, without a network, the tokens of an item: from the length of its JSON, which is rather too much."""
    if isinstance(item, GeneratedImageItem):
        return FILE_TOKENS
    files = len(item.attachments) if isinstance(item, UserMessageItem) else 0
    return -(-len(encode(item)) // BYTES_PER_TOKEN) + files * FILE_TOKENS


@dataclass(frozen=True, kw_only=True)
class Window:
    """The newest part of a thread. A call and its result are one item, so no window comes between them."""

    items: int | None = None
    """How many items at most; all unless given."""
    tokens: int | None = None
    """How many tokens at most; the newest item is in it in any case."""
    count: CountTokens = estimate_tokens
    """Counts the tokens of an item. A tokenizer of the model's own is more exact than the estimate."""

    async def of(self, newest_first: AsyncIterable[ThreadItem]) -> list[ThreadItem]:
        """Give the items that are in it, oldest first."""
        within: list[ThreadItem] = []
        used = 0
        if self.items == 0:
            return within
        async for item in newest_first:
            used += self.count(item) if self.tokens is not None else 0
            if self.tokens is not None and used > self.tokens and within:
                break
            within.append(item)
            if len(within) == self.items:
                break
        return within[::-1]
