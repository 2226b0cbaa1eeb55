"""Locks among the processes of one machine: single bytes of a file, of which the kernel keeps account.

No process can leave a lock behind: the kernel lets go of it when the process ends, however it ends. The file stays
empty, and it may be deleted while nobody uses it.
"""

import os
import struct
from contextlib import suppress
from os import PathLike

from chatkit_server.locks import SharedLocks

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

ENDING = "-locks"


class FileLocks(SharedLocks):
    """Locks in the file beside a database; on Windows they reach no further than the process."""

    def __init__(self, path: str | PathLike[str]) -> None:
        super().__init__()
        self._path = os.fspath(path) + ENDING
        self._file: int | None = None
        self._held: set[int] = set()

    async def attempt(self, place: int) -> bool:
        """Lock one byte, which need not exist, without waiting."""
        if fcntl is None:
            return True
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(self._file, fcntl.F_WRLCK, place)
        except (BlockingIOError, PermissionError):  # POSIX lets a system choose between the two
            return False
        self._held.add(place)
        return True

    async def let_go(self, place: int) -> None:
        """Unlock the byte."""
        if self._file is not None and place in self._held:
            self._held.discard(place)
            _lock(self._file, fcntl.F_UNLCK, place)

    async def aclose(self) -> None:
        """Close the file, with which every lock ends."""
        file, self._file = self._file, None
        self._held.clear()
        if file is not None:
            os.close(file)

    def __del__(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)


def _lock(file: int, kind: int, place: int) -> None:
    """Lock or unlock a byte for the open file (Linux), so that two stores of one process exclude each other, too.

    Elsewhere locks belong to the process.
    """
    asked = getattr(fcntl, "F_OFD_SETLK", None)
    if asked is None:  # pragma: no cover - not Linux
        fcntl.lockf(file, fcntl.LOCK_UN if kind == fcntl.F_UNLCK else fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        return
    fcntl.fcntl(file, asked, struct.pack("hhqqi", kind, os.SEEK_SET, place, 1, 0))
