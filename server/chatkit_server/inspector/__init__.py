"""The inspector: a page with a chat client of the protocol on its left, and the wire on its right."""

from chatkit_server.inspector.app import Inspector

__all__ = ["Inspector"]
