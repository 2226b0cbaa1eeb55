"""Google Gemini instead of OpenAI: `create_model` reads the provider from the environment.

The user chooses between two models in the composer (`composer.models` of the page, with the ids below). Nothing is
sent to OpenAI: the Agents SDK's tracing is off. Without the two settings the built-in demo answers.

    LLM_PROVIDER=gemini GEMINI_API_KEY=… uvicorn --app-dir agents/examples gemini:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

import sys

from agents import Agent
from chatkit_agents import SetupError, agent_responder, create_model
from chatkit_server import create_app

try:
    MODELS = {
        "fast": create_model(model="gemini-2.5-flash"),
        "thorough": create_model(model="gemini-2.5-pro"),
    }
except SetupError as error:
    sys.exit(str(error))  # says which setting is missing

assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=MODELS["fast"])

app = create_app(agent_responder(assistant, models=MODELS), allow_origins=["http://localhost:3000"])
