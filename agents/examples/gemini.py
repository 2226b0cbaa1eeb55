"""Google Gemini instead of OpenAI: the provider, its key and its models are read from the environment.

The user may choose another model in the composer: those of LLM_MODELS, with their names as the ids in the page's
`composer.models`. Nothing is sent to OpenAI: the Agents SDK's tracing is off. Without settings the demo answers.

    uvicorn --app-dir agents/examples gemini:app
    LLM_PROVIDER=gemini GEMINI_API_KEY=… LLM_MODELS=gemini-2.5-pro uvicorn --app-dir agents/examples gemini:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

import sys

from agents import Agent
from chatkit_agents import ProviderError, agent_responder, choose
from chatkit_server import create_app

try:
    provider = choose()  # `create_model()` is its `model` alone
except ProviderError as error:
    sys.exit(str(error))  # says which setting is missing, and never shows a key

assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=provider.model)

app = create_app(agent_responder(assistant, models=provider.models), allow_origins=["http://localhost:3000"])
