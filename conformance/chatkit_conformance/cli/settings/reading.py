"""Where settings come from: a flag before a variable, a variable before the file, the file before the default."""

import argparse
import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from chatkit_conformance.cli.settings.table import Setting, Settings, settings

CONFIG = "CHATKIT_CONFIG"
"""The variable that names the file."""
SWITCH = {"on": "true", "yes": "true", "off": "false", "no": "false"}
"""Words for a switch, beside true, false, 1 and 0."""


class SettingsError(Exception):
    """Settings that are wrong, one line each. It names where each comes from; a secret is never quoted."""


class Reading(NamedTuple):
    """The settings, and where each comes from: a flag, a variable, a file, or `default`."""

    settings: Settings
    sources: dict[str, str]
    file: str
    """The file that was read, or empty."""
    doubts: list[str]
    """What is no error and yet hardly meant."""


def declare(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare `--config`, and a flag for every setting that is no secret, or for those that are named."""
    parser.add_argument("--config", metavar="FILE", help=f"TOML file with settings (default: ${CONFIG}, or none)")
    groups: dict[str, Any] = {}
    for row in settings().values():
        if row.flag and (not names or row.name in names):
            group = groups.setdefault(row.group, None) or parser.add_argument_group(row.group)
            groups[row.group] = group
            _declare(group, row)


def _declare(group: Any, row: Setting) -> None:
    about = f"{row.about} (${row.variable}; default: {_shown(row.default)})".replace("%", "%%")
    if isinstance(row.default, bool):
        group.add_argument(row.flag, dest=row.name, action="store_const", const="true", help=about)
    else:
        metavar = "|".join(row.choices) or (
            "A,B" if row.listed else "N" if not isinstance(row.default, str) else "TEXT"
        )
        group.add_argument(row.flag, dest=row.name, metavar=metavar, help=about)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value in ("", []) else str(value)


class _Told(NamedTuple):
    """All that is told, by flags, variables and the keys of a file."""

    flags: Mapping[str, Any]
    env: Mapping[str, str]
    file: str
    keys: dict[str, Any]

    def of(self, row: Setting) -> Iterator[tuple[str, Any]]:
        """Give what is told about a setting, with its source, the strongest first. An empty variable tells nothing."""
        if self.flags.get(row.name) is not None:
            yield row.flag, _parsed(row, self.flags[row.name])
        if self.variable(row.variable):
            yield row.variable, _parsed(row, self.variable(row.variable))
        if row.secret and self.variable(f"{row.variable}_FILE"):
            yield f"{row.variable}_FILE", _secret(f"{row.variable}_FILE", self.variable(f"{row.variable}_FILE"))
        if row.name in self.keys:
            yield f"{self.file}: {row.name}", self.keys[row.name]

    def variable(self, name: str) -> str:
        return self.env.get(name, "").strip()


def read(flags: Mapping[str, Any], env: Mapping[str, str]) -> Reading:
    """Read every setting from where it is set first.

    Raises:
        SettingsError: with every setting that is wrong.
    """
    file = flags.get("config") or env.get(CONFIG, "").strip()
    keys = _file(file) if file else {}
    told = _Told(flags, env, file, keys)
    faults = [
        f"{file}: there is no setting {key!r}{_nearest(key, settings())}" for key in keys if key not in settings()
    ]
    values: dict[str, Any] = {}
    sources = dict.fromkeys(settings(), "default")
    for name, row in settings().items():
        try:
            for source, value in islice(told.of(row), 1):
                sources[name], values[name] = source, _converted(row, source, value)
        except SettingsError as error:
            faults.append(str(error))
    if faults:
        raise SettingsError("\n".join(faults))
    return Reading(Settings(**values), sources, file, list(_doubts(env)))


def _file(file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is no TOML: {error}") from None


def _nearest(word: str, words: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _secret(variable: str, path: str) -> str:
    """Read a secret from the file that a variable names, which is how orchestrators hand them over."""
    try:
        secret = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the file that {variable} names: {type(error).__name__}") from None
    if not secret:  # taken for none, it would let everybody in
        raise SettingsError(f"the file that {variable} names is empty")
    return secret


def _parsed(row: Setting, text: str) -> Any:
    if row.listed:
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(row.default, bool):
        return SWITCH.get(text.lower(), text.lower())
    return text.lower() if row.choices else text


def _converted(row: Setting, source: str, value: Any) -> Any:
    try:
        return msgspec.convert(value, row.type, strict=": " in source)  # variables and flags are texts, keys are typed
    except msgspec.ValidationError as error:
        wanted = f"one of {', '.join(row.choices)}" if row.choices else str(error).partition(", got")[0]
        shown = "set, but wrong" if row.secret else repr(value)
        raise SettingsError(f"{source} is {shown}: {wanted[0].lower()}{wanted[1:]}") from None


def _doubts(env: Mapping[str, str]) -> Iterator[str]:
    """Name variables that look misspelled. Orchestrators set `CHATKIT_…` of their own, so that they are no errors."""
    known = {row.variable for row in settings().values()} | {CONFIG}
    for variable in sorted(env):
        if variable.startswith("CHATKIT_") and variable not in known:
            near = _nearest(variable, known)
            if near:
                yield f"the variable {variable} is no setting{near}"
