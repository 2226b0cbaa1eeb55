"""Where threads are kept."""

from chatkit_server.stores.base import NotFound, Store
from chatkit_server.stores.memory import MemoryStore
from chatkit_server.stores.migrations import DatabaseFileError
from chatkit_server.stores.sqlite import SQLiteStore

__all__ = ["DatabaseFileError", "MemoryStore", "NotFound", "SQLiteStore", "Store"]
