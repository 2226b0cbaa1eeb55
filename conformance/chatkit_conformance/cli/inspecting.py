"""Whether `serve` shows the inspector's page, and what the page is told."""

from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.cli.listening import is_loopback
from chatkit_conformance.cli.settings import Settings


def inspector(told: Settings) -> Any:
    """Make the page; None where it is off: when it is not asked for, and other machines can reach the server."""
    if told.inspector == "off" or (told.inspector == "auto" and not is_loopback(told.host)):
        return None
    from chatkit_conformance.inspecting.tools import NAMES, tool_routes  # noqa: PLC0415 - an extra
    from chatkit_server.inspector import Inspector  # noqa: PLC0415 - an extra

    places = [origin for origin in (_origin(told.public_url), _origin(told.files_endpoint)) if origin]
    models = [{"id": name, "label": name} for name in told.llm_models]
    usual = {"id": "", "label": told.llm_model or "usual model", "default": True}
    settings = {"models": [usual, *models] if models else []}
    return Inspector(connect=places, images=places, settings=settings, tools=NAMES, routes=tool_routes())


def _origin(url: str) -> str:
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc}" if place.netloc else ""
