"""What a server says of itself: where it is, how it is started, what it can do. A `conformance.toml`, or only a URL."""

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from chatkit_conformance.driver import DEADLINE, PATIENCE
from chatkit_conformance.linter.rule import Level
from chatkit_conformance.linter.subjects import NEWEST

LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3")
Capability = Literal[
    "attachments",
    "audio",
    "auth",
    "cancel",
    "chat_completions",
    "guardrail",
    "model",
    "page_tool",
    "ping",
    "second_user",
    "sqlite",
    "steps_tool",
]


class SettingsError(Exception):
    """The settings cannot be used; the message names the file and the place in it."""


class ServerSettings(Struct, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The server under test."""

    name: str = ""
    """As reports name it."""
    version: str = ""
    """As reports tell it."""
    url: str = ""
    """Of the endpoint. `{port}` in it, in `start` and in `env` stands for a free port."""
    start: list[str] = []
    """The command that starts it; without one it has to be running. `{python}` stands for the suite's own Python, and
    `{folder}` for a new folder that is deleted in the end."""
    cwd: str = "."
    """Where that command runs, seen from the file."""
    env: dict[str, str] = {}
    """Variables for that command, beside those of the suite itself."""
    patience: float = 30.0
    """Seconds until it has to answer."""


class ModelSettings(Struct, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How the server is told where the suite's own model is (L2)."""

    env: dict[str, str] = field(
        default_factory=lambda: {"OPENAI_BASE_URL": "{model}", "OPENAI_API_KEY": "sk-conformance"}
    )
    """`{model}` stands for the base URL of the model. Empty for a server that has scripts (L3) and no model (L2)."""
    port: int = 0
    """Where the model listens; a server that is not started by the suite needs a fixed one."""


class AuthSettings(Struct, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Which headers a user sends."""

    headers: dict[str, str] = {}
    """Of the usual user; declares that who is nobody is refused."""
    second: dict[str, str] = {}
    """Of another user; declares that users are told apart."""


class Settings(Struct, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A `conformance.toml`."""

    server: ServerSettings
    level: Level = "L1"
    """The highest level at which it can be tested."""
    revision: str = NEWEST
    """The revision of the protocol that it speaks."""
    capabilities: list[Capability] = []
    """What it has beside the core; rules about anything else are not applicable."""
    auth: AuthSettings = field(default_factory=AuthSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    deadline: float = DEADLINE
    """Seconds that one request may take."""
    scenario_deadline: float = PATIENCE
    """Seconds that one scenario may take, which is a handful of requests."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels at which it is tested."""
        reached = LEVELS[: LEVELS.index(self.level) + 1]
        return reached if self.model.env else tuple(level for level in reached if level != "L2")

    @property
    def users(self) -> dict[str, dict[str, str]]:
        """The headers of each user that scenarios know."""
        return {"": self.auth.headers, "second": self.auth.second or self.auth.headers, "nobody": {}}

    def declares(self, capability: str) -> bool:
        """Tell whether the server has something beside the core."""
        known = {"second_user": bool(self.auth.second), "auth": bool(self.auth.headers)}
        return capability in self.capabilities or known.get(capability, False)


def from_file(path: Path) -> Settings:
    """Read a `conformance.toml`.

    Raises:
        SettingsError: with the file and the place in it.
    """
    try:
        value: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(value, Settings)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from None
    if not settings.server.url:
        raise SettingsError(f"{path}: [server] needs a url")
    settings.server.cwd = str((path.parent / settings.server.cwd).resolve())
    return settings


def from_url(url: str, *, level: Level = "L1") -> Settings:
    """Take a server that runs already, and of which nothing else is known."""
    return Settings(server=ServerSettings(url=url), level=level)
