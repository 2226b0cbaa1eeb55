"""What a process takes of the machine, as Linux tells it."""

import os
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") // 1024
TICK = os.sysconf("SC_CLK_TCK")


def resident(pid: int | str = "self") -> int:
    """Give the KiB of memory that a process has of its own and shared."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE


def processor(pid: int | str = "self") -> float:
    """Give the seconds of processor time that a process has used."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICK


def descriptors(pid: int | str = "self") -> int:
    """Count the files and sockets that a process holds open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - names, not paths
