"""ChatKit beside Django, in one process: requests for the chat go to it, all others to Django.

Whoever is logged in to Django is who chats. Django runs as ASGI here, which also serves its ordinary views.

    pip install django
    uvicorn --app-dir agents/examples in_django:app
    curl -c jar -X POST http://127.0.0.1:8000/login/ada
    curl -N -b jar http://127.0.0.1:8000/chatkit/api -d \
      '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}]}}}'
"""

from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.asgi import get_asgi_application
from django.core.management.utils import get_random_secret_key
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from agents import Agent
from chatkit_agents import agent_responder, create_model
from chatkit_server import Unauthorized, create_app

settings.configure(  # your project's settings.py
    SECRET_KEY=get_random_secret_key(),
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)


@require_POST
def login(request: HttpRequest, name: str) -> HttpResponse:
    """Stand in for a login page."""
    request.session["name"] = name
    return HttpResponse(f"Hello {name}.")


async def identify(request: Request) -> str:
    """Read Django's session. With Django's own accounts the key is `_auth_user_id`."""
    name = await SessionStore(request.cookies.get(settings.SESSION_COOKIE_NAME)).aget("name")
    if not name:
        raise Unauthorized("Log in first.")
    return str(name)


urlpatterns = [path("login/<name>", login)]
assistant = Agent[object](name="Assistant", instructions="Answer briefly.", model=create_model())
chat = create_app(agent_responder(assistant), identify=identify, path="/api")
routes = [Mount("/chatkit", chat), Mount("/", get_asgi_application())]
app = Starlette(routes=routes, lifespan=lambda _app: chat.router.lifespan_context(chat))
