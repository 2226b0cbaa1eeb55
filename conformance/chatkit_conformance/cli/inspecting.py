"""Whether `serve` shows the inspector's page, and what the page is told."""

from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.cli.listening import is_loopback
from chatkit_conformance.cli.settings import Settings


def inspector(told: Settings, provider: Any = None) -> Any:
    """Make the page; None where it is off: when it is not asked for, and other machines can reach the server.

    Args:
        told: the settings.
        provider: whose models the composer offers; for the demo, what its page offers besides.
    """
    if told.inspector == "off" or (told.inspector == "auto" and not is_loopback(told.host)):
        return None
    from chatkit_conformance.inspecting.tools import tool_routes  # noqa: PLC0415 - an extra
    from chatkit_server.inspector import Inspector  # noqa: PLC0415 - an extra

    places = [origin for origin in (_origin(told.public_url), _origin(told.files_endpoint)) if origin]
    settings = _offers(told, provider) if provider else {}
    return Inspector(connect=places, images=places, settings=settings, tools=tool_routes())


def _offers(told: Settings, provider: Any) -> dict[str, Any]:
    if provider.name == "demo":
        from chatkit_agents.demo.offers import OFFERS  # noqa: PLC0415 - an extra

        return OFFERS
    usual = {"id": "", "label": told.llm_model or "usual model", "default": True}
    models = [{"id": name, "label": name} for name in provider.models]
    return {"models": [usual, *models]} if models else {}


def _origin(url: str) -> str:
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc}" if place.netloc else ""
