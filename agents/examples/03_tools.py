"""Tools: one of the server that shows a widget, one of the page, and actions for the widget's buttons.

A tool reaches the user through `wrapper.context`. A tool of the page ends the run: `stop_at` names it, the page runs
it, and its result starts the next turn; `frontend/` is such a page. The demo model obeys `/tool Lisbon` and
`/client-tool dark`.

    uvicorn --app-dir agents/examples 03_tools:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

from msgspec import Struct

from agents import Agent, RunContextWrapper, function_tool
from chatkit_agents import ToolContext, agent_responder, create_model, stop_at
from chatkit_protocol.widgets import ActionConfig, Button, Card, Text, Title
from chatkit_server import Answer, Turn, action, create_app


class Place(Struct):
    """What the button sends."""

    city: str


@function_tool
async def get_weather(wrapper: RunContextWrapper[ToolContext[None]], city: str) -> str:
    """Tell the weather in a city and show it to the user."""
    await wrapper.context.progress(f"Looking at the sky over {city}…")
    sky = Text(value="21 °C, sunny")
    show = Button(label="Map", onClickAction=ActionConfig(type="show_map", payload={"city": city}, handler="client"))
    save = Button(label="Save", onClickAction=ActionConfig(type="save_place", payload={"city": city}))
    wrapper.context.widget(Card(children=[Title(value=city), sky, show, save]))
    return f"21 °C and sunny in {city}"


@function_tool
async def switch_theme(wrapper: RunContextWrapper[ToolContext[None]], theme: str) -> str:
    """Switch the page to `light` or `dark`."""
    wrapper.context.client_tool("switch_theme", {"theme": theme})
    return "The page has been asked."  # nobody reads it: the page's own result is what the model gets


@action("save_place", payload=Place)
async def save_place(turn: Turn, payload: Place) -> Answer:
    """Take a click; the hidden note lets the model know of it, too."""
    yield turn.hidden(f"The user saved {payload.city}.")
    yield turn.notice(f"Saved **{payload.city}**.")


assistant = Agent[ToolContext[None]](
    name="Assistant",
    instructions="Help with the weather and with the look of the page.",
    model=create_model(),
    tools=[get_weather, switch_theme],
    tool_use_behavior=stop_at(switch_theme),
)

app = create_app(agent_responder(assistant), actions=[save_place], allow_origins=["http://localhost:3000"])
