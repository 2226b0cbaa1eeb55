"""Commands as processes: run to their end, or serving until they are stopped."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENDPOINT = "/chatkit/api"
PATIENCE = 60.0
"""Seconds; the Agents SDK takes some to be imported on a busy machine."""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "chatkit_conformance.cli", *arguments]


def environment(**variables: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"PORT", "CHATKIT_DATA"}}
    return inherited | {"COLUMNS": "100", "PYTHONUTF8": "1"} | variables


def chatkit_wire(*arguments: str, lines: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=environment(**variables),
    )


class Served:
    """A verb that serves, and what it has printed so far."""

    def __init__(self, *arguments: str, cwd: Path | None = None, **variables: str) -> None:
        self._output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(**variables),
        )

    def printed(self) -> str:
        self._output.seek(0)
        return self._output.read()

    def wait_for(self, text: str) -> str:
        """Wait until `text` is printed; give everything."""
        until = time.monotonic() + PATIENCE
        while text not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < until, self.printed()
            time.sleep(0.02)
        return self.printed()

    @property
    def url(self) -> str:
        printed = self.wait_for(f"{ENDPOINT}\n")
        return next(word for word in printed.split() if word.endswith(ENDPOINT))

    @property
    def port(self) -> int:
        return int(self.url.removesuffix(ENDPOINT).rpartition(":")[2])

    def signal(self, number: int) -> int:
        """Send a signal; give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        self._output.close()
