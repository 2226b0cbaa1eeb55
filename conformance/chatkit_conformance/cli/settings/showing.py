"""Settings as they are shown: with where they come from, without secrets; and an example of the file."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from chatkit_conformance.cli.settings.reading import CONFIG, Reading
from chatkit_conformance.cli.settings.table import Setting, settings
from chatkit_conformance.cli.stores import shown as place

HIDDEN = "(set)"


def shown(row: Setting, value: Any) -> Any:
    """Give a value for everyone to see: of a secret only whether it is set, of an address not its password."""
    if row.secret:
        return HIDDEN if value else ""
    return place(value) if isinstance(value, str) else value


def as_data(reading: Reading) -> dict[str, Any]:
    """Give every setting by name, with its value and its source."""
    return {
        name: {"value": shown(row, getattr(reading.settings, name)), "source": reading.sources[name]}
        for name, row in settings().items()
    }


def as_lines(reading: Reading) -> Iterator[str]:
    """Give every setting as a line of TOML, with its source behind it."""
    data = as_data(reading)
    lines = {name: f"{name} = {_toml(told['value'])}" for name, told in data.items()}
    width = min(max(map(len, lines.values())), 56)
    for group, rows in groupby(settings().values(), key=lambda row: row.group):
        yield f"# {group}"
        yield from (f"{lines[row.name]:<{width}}  # {data[row.name]['source']}" for row in rows)
        yield ""


def example() -> Iterator[str]:
    """Write a file with every setting at its default, commented out."""
    yield "# Settings of `chatkit-wire serve`. Pass this file with --config, or name it in " + CONFIG + "."
    yield "# A flag is stronger than a variable, a variable stronger than this file."
    for group, rows in groupby(settings().values(), key=lambda row: row.group):
        yield f"\n# --- {group} ---"
        for row in rows:
            may = f" Of: {', '.join(row.choices)}." if row.choices else ""
            yield f"\n# {row.about[0].upper()}{row.about[1:]}.{may} Variable: {row.variable}{_apart(row)}"
            yield f"# {row.name} = {_toml(row.default)}"


def _apart(row: Setting) -> str:
    return f", or {row.variable}_FILE, which names a file with it." if row.secret else "."


def _toml(value: Any) -> str:
    """Write a value as TOML: JSON is the same for texts, numbers, switches and lists of texts."""
    return msgspec.json.encode(value).decode().replace('","', '", "')
