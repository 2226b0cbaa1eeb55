"""`chatkit-wire serve` with a model over the network: it says which, answers in `chat`, and says what is wrong."""

from collections.abc import Iterator

import pytest

from chatkit_conformance.fake_model import scripted
from cli.processes import Served, chatkit_wire
from support.model_server import KEY, WRONG, Fake, fake_model
from support.wire import Wire


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture(scope="module")
def served(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    env = fake.environment("responses", LLM_MODEL="some-model", LLM_MODELS="fast")
    served = Served("serve", "--port", "0", cwd=tmp_path_factory.mktemp("served"), **env)
    served.wait_for("Ctrl-C")
    yield served
    served.close()


def test_it_says_which_model_answers(served: Served, fake: Fake) -> None:
    assert f"some-model (127.0.0.1:{fake.port}, responses API); the user may choose fast" in served.printed()


def test_the_model_answers_in_chat(served: Served) -> None:
    ended = chatkit_wire("chat", served.url, "--once", scripted(["text", "Hello from ", "the model."]))
    assert ended.returncode == 0, ended.stderr
    assert "Hello from the model." in ended.stdout


def test_a_tool_of_the_demo_agent_is_used(served: Served) -> None:
    turn = scripted(["call", "get_weather", {"city": "Oslo"}], ["then"], ["text", "Sunny."])
    ended = chatkit_wire("chat", served.url, "--once", turn)
    assert "Weather in Oslo" in ended.stdout
    assert "Sunny." in ended.stdout


def test_the_user_may_choose_the_model(served: Served, fake: Fake) -> None:
    fake.log.clear()
    Wire(served.port).create("hello", inference_options={"model": "fast"})
    assert [entry["body"]["model"] for entry in fake.log] == ["fast"]


WRONGS = [
    pytest.param(
        {"LLM_API_KEY": WRONG}, "Whoever runs this server must set a valid key and start it again.", id="a-wrong-key"
    ),
    pytest.param({"LLM_MODEL": "unknown-1"}, "must check LLM_MODEL and the provider's address.", id="an-unknown-model"),
    pytest.param({"LLM_BASE_URL": "http://127.0.0.1:9/v1"}, "must check the provider's address.", id="no-route"),
]


@pytest.mark.parametrize(("settings", "says"), WRONGS)
def test_what_is_wrong_is_said_in_chat_and_no_key_is_shown(
    fake: Fake, tmp_path, settings: dict[str, str], says: str
) -> None:
    served = Served("serve", "--port", "0", cwd=tmp_path, **fake.environment("chat", **settings))
    served.wait_for("Ctrl-C")
    ended = chatkit_wire("chat", served.url, "--once", "hello")
    printed = served.printed()
    served.close()
    told = " ".join((ended.stdout + ended.stderr).replace("│", "").split())
    assert ended.returncode == 1
    assert says in told
    assert "CANARY" not in told + printed
    assert KEY not in printed


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": ""}, "OPENAI_API_KEY is not set", id="no-key"),
        pytest.param({"LLM_PROVIDER": "compatible"}, "LLM_BASE_URL is not set", id="no-address"),
        pytest.param({"LLM_PROVIDER": "none"}, "LLM_PROVIDER is 'none'", id="no-such-provider"),
    ],
)
def test_it_does_not_start_without_what_it_needs(tmp_path, settings: dict[str, str], says: str) -> None:
    ended = chatkit_wire("serve", "--port", "0", "--data", str(tmp_path / "x.sqlite3"), **settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr


def test_a_key_without_a_provider_is_pointed_out(tmp_path) -> None:
    served = Served("serve", "--port", "0", cwd=tmp_path, OPENAI_API_KEY=KEY)
    printed = served.wait_for("Ctrl-C")
    served.close()
    assert "OPENAI_API_KEY is set but not used: LLM_PROVIDER=openai would" in printed
    assert "CANARY" not in printed


def test_the_fake_model_is_served_by_a_verb_of_its_own() -> None:
    model = Served("fake-model", "--port", "0", "--key", KEY)
    printed = model.wait_for("/reset")
    address = next(word for word in printed.split() if word.endswith("/v1"))
    refused = chatkit_wire("fake-model", "--port", address.removesuffix("/v1").rpartition(":")[2])
    model.close()
    assert address.startswith("http://127.0.0.1:")
    assert "/log" in printed
    assert "CANARY" not in printed
    assert refused.returncode == 2
    assert "address already in use" in refused.stderr
