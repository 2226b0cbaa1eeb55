"""Random data of the protocol for property tests, this suite's own and other people's.

| draw | with |
| --- | --- |
| any message, or any part of one, from its type | `strategy(ThreadStreamEvent)`, `requests`, `events`, `items` |
| widgets | `widgets()`, `components()` |
| whole valid streams | `streams()`, `streams("threads.create")` |
| conversations of them in one thread | `conversations()` |
| conversations with one named break | `broken_conversations()`, `broken_conversations("done-twice")` |

`strategy` derives from the types, `widgets` from the builders, streams from the tables of
`chatkit_protocol.lifecycle`: what is new there is drawn without a change here. `told` and `exchanges` write what was
drawn as JSON and as the exchanges that a linter reads; `drawn` gives the same sample each time.

    @given(streams())
    def test_my_client_shows_what_was_sent(stream):
        assert my_client(stream.events) == fold(stream.events).items
"""

from chatkit_conformance.strategies.breaks import BREAKS, Break, WholeError
from chatkit_conformance.strategies.broken import BrokenConversation, broken_conversations, can_break, picking
from chatkit_conformance.strategies.conversations import Stream, conversations, streams
from chatkit_conformance.strategies.derived import (
    Given,
    drawn,
    floats,
    free,
    integers,
    objects,
    strategy,
    texts,
    times,
)
from chatkit_conformance.strategies.told import Told, exchanges, told
from chatkit_conformance.strategies.widgets import components, icons, widgets
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.requests import Request

requests = strategy(Request)
"""Any request that the types allow."""
events = strategy(ThreadStreamEvent)
"""Any event that the types allow, for itself: no stream goes with it."""
items = strategy(ThreadItem)
"""Any item that the types allow, hidden ones too."""

__all__ = [
    "BREAKS",
    "Break",
    "BrokenConversation",
    "Given",
    "Stream",
    "Told",
    "WholeError",
    "broken_conversations",
    "can_break",
    "components",
    "conversations",
    "drawn",
    "events",
    "exchanges",
    "floats",
    "free",
    "icons",
    "integers",
    "items",
    "objects",
    "picking",
    "requests",
    "strategy",
    "streams",
    "texts",
    "times",
    "told",
    "widgets",
]
