"""A backend with an agent of the OpenAI Agents SDK, which is told the whole thread at every turn.

The model is the one that the environment names: without settings the built-in demo, which needs neither a key
nor a network.

    uvicorn --app-dir agents/examples 02_agent:app
    LLM_PROVIDER=openai OPENAI_API_KEY=… uvicorn --app-dir agents/examples 02_agent:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

from agents import Agent
from chatkit_agents import agent_responder, create_model
from chatkit_server import create_app

assistant = Agent[object](
    name="Assistant",
    instructions="Answer briefly, in the user's language.",
    model=create_model(),
)

app = create_app(agent_responder(assistant), allow_origins=["http://localhost:3000"])
