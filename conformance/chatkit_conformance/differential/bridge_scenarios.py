"""What is said to an agent on the official bridge and to the same one on ours, and where the two may differ.

The turns of a scenario are the model's scripts; `OUTPUT` answers the client tool call of the turn before.
"""

from typing import Any, NamedTuple

from chatkit_conformance.fake_model import scripted

Turn = str
OUTPUT = "(the page's output)"
BOTH = ("responses", "chat")
RESPONSES = ("responses",)
PAGE = "https://example.com/boats"


class Scenario(NamedTuple):
    """A conversation, and the divergences that it shows."""

    name: str
    turns: tuple[Turn, ...]
    cites: str = ""
    """Numbers of divergences, in either dialect; D16 is in every answer of the chat dialect and is not named."""
    dialects: tuple[str, ...] = BOTH
    agent: str = "main"
    error: str = ""
    """What ours tells the user where the official SDK says `stream.error`."""
    mended: bool = False
    """Compare with the official SDK without its fault with citations (D24)."""


def one(name: str, *steps: list[Any], **more: Any) -> Scenario:
    """Write a scenario of one turn."""
    return Scenario(name, (scripted(*steps),), **more)


def tool(name: str, tool_name: str, arguments: Any, **more: Any) -> Scenario:
    """Write a scenario in which the model calls a tool and then answers."""
    return one(name, ["call", tool_name, arguments], ["then"], ["text", "Done."], **more)


