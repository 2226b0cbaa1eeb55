"""A ChatKit backend as a Starlette app."""

from chatkit_server.app import create_app
from chatkit_server.context import Context
from chatkit_server.errors import CustomStreamError, StreamError, TooMany, Unauthorized, Unsupported
from chatkit_server.everyone import everyone
from chatkit_server.inspector import Inspector
from chatkit_server.limits import Limits
from chatkit_server.responder import Answer, Audio, action
from chatkit_server.stores import MemoryStore, NotFound, SQLiteStore, Store
from chatkit_server.turn import Turn
from chatkit_server.window import Window, estimate_tokens

__all__ = [
    "Answer",
    "Audio",
    "Context",
    "CustomStreamError",
    "Inspector",
    "Limits",
    "MemoryStore",
    "NotFound",
    "SQLiteStore",
    "Store",
    "StreamError",
    "TooMany",
    "Turn",
    "Unauthorized",
    "Unsupported",
    "Window",
    "action",
    "create_app",
    "estimate_tokens",
    "everyone",
]
