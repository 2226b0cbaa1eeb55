"""Who asks: a bearer token, or a signed session cookie. What `create_app(identify=…)` takes.

create_app(responder, identify=bearer(issuer="https://login.example.com", audience="chat"))
create_app(responder, identify=session_cookie(secret))
"""

from chatkit_server.auth.bearer import Bearer, bearer
from chatkit_server.auth.session import SessionCookie, session_cookie
from chatkit_server.auth.tokens import Reason, Rejected

__all__ = [
    "Bearer",
    "Reason",
    "Rejected",
    "SessionCookie",
    "bearer",
    "session_cookie",
]
