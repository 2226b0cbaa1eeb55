"""Other people's tools read the schemas: the OpenAPI validator, AsyncAPI's own schema, the TypeScript compiler."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import validators
from openapi_spec_validator import OpenAPIV31SpecValidator

import chatkit_protocol as wire
from chatkit_conformance.schemas.history import messages
from chatkit_conformance.strategies import drawn
from chatkit_conformance.transcript import Exchange, load
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.requests import Request
from chatkit_protocol.revisions import REVISIONS, at
from conformance.test_schemas_met import RECORDED, folder
from support.schemas import EVENTS, REFUSED, REQUESTS, SCHEMAS, document, sent, validator

TOOLS = Path(__file__).parent / "schema_tools"
FRONTEND = Path(__file__).parents[2] / "agents/examples/frontend"
PAGE = Path(__file__).parents[2] / "server/chatkit_server/inspector/page"
FOLDERS = [folder(revision) for revision in REVISIONS]
EVERY_REVISION = pytest.mark.parametrize("home", FOLDERS, ids=REVISIONS)

# OpenAPI.


def _faults(value: dict[str, Any]) -> list[str]:
    return [error.message for error in OpenAPIV31SpecValidator(value).iter_errors()]


QUICK = {"", "1.0/"}


@pytest.mark.parametrize(
    "home",
    [pytest.param(home, id=home or "latest", marks=[] if home in QUICK else pytest.mark.slow) for home in FOLDERS],
)
def test_openapi_is_valid(home: str) -> None:
    assert _faults(document(f"{home}openapi.json")) == []


@pytest.mark.parametrize("part", ["info", "components"])
def test_a_damaged_openapi_document_is_refused(part: str) -> None:
    damage = {"info": {"title": "no version"}, "components": {"schemas": {"Thread": {"type": "thing"}}}}
    value = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    assert _faults(value) == []
    assert _faults(value | {part: damage[part]})


@EVERY_REVISION
def test_openapi_and_asyncapi_have_the_definitions_of_json_schema(home: str) -> None:
    schemas: dict[str, Any] = {}
    for name in ("requests", "replies", "events"):
        schemas |= document(f"{home}{name}.json")["$defs"]
    openapi = _plain(document(f"{home}openapi.json")["components"]["schemas"])
    asyncapi = _plain(document(f"{home}asyncapi.json")["components"]["schemas"])
    assert openapi.pop("Reply")["anyOf"]
    assert openapi == schemas
    assert asyncapi.items() <= schemas.items()
    assert len(asyncapi) > 60


def _plain(value: Any) -> Any:
    """Write a schema as it stands in a JSON Schema file: other places, no discriminators."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key != "discriminator"}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.replace("#/components/schemas/", "#/$defs/") if isinstance(value, str) else value


@EVERY_REVISION
def test_openapi_tells_every_request_reply_and_refusal(home: str) -> None:
    value = document(f"{home}openapi.json")
    endpoint = value["paths"]["/chatkit/api"]["post"]
    request = value["components"]["schemas"]["Request"]
    revision = at(home.rstrip("/") or REVISIONS[-1])
    asked = [one for one in get_args(wire.Request) if revision.has(one)]
    assert request["discriminator"]["mapping"].keys() == {one.__struct_config__.tag for one in asked}
    assert endpoint["x-replies"].keys() == {one.__struct_config__.tag for one in asked if one in REPLIES}
    assert endpoint["responses"].keys() == {"200", *map(str, wire.STATUS.values())}
    assert endpoint["responses"]["200"]["content"].keys() == {"text/event-stream", "application/json"}
    assert any("put" in methods for methods in value["paths"].values()) is revision.has(
        wire.FileAttachment, "upload_descriptor"
    )


