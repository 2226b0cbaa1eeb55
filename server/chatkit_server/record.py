"""The frames of an answer, kept for a client that lost its connection and asks the same again."""

from chatkit_protocol.events import ProgressUpdate, ThreadItemAdded, ThreadItemUpdated, ThreadStreamEvent

MOST = 256 * 1024
"""Bytes of frames that are kept of one answer, all of them or those that last."""

PASSING = (ThreadItemAdded, ThreadItemUpdated, ProgressUpdate)
"""Events that say nothing any more once the item is done."""


class Record:
    """What an answer has said so far: every frame while there are few, and those that last."""

    def __init__(self) -> None:
        self.frames: bytes | bytearray | None = bytearray()
        """All of them; None once they are too many."""
        self.lasting: bytes | bytearray = bytearray()
        """Those of what is done, as many of the newest as there is room for."""

    def add(self, event: ThreadStreamEvent, frame: bytes | bytearray) -> None:
        """Keep a frame."""
        if isinstance(self.frames, bytearray):
            self.frames += frame
            if len(self.frames) > MOST:
                self.frames = None
        if not isinstance(event, PASSING) and isinstance(self.lasting, bytearray):
            self.lasting += frame
            if len(self.lasting) > MOST:
                self.lasting = bytearray(frame if len(frame) <= MOST else b"")

    @property
    def best(self) -> bytes:
        """What to send to someone who comes when the answer is complete."""
        return bytes(self.lasting if self.frames is None else self.frames)