TEXTS = (
    Scenario("an echo", ("Just say this again.",)),
    one("pieces", ["text", "a", " b", "\nc", " 你好 🌍", "  "]),
    one("two parts", ["text", "First ", "part."], ["text", "Second."], dialects=RESPONSES),
    one("two messages", ["text", "First."], ["message"], ["text", "Second."], dialects=RESPONSES),
    one("an empty response"),
    one("an empty text", ["text"]),
    one("a long text", ["text", *(f"word{n} " for n in range(200))]),
    one("cut short by the model", ["text", "As far as"], ["incomplete", "max_output_tokens"], dialects=("chat",)),
    Scenario("two turns", (scripted(["text", "One."]), scripted(["text", "Two."]))),
    Scenario("three turns with an echo", (scripted(["text", "One."]), "hello", scripted(["text", "Three."]))),
    one("Markdown and HTML", ["text", "# T\n", "<b>b</b> ", "\u2028 [a](b)"]),
)
REFUSALS = (
    one("a refusal", ["refusal", "I must ", "not."], cites="D15"),
    one("a refusal after text", ["text", "Well. "], ["refusal", "I must ", "not."], cites="D15"),
    one(
        "a refusal and a tool",
        ["text", "Well. "],
        ["refusal", "I must ", "not."],
        ["call", "weather", {"city": "Oslo"}],
        ["then"],
        ["text", "Sun."],
        cites="D15",
    ),
    one("a refusal before text", ["refusal", "No."], ["text", "But this."], cites="D15", dialects=RESPONSES),
)
REASONING = (
    one("a thought", ["reasoning", ["I ", "think."]], ["text", "So."], dialects=RESPONSES),
    one("three thoughts", ["reasoning", "One a.", "Two b.", "Three c."], ["text", "So."], dialects=RESPONSES),
    one(
        "two bouts of reasoning", ["reasoning", "First."], ["reasoning", "Second."], ["text", "So."], dialects=RESPONSES
    ),
    one("equal thoughts", ["reasoning", "Same.", "Same."], ["text", "So."], cites="D17", dialects=RESPONSES),
    one("reasoning without a summary", ["reasoning"], ["text", "So."], dialects=RESPONSES),
    one("reasoning between messages", ["text", "a"], ["reasoning", "Hm."], ["text", "b"], dialects=RESPONSES),
    one("reasoning alone stays open", ["reasoning", "Hm."], dialects=RESPONSES),
    Scenario(
        "a workflow continues in the next turn",
        (scripted(["reasoning", "Hm."]), scripted(["reasoning", "And."], ["text", "So."])),
        dialects=RESPONSES,
    ),
    one(
        "reasoning around a tool",
        ["reasoning", "Hm."],
        ["call", "weather", {"city": "Oslo"}],
        ["then"],
        ["reasoning", "Ah."],
        ["text", "Sun."],
        dialects=RESPONSES,
    ),
    one("raw reasoning", ["reasoning", "Not for the user."], ["text", "So."], dialects=("chat",)),
)
CITATIONS = (
    one("a page is cited", ["text", "See ", "it."], ["url", PAGE, "Boats"], mended=True, dialects=RESPONSES),
    one("a file is cited", ["text", "See it."], ["file", "log.txt"], mended=True, dialects=RESPONSES),
    one("a container's file is cited", ["text", "See it."], ["container", "a.png"], mended=True, dialects=RESPONSES),
    one("a file of the sandbox is not shown", ["text", "See."], ["file_path", "f"], mended=True, dialects=RESPONSES),
    one("a file without a name is not shown", ["text", "See."], ["file", ""], mended=True, dialects=RESPONSES),
    one(
        "several, in two parts",
        ["text", "One."],
        ["url", PAGE, "A"],
        ["file", ""],
        ["file", "b.txt"],
        ["text", "Two."],
        ["container", "c.png"],
        mended=True,
        dialects=RESPONSES,
    ),
    one("a citation and the SDK's fault", ["text", "See."], ["url", PAGE, "A"], cites="D24", dialects=RESPONSES),
)
IMAGES = (
    one("an image", ["image", 0], ["text", "There."], dialects=RESPONSES),
    one("an image after sketches", ["image", 3], ["text", "There."], dialects=RESPONSES),
    one("text, image, text", ["text", "a"], ["image", 1], ["text", "b"], dialects=RESPONSES),
    one("an image that fails", ["image", 1, None], ["text", "Sorry."], cites="D25", dialects=RESPONSES),
)
TOOLS = (
    tool("a tool", "weather", {"city": "Oslo"}),
    tool("a tool that fails", "fails", {}),
    one(
        "two calls at once",
        ["call", "weather", {"city": "Oslo"}],
        ["call", "weather", {"city": "Rome"}],
        ["then"],
        ["text", "Both."],
    ),
    one(
        "two rounds",
        ["text", "First. "],
        ["call", "weather", {"city": "Oslo"}],
        ["then"],
        ["text", "Then. "],
        ["call", "weather", {"city": "Rome"}],
        ["then"],
        ["text", "Last."],
    ),
    one(
        "tools of the provider",
        ["web_search", "boats"],
        ["file_search", "log.txt"],
        ["code_interpreter", "1+1"],
        ["text", "Found."],
        dialects=RESPONSES,
    ),
    tool("progress", "progress", {"text": "Looking…"}),
    tool("an effect", "effect", {"name": "blink"}),
    tool("a notice", "notice", {"text": "**Careful**"}),
    tool("a message by a tool", "say", {"text": "From the tool."}),
    tool("a hidden item by a tool", "hidden", {"text": "secret"}),
    tool("a widget by a tool", "card", {"texts": ["Oslo"]}),
    tool("a widget that grows", "card", {"texts": ["a", "ab", "abc"]}),
    tool("a step", "task", {"titles": ["One"]}),
    tool("steps", "task", {"titles": ["One", "Two", "Three"]}),
    tool("equal steps", "task", {"titles": ["Same", "Same"]}, cites="D17"),
    one(
        "a step is changed",
        ["call", "task", {"titles": ["One", "Two"]}],
        ["then"],
        ["call", "change", {"title": "First", "place": 0}],
        ["then"],
        ["text", "Done."],
    ),
    one(
        "steps are ended",
        ["call", "task", {"titles": ["One"]}],
        ["then"],
        ["call", "end", {"title": "All", "expanded": True}],
        ["then"],
        ["text", "Done."],
    ),
    one(
        "a widget ends the steps",
        ["call", "task", {"titles": ["One"]}],
        ["then"],
        ["call", "card", {"texts": ["Oslo"]}],
        ["then"],
        ["text", "Done."],
    ),
    one(
        "a step joins the reasoning",
        ["reasoning", "Hm."],
        ["call", "task", {"titles": ["One"]}],
        ["then"],
        ["text", "Done."],
        dialects=RESPONSES,
    ),
)
ASKED = ["call", "page", {"name": "look"}]
PAGES = (
    Scenario("a client tool", (scripted(ASKED, ["then"], ["text", "Thanks."]), OUTPUT)),
    Scenario(
        "a client tool after text", (scripted(["text", "One moment."], ASKED, ["then"], ["text", "Thanks."]), OUTPUT)
    ),
    Scenario(
        "a workflow continues after a client tool",
        (scripted(["reasoning", "Hm."], ASKED, ["then"], ["reasoning", "Ah."], ["text", "So."]), OUTPUT),
        dialects=RESPONSES,
    ),
    one("a client tool that nobody answers", ASKED),
)
HANDOFFS = (
    one("a handoff", ["call", "transfer_to_second", {}], ["then"], ["text", "It is the second now."]),
    one(
        "a handoff and a tool",
        ["call", "transfer_to_second", {}],
        ["then"],
        ["call", "weather", {"city": "Oslo"}],
        ["then"],
        ["text", "Sun."],
    ),
)
GUARDS = (
    one("a guardrail lets through", ["text", "Fine."], agent="guarded"),
    Scenario("a guardrail of the input", ("BLOCKED",), agent="guarded", cites="D26", error="guardrail"),
    one("a guardrail of the output", ["text", "BLOCKED"], agent="checked", cites="D26", error="guardrail"),
    one(
        "a guardrail takes back all items",
        ["reasoning", "Hm."],
        ["text", "a"],
        ["call", "card", {"texts": ["Oslo"]}],
        ["then"],
        ["text", "BLOCKED"],
        agent="checked",
        cites="D26 D27",
        error="guardrail",
        dialects=RESPONSES,
    ),
)
ENDLESS: list[list[Any]] = [["call", "weather", {"city": "Oslo"}], ["then"]] * 5
ERRORS = (
    one("a refused key", ["error", 401], cites="D26", error="API key"),
    one("too many requests", ["error", 429], cites="D26", error="too many"),
    one("no quota", ["error", "quota"], cites="D26", error="quota"),
    one("a provider that fails", ["error", 500], cites="D26", error="Try again"),
    one("an unknown tool", ["call", "nobody", {}], cites="D26", error="Try again"),
    one(
        "too many rounds",
        *ENDLESS,
        cites="D26",
        error="more steps",
    ),
    one("a cut stream", ["text", "a", "b", "c"], ["cut", 5], cites="D26", error="Try again"),
    one(
        "a failing response",
        ["text", "a"],
        ["failed", "server_error", "Sorry."],
        cites="D26",
        error="cannot be used",
        dialects=RESPONSES,
    ),
    one(
        "a response cut short",
        ["text", "As far as"],
        ["incomplete", "max_output_tokens"],
        cites="D26",
        error="cannot be used",
        dialects=RESPONSES,
    ),
)

SCENARIOS = (
    *TEXTS,
    *REFUSALS,
    *REASONING,
    *CITATIONS,
    *IMAGES,
    *TOOLS,
    *PAGES,
    *HANDOFFS,
    *GUARDS,
    *ERRORS,
)
