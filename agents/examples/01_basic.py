"""A ChatKit backend without an agent: a responder yields events, and that is all there is to it.

It says back what it hears, word by word, and calls the thread by its first message.

    uvicorn --app-dir agents/examples 01_basic:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

from chatkit_server import Answer, Turn, create_app


async def respond(turn: Turn) -> Answer:
    """Answer a message."""
    yield turn.progress("Listening…")
    yield turn.stream(word + " " for word in f"You said: {turn.text}".split())
    if not turn.thread.title:
        turn.thread.title = turn.text[:40]


app = create_app(respond, allow_origins=["http://localhost:3000"])
