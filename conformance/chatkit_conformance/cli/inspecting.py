"""Whether `serve` shows the inspector's page, and what the page is told."""

from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.cli.listening import is_loopback
from chatkit_conformance.cli.settings import Settings
from chatkit_conformance.cli.terminal import Failure, complain

NEEDS = "needs the extra: pip install 'chatkit-wire[conformance]'"


def inspector(told: Settings, provider: Any = None) -> Any:
    """Make the page; None where it is off: when it is not asked for, and other machines can reach the server.

    It is also off, and that is said, where nobody asked for it and its extra is not installed.

    Args:
        told: the settings.
        provider: whose models the composer offers; for the demo, what its page offers besides.

    Raises:
        Failure: when it is asked for, and its extra is not installed.
    """
    if told.inspector == "off" or (told.inspector == "auto" and not is_loopback(told.host)):
        return None
    try:
        from chatkit_conformance.inspecting.tools import tool_routes  # noqa: PLC0415 - an extra
        from chatkit_server.inspector import Inspector  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("chatkit_"):
            raise
        if told.inspector == "on":
            raise Failure(f"the inspector {NEEDS}", 2) from None
        complain(f"the inspector is off: it {NEEDS}")
        return None

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
