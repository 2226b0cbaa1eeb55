"""Every example runs offline and does what its first lines say, over real HTTP."""

import ast
import http.client
import importlib.util
import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chatkit_conformance.fake_model import create_fake_model, scripted
from support.demo import answers
from support.live import live
from support.wire import Wire, frames, message

FOLDER = Path(__file__).parents[2] / "agents" / "examples"
FILES = sorted(FOLDER.glob("*.py"))
SETTINGS = (
    "LLM_PROVIDER",
    "LLM_MODEL",
    "LLM_BASE_URL",
    "LLM_API",
    "LLM_API_KEY",
    "GEMINI_API_KEY",
    "GEMINI_BASE_URL",
    "CHAT_TOKENS",
    "CHAT_PASSWORDS",
    "CHAT_SECRET",
)
Load = Callable[..., ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """Give a function that imports an example anew, in an empty folder and with no settings but those given."""
    monkeypatch.chdir(tmp_path)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)

    def run(name: str, **env: str) -> ModuleType:
        for key, value in env.items():
            monkeypatch.setenv(key, value)
        spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return run


@pytest.fixture
def model() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve the fake model; give its address and its log."""
    app = create_fake_model()
    with live(app) as port:
        yield f"http://127.0.0.1:{port}/v1", app.state.fake.log


def closing(app: Any, *models: Any) -> Any:
    """Have an app close its models' connections when it stops; a process that ends need not."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        if scope["type"] == "lifespan":
            for model in models:
                await model._client.close()

    return run


def test_01_basic(load: Load) -> None:
    with live(load("01_basic").app) as port:
        reply = Wire(port).create("good morning")
    assert answers(reply.raw_events) == ["You said: good morning "]
    assert reply.of("progress_update")[0]["text"] == "Listening…"
    assert reply.raw_events[-1]["thread"]["title"] == "good morning"


def test_02_agent(load: Load) -> None:
    with live(load("02_agent").app) as port:
        wire = Wire(port)
        thread = wire.thread("good morning")
        [said] = answers(wire.say(thread, "still there?").raw_events)
    assert "You said: “still there?”" in said
    assert "message 2 of our conversation" in said, "the agent is told the whole thread"


def test_03_tools_of_the_server(load: Load) -> None:
    with live(load("03_tools").app) as port:
        wire = Wire(port)
        reply = wire.create("/tool Lisbon")
        thread = reply.raw_events[0]["thread"]["id"]
        [widget] = [item for item in wire.items(thread) if item["type"] == "widget"]
        on_map, button = (child["onClickAction"] for child in widget["widget"]["children"][-2:])
        action = {"type": button["type"], "payload": button["payload"]}
        saved = wire.ask("threads.custom_action", thread_id=thread, item_id=widget["id"], action=action)
        wrong = wire.ask("threads.custom_action", thread_id=thread, action={"type": button["type"], "payload": {}})
    assert (on_map["type"], on_map["handler"], on_map["payload"]) == ("show_map", "client", {"city": "Lisbon"})
    kinds = [event["type"] for event in reply.raw_events]
    assert kinds.index("progress_update") < len(kinds) - 1
    assert "21 °C and sunny in Lisbon" in answers(reply.raw_events)[-1]
    assert [event["message"] for event in saved.of("notice")] == ["Saved **Lisbon**."]
    assert (wrong.status, wrong.json["path"]) == (400, "$.params.action.payload")


def test_03_the_model_is_told_of_a_click(load: Load, model: tuple[str, list[dict[str, Any]]]) -> None:
    address, log = model
    module = load("03_tools", LLM_PROVIDER="compatible", LLM_BASE_URL=address)
    with live(closing(module.app, module.assistant.model)) as port:
        wire = Wire(port)
        thread = wire.thread("hello")
        wire.ask(
            "threads.custom_action", thread_id=thread, action={"type": "save_place", "payload": {"city": "Lisbon"}}
        )
        wire.say(thread, "what did I save?")
    assert "The user saved Lisbon." in json.dumps(log[-1]["body"])


def test_03_tools_of_the_page(load: Load) -> None:
    with live(load("03_tools").app) as port:
        wire = Wire(port)
        asked = wire.create("/client-tool dark").raw_events
        call = asked[-1]["item"]
        result = {"done": True}
        after = wire.ask("threads.add_client_tool_output", thread_id=call["thread_id"], result=result).raw_events
    assert (call["type"], call["status"], call["name"]) == ("client_tool_call", "pending", "switch_theme")
    assert call["arguments"] == {"theme": "dark"}
    assert not answers(asked), "the run ends with the call: the model does not go on without the page's result"
    assert "switch_theme" in answers(after)[-1], "the page's result starts the next turn"