# Tools of Node.


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install AsyncAPI's schemas and the TypeScript compiler; copy the declarations beside them."""
    copy = tmp_path_factory.mktemp("schemas") / "tools"
    shutil.copytree(TOOLS, copy, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    run = subprocess.run(install, cwd=copy, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for home in FOLDERS:
        (copy / home).mkdir(exist_ok=True)
        shutil.copy(SCHEMAS / home / "chatkit-wire.d.ts", copy / home)
    return copy


def test_the_compiler_is_that_of_the_example_page() -> None:
    pins = [json.loads((home / "package.json").read_text("utf-8"))["devDependencies"] for home in (TOOLS, FRONTEND)]
    assert pins[0]["typescript"] == pins[1]["typescript"]
    assert (TOOLS / ".npmrc").read_text("utf-8") == (FRONTEND / ".npmrc").read_text("utf-8")


@pytest.mark.slow
def test_asyncapi_is_valid(tools: Path) -> None:
    schema = json.loads((tools / "node_modules/@asyncapi/specs/schemas/3.0.0.json").read_text("utf-8"))
    official = validators.validator_for(schema)(schema)
    for home in FOLDERS:
        value = document(f"{home}asyncapi.json")
        assert [error.message for error in official.iter_errors(value)] == []
    for damage in ({"operations": {"answer": {"action": "receives"}}}, {"asyncapi": "3"}, {"channels": []}):
        assert not official.is_valid(value | damage)


TYPES = {
    "events.json": ("ThreadStreamEvent", ""),
    "requests.json": ("Request", ""),
    "replies.json": ("Replies", "[keyof Replies]"),
}
"""The type that says in TypeScript what a schema file says: a name, and what is looked up in it."""


def _satisfied(file: str, value: Any, above: str = "") -> str:
    """Write that a value is of the type of a schema file; every value in a module of its own would be slow."""
    home, _, name = file.rpartition("/")
    kind, part = TYPES[name]
    kind = f'import("./{home and f"{home}/"}chatkit-wire").{kind}'
    return f"{above}({json.dumps(value)}) satisfies {kind}{part.replace('Replies', kind)};\n"


def _recorded() -> Iterator[tuple[str, Any]]:
    """Give recorded messages that the schemas take, one of each shape, with the file that takes it."""
    shapes: set[str] = set()
    for path in RECORDED:
        transcript = load(path)
        revision = at(transcript.header.version)
        home = folder(revision.name)
        for exchange in transcript.exchanges:
            for value in messages(exchange):
                file = f"{home}{_file(exchange, value)}"
                shape = f"{file} {_shape(value)}"
                # TypeScript refuses a literal with a field that no type has; readers of requests ignore it.
                strange = value is exchange.request and any(revision.unknown(value, Request))
                if shape not in shapes and isinstance(value, dict) and not strange and validator(file).is_valid(value):
                    shapes.add(shape)
                    yield file, value


def _file(exchange: Exchange, value: Any) -> str:
    if value is exchange.request:
        return "requests.json"
    return "events.json" if exchange.streams else "replies.json"


def _shape(value: Any) -> Any:
    """Forget the texts and numbers of a message."""
    if isinstance(value, dict):
        return {key: one if key == "type" else _shape(one) for key, one in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def compiled(tools: Path, *options: str) -> tuple[int, list[str]]:
    run = subprocess.run(["npx", "tsc", *options], cwd=tools, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.splitlines()[:20]


@pytest.mark.slow
def test_typescript_takes_what_is_right_and_refuses_what_is_wrong(tools: Path) -> None:
    rows = [row for row in REFUSED if row.id not in NOT_TYPES]
    right = [(row.values[0], row.values[1]) for row in rows] + list(_recorded())
    right += [("events.json", value) for value in map(sent, drawn(EVENTS, 200))]
    right += [("requests.json", value) for value in map(sent, drawn(REQUESTS, 100))]
    wrong = [_satisfied(row.values[0], row.values[2], "// @ts-expect-error\n") for row in rows]
    assert len(wrong) > 12
    header = "export {};\n"
    (tools / "right.ts").write_text(header + "".join(sorted({_satisfied(*row) for row in right})), "utf-8")
    (tools / "wrong.ts").write_text(header + "".join(wrong), "utf-8")
    assert compiled(tools) == (0, [])


NOT_TYPES = {str(row.id) for row in REFUSED if row.values[0] == "widgets.json"} | {"limit-is-no-number"}
"""What TypeScript cannot say, or is not told."""


@pytest.mark.slow
def test_the_modules_of_the_inspector_hold_to_their_types(tools: Path) -> None:
    whole = {
        "compilerOptions": {
            "target": "ES2023",
            "module": "ESNext",
            "moduleResolution": "bundler",
            "lib": ["ES2024", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
            "strict": True,
            "allowJs": True,
            "checkJs": True,
            "types": [],
            "noEmit": True,
        },
        "include": [f"{PAGE}/**/*.js"],
    }
    (tools / "page.json").write_text(json.dumps(whole), "utf-8")
    assert compiled(tools, "-p", "page.json") == (0, [])
    (tools / "bad.js").write_text(f"import {{ h }} from {json.dumps(str(PAGE / 'dom.js'))};\nh(1);\n", "utf-8")
    (tools / "page.json").write_text(json.dumps(whole | {"include": ["bad.js"]}), "utf-8")
    assert compiled(tools, "-p", "page.json")[0] != 0
