"""The demo agent: the demo model, a tool of the server, one that needs the user's word, and a tool of the page."""

import asyncio

from agents import Agent, Model, RunContextWrapper, function_tool
from chatkit_agents.context import ToolContext
from chatkit_agents.responder import stop_at
from chatkit_protocol.tasks import CustomTask
from chatkit_protocol.widgets import Caption, Card, Row, Spacer, Text, Title

INSTRUCTIONS = "You are a friendly assistant. Answer briefly, in the user's language. Use tools where they help."


@function_tool
async def get_weather(wrapper: RunContextWrapper[ToolContext[None]], city: str) -> str:
    """Tell the weather in a city and show it as a card.

    Args:
        wrapper: Where the tool finds its context; the model does not see it.
        city: The city.
    """
    context = wrapper.context
    await context.progress(f"Looking out of the window in {city}…", icon="search")
    step = context.task(CustomTask(title=f"Weather in {city}", icon="globe", status_indicator="loading"))
    await asyncio.sleep(0)
    degrees = 10 + sum(map(ord, city)) % 20
    step.change(CustomTask(title=f"Weather in {city}", icon="globe", status_indicator="complete"))
    context.widget(_card(city, degrees), copy_text=f"{city}: {degrees} °C")
    return f"{degrees} °C and sunny in {city}."


def _card(city: str, degrees: int) -> Card:
    return Card(
        children=[
            Row(children=[Title(value=city), Spacer(), Title(value=f"{degrees} °C")]),
            Text(value="Sunny"),
            Caption(value="From the demo's own window"),
        ]
    )


@function_tool
async def switch_theme(wrapper: RunContextWrapper[ToolContext[None]], theme: str) -> str:
    """Switch the page between light and dark.

    Args:
        wrapper: Where the tool finds its context; the model does not see it.
        theme: `light` or `dark`.
    """
    wrapper.context.client_tool("switch_theme", {"theme": theme})
    return "asked the page"


@function_tool(needs_approval=True)
async def send_postcard(to: str, text: str) -> str:
    """Send a postcard. The user is asked first.

    Args:
        to: Who gets it.
        text: What is on it.
    """
    return f"The postcard to {to} is on its way: “{text}”"


def demo_agent(model: Model) -> Agent[ToolContext[None]]:
    """Make the agent with a model."""
    return Agent(
        name="Demo",
        instructions=INSTRUCTIONS,
        model=model,
        tools=[get_weather, send_postcard, switch_theme],
        tool_use_behavior=stop_at(switch_theme),
    )