def test_04_multi_agent_with_the_demo(load: Load) -> None:
    with live(load("04_multi_agent").app) as port:
        wire = Wire(port)
        thread = wire.thread("good morning")
        stopped = wire.say(thread, "my Password is x").raw_events
        [said] = answers(wire.say(thread, "never mind").raw_events)
    assert stopped[-1]["type"] == "error"
    assert stopped[-1]["allow_retry"] is False
    assert not answers(stopped), "the guardrail stops it before the model says anything"
    assert "never mind" in said, "an old trip does not block the thread"


def test_04_the_guardrail_stops_before_the_model_is_asked(load: Load, model: tuple[str, list[dict[str, Any]]]) -> None:
    address, log = model
    module = load("04_multi_agent", LLM_PROVIDER="compatible", LLM_BASE_URL=address)
    with live(closing(module.app, module.model)) as port:
        events = Wire(port).create("my password is x").raw_events
    assert events[-1]["type"] == "error"
    assert log == [], "the password goes nowhere"


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_04_multi_agent_hands_over(load: Load, model: tuple[str, list[dict[str, Any]]], dialect: str) -> None:
    address, log = model
    module = load("04_multi_agent", LLM_PROVIDER="compatible", LLM_BASE_URL=address, LLM_API=dialect)
    with live(closing(module.app, module.model)) as port:
        events = Wire(port).create(scripted(["call", "transfer_to_poet"], ["then"], ["text", "Roses"])).raw_events
    assert answers(events) == ["Roses"]
    steps = [e["item"]["workflow"] for e in events if e["type"] == "thread.item.done" and "workflow" in e["item"]]
    assert [task["title"] for task in steps[0]["tasks"]] == ["Handing over to poet"]
    told = [json.dumps(call["body"]) for call in log]
    assert len(told) == 2
    assert "Greet the user" in told[0]
    assert "Answer in verse" in told[1], "after the handoff the poet is asked"


def test_in_fastapi(load: Load) -> None:
    module = load("in_fastapi")
    closed: list[bool] = []
    close = module.store.aclose

    async def aclose() -> None:
        closed.append(True)
        await close()

    module.store.aclose = aclose
    with live(module.app) as port:
        assert get(port, "/health") == (200, b'{"status":"ok"}')
        streamed(Wire(port))
        thread = Wire(port).thread("kept")
    assert closed == [True], "the outer app hands on that the server stops"
    with live(load("in_fastapi").app) as port:
        assert Wire(port).items(thread)


@pytest.mark.parametrize("name", ["in_django", "in_flask"])
def test_who_is_logged_in_there_is_who_chats(load: Load, name: str) -> None:
    if name not in ONCE:
        ONCE[name] = load(name)
    module = ONCE[name]
    sys.modules[module.__name__] = module
    with live(module.app, lifespan="auto") as port:
        refused = Wire(port).create("hello")
        ada = Wire(port, headers={"cookie": login(port, "ada")})
        eve = Wire(port, headers={"cookie": login(port, "eve")})
        thread = ada.thread("hello")
        streamed(ada)
        assert refused.status == 401
        assert ada.items(thread)
        assert eve.ask("items.list", thread_id=thread).status == 404
        forged = {"cookie": ada.headers["cookie"][:-1] + "~"}
        assert Wire(port, headers=forged).create("hello").status == 401


ONCE: dict[str, ModuleType] = {}
"""Examples that can be imported once in a process: Django is configured at import."""


