"""The image without a container: the lines of its Dockerfile, carried out in a folder, give a server that works.

What only a container can show is left out: the base image, the system's own accounts, and who the process is.
"""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from support.dockerfile import instructions
from support.wire import Wire

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "server/deploy/Dockerfile").read_text("utf-8")
SECRET = "0123456789abcdef0123456789abcdef"
STARTING = 60.0
STOPPING = 15.0


class Image:
    """What the instructions make of a folder that stands for the image's root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._work = root
        self.environment: dict[str, str] = {"PATH": os.environ["PATH"]}
        self.health: list[str] = []
        self.command: list[str] = []
        self.stop = signal.SIGKILL
        (root / "data").mkdir()
        for name, value in instructions(DOCKERFILE):
            self._obey(name, value)

    def _here(self, text: str) -> str:
        """Spell the image's paths as those of the folder."""
        return text.replace("/opt/", f"{self._root}/opt/").replace("/data", f"{self._root}/data")

    def _obey(self, name: str, value: str) -> None:
        if name == "WORKDIR":
            self._work = self._root / value.strip("/")
            self._work.mkdir(exist_ok=True)
        elif name == "COPY" and not value.startswith("--from"):
            *sources, _ = value.split()
            for source in sources:
                self._copy(source)
        elif name == "RUN" and "useradd" not in value:
            subprocess.run(["sh", "-c", self._here(value)], cwd=self._work, check=True, capture_output=True)
        elif name == "ENV":
            for pair in shlex.split(value):
                key, _, told = pair.partition("=")
                self.environment[key] = self._here(told).replace("$PATH", self.environment["PATH"])
        elif name == "HEALTHCHECK":
            self.health = json.loads(value.partition("CMD ")[2])
        elif name in {"ENTRYPOINT", "CMD"}:
            self.command += json.loads(value)
        elif name == "STOPSIGNAL":
            self.stop = signal.Signals[value]

    def _copy(self, source: str) -> None:
        target = self._work / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, self._work)

    def start(self, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._found(self.command),
            cwd=self._work,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def is_healthy(self, **variables: str) -> bool:
        ended = subprocess.run(
            self._found(self.health), env=self.environment | variables, capture_output=True, check=False
        )
        return ended.returncode == 0

    def _found(self, command: list[str]) -> list[str]:
        found = shutil.which(command[0], path=self.environment["PATH"])
        assert found, command
        assert Path(found).is_relative_to(self._root), f"{command[0]} is not the image's own"
        return [found, *command[1:]]


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.mark.slow
def test_what_the_dockerfile_makes_is_healthy_answers_keeps_and_stops(tmp_path) -> None:
    image = Image(tmp_path)
    with image.start() as open_to_all:
        assert open_to_all.wait(STARTING) == 2
        assert "CHATKIT_AUTH_ISSUER" in open_to_all.stdout.read()
    given = {"PORT": free_port(), "CHATKIT_AUTH_SECRET": SECRET, "CHATKIT_METRICS": "on", "CHATKIT_TRACES": "on"}
    assert not image.is_healthy(**given)
    token = jwt.encode({"alg": "HS256"}, {"sub": "me", "exp": int(time.time()) + 600}, OctKey.import_key(SECRET))
    with image.start(**given) as server:
        until = time.monotonic() + STARTING
        while not image.is_healthy(**given):
            assert server.poll() is None, server.stdout.read()
            assert time.monotonic() < until
        wire = Wire(int(given["PORT"]), headers={"authorization": f"Bearer {token}"})
        assert "hello" in wire.create("hello").of("thread.item.done")[-1]["item"]["content"][0]["text"]
        assert Wire(int(given["PORT"]), "/metrics").request("GET").status == 200
        server.send_signal(image.stop)
        assert server.wait(STOPPING) in {0, -image.stop}  # as PID 1 it does not hear the signal that it gives to itself
    assert not (tmp_path / "data/chatkit.sqlite3-wal").exists(), "the store was not closed"
    assert (tmp_path / "data/chatkit.sqlite3").stat().st_size > 0
    assert (tmp_path / "data/files").is_dir()
