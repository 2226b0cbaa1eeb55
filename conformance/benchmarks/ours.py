"""Our side of the benchmark: `python ours.py --port N [--data FILE]`."""

from __future__ import annotations

import argparse

import fake_agent
import tasks
import uvicorn

from agents import set_tracing_disabled
from chatkit_agents import agent_responder
from chatkit_server import Answer, SQLiteStore, Turn, create_app

agent = agent_responder(fake_agent.AGENT, history=1)


async def respond(turn: Turn) -> Answer:
    """Do what the message asks for."""
    if turn.text.startswith("agent"):
        fake_agent.ask(turn.text)
        yield agent(turn)
    else:
        yield turn.stream(tasks.pieces(turn.text))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", default="")
    given = parser.parse_args()
    set_tracing_disabled(disabled=True)
    app = create_app(respond, store=SQLiteStore(given.data) if given.data else None)
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="critical", access_log=False)