def login(port: int, name: str) -> str:
    """Log in; give the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", f"/login/{name}")
    response = connection.getresponse()
    assert (response.status, response.read().decode()) == (200, f"Hello {name}.")
    cookie = response.getheader("set-cookie") or ""
    connection.close()
    assert "samesite=lax" in cookie.lower()
    return cookie.partition(";")[0]


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def streamed(wire: Wire) -> None:
    """Check that an answer arrives while it is made, and that leaving in its middle stops it."""
    body = {"type": "threads.create", "params": {"input": message("/long 200")}}
    began = time.monotonic()
    with wire.open("POST", body, None) as connection:
        arriving = frames(connection.getresponse())
        first = json.loads(next(arriving).removeprefix(b"data: "))
        for _ in range(20):
            next(arriving)
    assert time.monotonic() - began < 10, "the whole answer takes 200 lines of a dozen words, at 20 ms each"
    thread = first["thread"]["id"]
    while len(items := wire.items(thread)) < 2:
        assert time.monotonic() - began < 15, "what was said before the user left is kept"
        time.sleep(0.05)
    assert "200. This is line" not in items[1]["content"][0]["text"]


TOKENS = "ada=lovelace,alan=turing,nobody="


@pytest.mark.parametrize(
    ("header", "user"),
    [
        pytest.param("Bearer lovelace", "ada", id="ada"),
        pytest.param("bearer turing", "alan", id="alan"),
        pytest.param(None, None, id="none"),
        pytest.param("Bearer ", None, id="empty"),
        pytest.param("Bearer lovelac", None, id="wrong"),
        pytest.param("Basic lovelace", None, id="other-scheme"),
    ],
)
def test_auth_header(load: Load, header: str | None, user: str | None) -> None:
    with live(load("auth_header", CHAT_TOKENS=TOKENS).app) as port:
        reply = Wire(port, headers={"authorization": header} if header else {}).create("hello")
    if user:
        assert answers(reply.raw_events) == [f"Hello {user}, you are on the free plan."]
    else:
        assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_auth_header_lets_nobody_in_without_tokens(load: Load) -> None:
    with live(load("auth_header").app) as port:
        assert Wire(port, headers={"authorization": "Bearer "}).create("hello").status == 401


def test_gemini(load: Load, model: tuple[str, list[dict[str, Any]]]) -> None:
    address, log = model
    env = {"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": "k", "GEMINI_BASE_URL": address, "LLM_MODELS": "gemini-2.5-pro"}
    module = load("gemini", **env)
    with live(closing(module.app, module.provider.model)) as port:
        wire = Wire(port)
        assert answers(wire.create("hello").raw_events) == ["hello"]
        wire.create("hello", inference_options={"model": "gemini-2.5-pro"})
        wire.create("hello", inference_options={"model": "somebody-elses"})
    assert [call["path"] for call in log] == ["/v1/chat/completions"] * 3
    assert [call["body"]["model"] for call in log] == ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash"]


def test_gemini_with_the_demo(load: Load) -> None:
    with live(load("gemini").app) as port:
        assert "demo model" in answers(Wire(port).create("hello").raw_events)[0]


def test_gemini_says_that_the_key_is_missing(load: Load) -> None:
    with pytest.raises(SystemExit, match="GEMINI_API_KEY"):
        load("gemini", LLM_PROVIDER="gemini")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_short_and_says_how_to_run_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    teaches = ast.get_docstring(ast.parse(text)) or ""
    assert len(text.splitlines()) < 60
    assert f"uvicorn --app-dir agents/examples {path.stem}:app" in teaches
    assert re.search(rf"\b(test_{path.stem}|{path.stem}\b)", Path(__file__).read_text(encoding="utf-8"))


UNTYPED = {"in_django", "in_flask"}
"""Django brings no types, and those of Flask and a2wsgi do not agree about what WSGI is."""


@pytest.mark.slow
def test_the_types_of_the_examples_hold() -> None:
    names = [str(path) for path in FILES if path.stem not in UNTYPED]
    command = [sys.executable, "-m", "mypy", "--strict", "--scripts-are-modules", *names]
    run = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_with_files(load: Load) -> None:
    module = load("with_files")
    with live(module.app) as port:
        body = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n'
        body += b"content-type: text/plain\r\n\r\nboat\r\n"
        upload = Wire(port, "/chatkit/api/upload")
        made = upload.post(body + b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}).json
        [said] = answers(Wire(port).create("look", attachments=[made["id"]]).raw_events)
        path = re.search(r"\]\(http://127\.0\.0\.1:\d+(\S+)\)", said)
        assert said.endswith("has 4 bytes of text/plain.")
        assert path
        assert Wire(port, path[1]).request("GET").body == b"boat"
        assert answers(Wire(port).create("nothing").raw_events) == ["Attach something."]


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("ada", "lovelace", 204),
        ("ada", "wrong", 403),
        ("ada", "", 403),
        ("eve", "", 403),
        ("eve", "None", 403),
        ("eve", "%00", 403),
    ],
)
def test_sign_in(load: Load, user: str, password: str, status: int) -> None:
    with live(load("sign_in", CHAT_PASSWORDS="ada=lovelace").app) as port:
        form = f"user={user}&password={password}"
        signed = Wire(port, "/sign-in").post(form, {"content-type": "application/x-www-form-urlencoded"})
        assert signed.status == status
        cookie = signed.headers.get("set-cookie", "").partition(";")[0]
        asked = Wire(port, headers={"cookie": cookie, "chatkit-csrf": "1"}).create("hello")
        if status == 204:
            assert answers(asked.raw_events) == ["Hello ada."]
            assert Wire(port, headers={"cookie": cookie}).create("hello").status == 403
        else:
            assert asked.status == 401


def test_there_is_something_to_test() -> None:
    assert len(FILES) >= 11


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_command_in_its_first_lines_serves_it(path: Path, load: Load, tmp_path: Path) -> None:
    teaches = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    runs = [line for line in teaches.splitlines() if re.match(r" +(\w+=\S+ )*uvicorn", line)]
    line = next(line for line in runs if "LLM_" not in line)
    settings = dict(word.split("=", 1) for word in shlex.split(line) if re.match(r"[A-Z_]+=", word))
    folder = FOLDER.parents[1]
    command = [sys.executable, "-m", "uvicorn", *shlex.split(line.partition("uvicorn ")[2]), "--port", "0"]
    command[command.index("agents/examples")] = str(folder / "agents/examples")
    env = {"PATH": "", "PYTHONUNBUFFERED": "1"} | settings
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        try:
            port = next(int(found[1]) for line in server.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
            assert Wire(port).create("hello").status in {200, 401}
        finally:
            server.terminate()
            server.stderr.read()
