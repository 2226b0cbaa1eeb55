"""ChatKit inside a FastAPI app: mounted under a path, with the app's own routes around it.

A mounted app is not told when the server stops, so the outer app closes the store.

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

store = SQLiteStore("chat.sqlite3")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Close the store when the server stops."""
    yield
    await store.aclose()


app = FastAPI(title="Shop", lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer a route of the app's own."""
    return {"status": "ok"}


assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=create_model())

# Mounted last: a mount takes everything under its path. The endpoint is /chatkit/api.
app.mount("/chatkit", create_app(agent_responder(assistant), store=store, path="/api"))
