"""Who asks: a user for each bearer token, 401 for anyone else. No user sees what is another's.

The page adds the header in its own `fetch` (see `frontend/`). Tokens come from the environment here; an app of
your own would look them up, or check a signature. Only their digests are kept.

    CHAT_TOKENS=ada=lovelace,alan=turing uvicorn --app-dir agents/examples auth_header:app
    curl -N http://127.0.0.1:8000/chatkit/api -H 'authorization: Bearer lovelace' -d \
      '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}]}}}'
"""

from hashlib import sha256
from os import environ

from starlette.requests import Request

from chatkit_server import Answer, Context, Turn, Unauthorized, create_app


def digest(token: str) -> bytes:
    """Hash a token, so that how long a look-up takes tells nothing about it."""
    return sha256(token.encode()).digest()


PAIRS = [pair.partition("=") for pair in environ.get("CHAT_TOKENS", "").split(",") if "=" in pair]
USERS = {digest(token): name for name, _, token in PAIRS if token}


def identify(request: Request) -> Context:
    """Name the user of a request. `data` is the app's own, and reaches the responder and the tools."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    user = USERS.get(digest(token)) if scheme.lower() == "bearer" else None
    if user is None:
        raise Unauthorized("This needs a valid token.")
    return Context(user=user, data={"plan": "free"})


async def respond(turn: Turn) -> Answer:
    """Answer a message."""
    yield turn.say(f"Hello {turn.user}, you are on the {turn.context.data['plan']} plan.")


app = create_app(respond, identify=identify, allow_origins=["http://localhost:3000"])
