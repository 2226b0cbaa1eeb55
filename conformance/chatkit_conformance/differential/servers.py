"""The two test beds, started on free loopback ports and stopped again."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "conformance" / "reference"
VERSIONS = sorted(
    (path.stem for path in (REFERENCE / "versions").glob("*.txt")), key=lambda name: [*map(int, name.split("."))]
)
"""The versions of the official SDK that are on record, oldest first; the last one is compared with while tests run."""
PATH = "/chatkit/api"
STEADY = {"PYTHONHASHSEED": "0", "TZ": "UTC"}
"""The reference compares widgets field by field in the order of a set of names: unless hashes are fixed, whether a
prop that appears makes it fail (D14) differs from one process to the next. Its times are local, without a zone (D7)."""


class ServerError(Exception):
    """A test bed could not be started."""


class TestBedServer:
    """One test bed as a process of its own, from `with` to the end of it."""

    __test__ = False  # pytest collects classes by their name

    def __init__(self, command: Sequence[str], *, patience: float = 30.0, env: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{PATH}"
        self.command = [*command, "--port", str(self.port)]
        self.patience = patience
        self.env = {**os.environ, **STEADY, **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.log: IO[bytes] = tempfile.TemporaryFile()
        # S603: the command is one of the two below. The log is a file: a pipe that nobody reads would fill.
        try:
            self.process = subprocess.Popen(  # noqa: S603
                self.command, stdout=self.log, stderr=self.log, env=self.env
            )
        except OSError as error:
            self.log.close()
            raise ServerError(f"{self.command[0]} cannot be run: {error.strerror} (`make reference`?)") from error
        until = time.monotonic() + self.patience
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                said = self.said()
                self.stop()
                raise ServerError(f"{' '.join(self.command)} did not start:\n{said}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answers(self) -> bool:
        """Tell whether something listens on the port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def said(self) -> str:
        """Give the end of what the process printed."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]


class OfficialServer(TestBedServer):
    """The test bed on the official SDK, in a virtual environment that `make reference` or `make references` makes."""

    def __init__(self, python: str | None = None, env: Mapping[str, str] | None = None) -> None:
        super().__init__([python or reference_python(), str(REFERENCE / "app.py")], env=env)


class OurServer(TestBedServer):
    """The test bed of this distribution."""

    def __init__(self, python: str = sys.executable) -> None:
        super().__init__([python, "-m", "chatkit_conformance.cli", "testbed"])


def reference_python(version: str = VERSIONS[-1]) -> str:
    """Name the interpreter of the environment of one version; CHATKIT_REFERENCE_PYTHON is another of the newest."""
    if version != VERSIONS[-1]:
        return str(ROOT / ".venv-references" / version / "bin" / "python")
    return os.environ.get("CHATKIT_REFERENCE_PYTHON") or str(ROOT / ".venv-reference" / "bin" / "python")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
