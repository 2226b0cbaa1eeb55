"""ChatKit inside a FastAPI app: mounted under a path, with the app's own routes around it.

A mounted app is not told when the server begins and stops, so the outer app hands it on.

    pip install fastapi
    uvicorn --app-dir agents/examples in_fastapi:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from agents import Agent
from chatkit_agents import agent_responder, create_model
from chatkit_server import SQLiteStore, create_app

assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=create_model())
store = SQLiteStore("chat.sqlite3")
chat = create_app(agent_responder(assistant), store=store, path="/api")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Hand it on: the chat sweeps attached files, and at the end completes its answers and closes its store."""
    async with chat.router.lifespan_context(chat):
        yield


app = FastAPI(title="Shop", lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer a route of the app's own."""
    return {"status": "ok"}


# Mounted last: a mount takes everything under its path. The endpoint is /chatkit/api.
app.mount("/chatkit", chat)
