"""ChatKit beside Flask, in one process: requests for the chat go to it, all others to Flask.

Flask is WSGI, which holds a thread for as long as an answer streams and does not say when the user leaves. So the
chat is not put into Flask: both are put under one ASGI server, and Flask runs in threads, as it is used to.
Whoever is logged in to Flask is who chats.

    pip install flask a2wsgi
    uvicorn --app-dir agents/examples in_flask:app
    curl -c jar -X POST http://127.0.0.1:8000/login/ada
    curl -N -b jar http://127.0.0.1:8000/chatkit/api -d \
      '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}]}}}'
"""

import secrets

from a2wsgi import WSGIMiddleware
from flask import Flask, session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from agents import Agent
from chatkit_agents import agent_responder, create_model
from chatkit_server import Unauthorized, create_app

site = Flask(__name__)
site.secret_key = secrets.token_hex()  # your app's own, so that sessions outlive a restart
site.config["SESSION_COOKIE_SAMESITE"] = "Lax"  # other sites' pages must not speak in the user's name


@site.post("/login/<name>")
def login(name: str) -> str:
    """Stand in for a login page."""
    session["name"] = name
    return f"Hello {name}."


def identify(request: Request) -> str:
    """Read Flask's session from the cookie, as Flask itself would."""
    with site.test_request_context(headers={"cookie": request.headers.get("cookie", "")}):
        name = session.get("name")
    if not name:
        raise Unauthorized("Log in first.")
    return str(name)


assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=create_model())
chat = create_app(agent_responder(assistant), identify=identify, path="/api")
routes = [Mount("/chatkit", chat), Mount("/", WSGIMiddleware(site))]
app = Starlette(routes=routes, lifespan=lambda _app: chat.router.lifespan_context(chat))
