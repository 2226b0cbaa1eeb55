"""`.widget` files: a Jinja2 template of a widget's JSON, with a JSON Schema for the data it takes.

The one module of this package that needs more than msgspec: the extra `templates`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for
from msgspec import Struct, to_builtins
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from chatkit_protocol.base import JSONObject
from chatkit_protocol.widgets.plain import NoJSONError, json_path, write
from chatkit_protocol.widgets.roots import ROOTS

VERSION = "1.0"
EXCERPT = 40
"""How many characters a message shows on each side of the fault."""


class WidgetTemplateError(ValueError):
    """A template, or the data for it, that gives no widget.

    `path` is the place: in the file (`$.template`), in the data (`$.items[0].title`), or in the widget that
    came out (`$.type`). The message says which of the three.
    """

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(f"{message} (at {path})")
        self.message = message
        self.path = path


@dataclass(frozen=True, eq=False)
class WidgetTemplate:
    """A `.widget` file, compiled and ready to `build` widgets from data. Safe to share between threads."""

    name: str
    source: str
    """The Jinja2 template."""
    schema: JSONObject = field(default_factory=dict)
    """The JSON Schema of the data; 2020-12 unless its `$schema` says otherwise."""
    _compiled: jinja2.Template = field(init=False, repr=False)
    _checker: Validator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the template and the schema, so that a fault in either shows when the file is read."""
        object.__setattr__(self, "_compiled", _compile(self.source))
        object.__setattr__(self, "_checker", _checker(self.schema))

    @classmethod
    def load(cls, path: str | Path) -> "WidgetTemplate":
        """Read a `.widget` file. A relative path starts at the current directory, not at the caller's file.

        Raises:
            WidgetTemplateError: the file is not a template; the message starts with the path.
            OSError: the file cannot be read.
        """
        try:
            return cls.parse(Path(path).read_bytes())
        except WidgetTemplateError as found:
            raise WidgetTemplateError(f"{path}: {found.message}", found.path) from found

    @classmethod
    def parse(cls, definition: bytes | str | Mapping[str, Any]) -> "WidgetTemplate":
        """Take a template from the text of a `.widget` file, or from its JSON object.

        Keys other than `version`, `name`, `template` and `jsonSchema` are ignored.

        Raises:
            WidgetTemplateError: not JSON, not version "1.0", or a fault in the template or the schema.
        """
        found = definition if isinstance(definition, Mapping) else _json(_decoded(definition), "the file")
        if not isinstance(found, Mapping):
            raise WidgetTemplateError("a .widget file holds a JSON object")
        if found.get("version") != VERSION:
            raise WidgetTemplateError(f"version {found.get('version')!r} is not {VERSION!r}", "$.version")
        for key in ("name", "template"):
            if not isinstance(found.get(key), str):
                raise WidgetTemplateError(f"{key} is missing or not a string", f"$.{key}")
        return cls(found["name"], found["template"], found.get("jsonSchema", {}))

    def build(self, data: Mapping[str, Any] | Struct | None = None) -> JSONObject:
        """Render the widget for `data`, as plain JSON: None is left out, unknown components stay.

        Raises:
            WidgetTemplateError: the data does not match the schema, the template uses a name that is not in
                the data, or what it renders is not a widget's JSON.
        """
        try:
            return self._built(data)
        except WidgetTemplateError as found:
            raise WidgetTemplateError(f"{self.name}: {found.message}", found.path) from found.__cause__

    def _built(self, data: Mapping[str, Any] | Struct | None) -> JSONObject:
        values = _values(data)
        _check(self._checker, values)
        widget = _json(self._render(values), "the rendered template")
        if not isinstance(widget, dict):
            raise WidgetTemplateError("the rendered template is not a JSON object")
        root = widget.get("type")
        if not isinstance(root, str) or root not in ROOTS:
            raise WidgetTemplateError(f"a widget starts with {', '.join(sorted(ROOTS))}, not {root!r}", "$.type")
        return dict(_written(widget, "the rendered template"))

    def _render(self, values: JSONObject) -> str:
        try:
            return self._compiled.render(values)
        except Exception as error:  # a template is a program: it fails in as many ways as Python does
            raise WidgetTemplateError(f"{_line(error)}{error}", "$.template") from error


@cache
def _environment() -> SandboxedEnvironment:
    """Build the one environment, in which a name that is not in the data is an error even under `tojson`."""
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined)
    environment.policies["json.dumps_kwargs"] = {"default": _unknown, "allow_nan": False}
    return environment


def _unknown(value: object) -> NoReturn:
    str(value)  # an undefined name raises here, and so tells what it is called
    raise TypeError(f"a value of type {type(value).__name__} has no JSON form")


def _compile(source: str) -> jinja2.Template:
    try:
        return _environment().from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise WidgetTemplateError(f"line {error.lineno}: {error.message}", "$.template") from error


def _line(error: Exception) -> str:
    """Name the line of the template, which Jinja2 wrote into the traceback."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return f"line {lines[-1]}: " if lines else ""


def _checker(schema: Any) -> Validator:
    if not isinstance(schema, dict):
        raise WidgetTemplateError("a JSON Schema is an object", "$.jsonSchema")
    dialect = validator_for(schema, default=Draft202012Validator)
    try:
        dialect.check_schema(schema)
    except SchemaError as error:
        place = json_path(["jsonSchema", *error.absolute_path])
        raise WidgetTemplateError(f"not a JSON Schema: {_short(error.message)}", place) from error
    # An explicit registry keeps `$ref` from fetching anything.
    return dialect(schema, registry=EMPTY_REGISTRY)


def _values(data: Mapping[str, Any] | Struct | None) -> JSONObject:
    """Copy the data as plain JSON values, nulls included: a template can change nothing of the caller's."""
    if data is None:
        return {}
    _written(data, "the data")
    try:
        return dict(json.loads(json.dumps(to_builtins(data))))
    except TypeError as error:
        raise WidgetTemplateError(f"the data is not JSON: {error}") from error


def _written(value: Any, what: str) -> Any:
    try:
        return write(value)
    except NoJSONError as error:
        raise WidgetTemplateError(f"{what} is not JSON: {error.reason}", error.path) from error


def _check(checker: Validator, values: JSONObject) -> None:
    try:
        found = best_match(checker.iter_errors(values))
    except Unresolvable as error:
        raise WidgetTemplateError(f"the schema refers to what it does not hold: {error}", "$.jsonSchema") from error
    if found is not None:
        raise WidgetTemplateError(f"the data does not match the schema: {_short(found.message)}", _place(found))


def _place(error: ValidationError) -> str:
    steps = list(error.absolute_path)
    if error.validator == "required":
        required: Any = error.validator_value
        steps += [name for name in required if error.message.startswith(repr(name))][:1]
    return json_path(steps)


def _decoded(text: bytes | str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WidgetTemplateError(f"the file is not UTF-8: {error}") from error


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        seen = text[max(0, error.pos - EXCERPT) : error.pos + EXCERPT]
        place = f"line {error.lineno}, column {error.colno}"
        raise WidgetTemplateError(f"{what} is not JSON: {place}: {error.msg}, near {seen!r}") from error
    except (ValueError, RecursionError) as error:
        raise WidgetTemplateError(f"{what} is not JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _short(message: str) -> str:
    return message if len(message) <= 5 * EXCERPT else f"{message[: 5 * EXCERPT]}…"


__all__ = ["WidgetTemplate", "WidgetTemplateError"]
