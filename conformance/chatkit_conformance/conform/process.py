"""The server under test as a process: started, waited for by the protocol's own means, stopped."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO

from chatkit_conformance.conform.settings import ServerSettings, Settings
from chatkit_conformance.differential.servers import free_port
from chatkit_conformance.driver import Endpoint, post

Process = subprocess.Popen[bytes]
QUESTION = b'{"type":"threads.list","params":{}}'
"""What is asked until the server answers; any answer will do."""
POLL = 0.05
CLOSING_SECONDS = 5.0


class NotReachable(Exception):  # noqa: N818 - what the server is
    """The server does not answer; the message says what it printed."""


@contextmanager
def serving(settings: Settings, environment: Mapping[str, str] | None = None) -> Iterator[Endpoint]:
    """Start the server if the settings say how, wait until it answers, and stop it in the end.

    Args:
        settings: of the server.
        environment: more variables for it, such as where the model is.

    Raises:
        NotReachable: when it does not start, or does not answer in time.
    """
    server = settings.server
    port = str(free_port()) if "{port}" in " ".join([server.url, *server.start]) else ""
    endpoint = Endpoint(
        server.url.replace("{port}", port), settings.users, settings.deadline, settings.scenario_deadline
    )
    if not server.start:
        _wait(endpoint, server.patience, None)
        yield endpoint
        return
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory(prefix="chatkit-wire-") as folder:
        names = {"{port}": port, "{folder}": folder, "{python}": sys.executable}
        process = _started(server, names, {**server.env, **(environment or {})}, log)
        try:
            _wait(endpoint, server.patience, process)
            yield endpoint
        except NotReachable as error:
            log.seek(0)
            said = log.read().decode(errors="replace")[-2000:]
            raise NotReachable(f"{error}\n{said}".rstrip()) from None
        finally:
            stop(process)


def _started(server: ServerSettings, names: Mapping[str, str], variables: Mapping[str, str], log: IO[bytes]) -> Process:
    command = [_filled(word, names) for word in server.start]
    more = {name: _filled(value, names) for name, value in variables.items()}
    try:
        return subprocess.Popen(  # noqa: S603 - the command that whoever runs the suite wrote down
            command,
            cwd=server.cwd,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=log,  # a file: a pipe that nobody reads would fill
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise NotReachable(f"{command[0]} cannot be run: {error.strerror}") from None


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def _wait(endpoint: Endpoint, patience: float, process: Process | None) -> None:
    quick = replace(endpoint, deadline=min(2.0, patience))
    until = time.monotonic() + patience
    trouble = ""
    while time.monotonic() < until:
        answer = post(quick, QUESTION)
        if answer.status:
            return
        trouble = answer.trouble
        if process is None and "refused" in trouble.lower():
            break
        if process is not None and process.poll() is not None:
            raise NotReachable(f"the server ended with exit code {process.returncode} before it answered")
        time.sleep(POLL)
    raise NotReachable(f"no answer from {endpoint.url}: {trouble}")


def stop(process: Process) -> None:
    """End a process, kindly at first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(CLOSING_SECONDS)
        return
    process.kill()
    process.wait()
