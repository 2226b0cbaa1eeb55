"""The servers that are compared: each a process of its own, whose processor time and memory can be read."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = {
    "official": ROOT / ".venv-reference/bin/python",
    "ours": ROOT / ".venv/bin/python",
    "bare": ROOT / ".venv/bin/python",
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONHASHSEED": "0",
    "OPENAI_API_KEY": "none",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
}
PATIENCE = 120.0
_PROCESS_CLOCK = 2
"""Linux: the clock of a whole process, of which its number is the negated, shifted id."""


class Side:
    """A server."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = name
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        command = [str(PYTHON[name]), "-W", "ignore", f"{name}.py", "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(command, cwd=HERE, env=ENVIRONMENT)  # noqa: S603 - its own scripts
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start")

    def cpu(self) -> float:
        """Give the processor time that it has used, in seconds."""
        return time.clock_gettime((~self.process.pid << 3) | _PROCESS_CLOCK)

    def memory(self) -> int:
        """Give what it holds in memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def stop(self) -> None:
        """End it, at once: nothing of it is kept."""
        self.process.kill()
        self.process.wait()
