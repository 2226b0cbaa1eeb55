"""Accounts without an issuer: the app signs its users in itself, and remembers them with a signed cookie.

The page sends `chatkit-csrf` with every request of the widget, so that no other page can use the cookie:
`fetch: (url, init) => { const request = new Request(url, init); request.headers.set("chatkit-csrf", "1"); … }`

    CHAT_PASSWORDS=ada=lovelace uvicorn --app-dir agents/examples sign_in:app
    curl -i http://127.0.0.1:8000/sign-in -d 'user=ada&password=lovelace'

It is for http on this machine; behind https leave out `secure=False`. Where there is an issuer, take
`bearer(issuer="https://login.example.com", audience="chat")` instead.
"""

from hmac import compare_digest
from os import environ

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_server import Answer, Turn, create_app
from chatkit_server.auth import session_cookie
from chatkit_server.files import secret_in

PAIRS = [pair.split("=", 1) for pair in environ.get("CHAT_PASSWORDS", "").split(",") if "=" in pair]
PASSWORDS = {name: password for name, password in PAIRS if password}
session = session_cookie(environ.get("CHAT_SECRET") or secret_in("session.secret"), secure=False)


async def sign_in(request: Request) -> Response:
    """Take a user's word for it, if the password is right. An app of your own keeps only hashes of passwords."""
    form = await request.form()
    user, password = str(form.get("user")), str(form.get("password"))
    right = compare_digest(PASSWORDS.get(user, "").encode(), password.encode())
    if not right or user not in PASSWORDS:
        return Response("This is not the password.", status_code=403)
    response = Response(status_code=204)
    session.sign_in(response, user)
    return response


async def respond(turn: Turn) -> Answer:
    """Answer a message."""
    yield turn.say(f"Hello {turn.context.user}.")


app = create_app(respond, identify=session)
app.router.routes.append(Route("/sign-in", sign_in, methods=["POST"]))
