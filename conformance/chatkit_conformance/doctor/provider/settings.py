"""Whether the environment names a model at all."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.provider.provider import Provider

SUFFIXES = ("/chat/completions", "/completions", "/responses", "/models", "/embeddings")
"""What the client itself adds to the address."""
NO_ANSWER = "The backend does not start, or answers every message with an error."


@check(
    "provider.settings.key",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Set it to the API key, in the environment or in .env; or leave LLM_PROVIDER out for the demo model.",
)
def key_is_there(provider: Provider) -> Iterator[Found]:
    """The key of the provider is set."""
    if provider.lacking:
        yield Found(
            what=f"{provider.lacking} is not set, and LLM_PROVIDER={provider.name} needs it",
            where=provider.lacking,
            after=f"{provider.lacking}=…",
        )


@check("provider.settings.valid", "fault", stops=True, why=NO_ANSWER, mend="Set the variable to what is said there.")
def settings_can_be_read(provider: Provider) -> Iterator[Found]:
    """The other settings name a model that could answer."""
    if provider.wrong:
        what, _, mend = provider.wrong.partition(". ")
        yield Found(what=what, where="environment", mend=f"{mend.rstrip('.')}." if mend else "")


@check(
    "provider.settings.unused",
    "hint",
    stops=True,
    why="The built-in demo model answers, and the key is not tried.",
    mend="Say LLM_PROVIDER=openai, gemini or compatible, if a model is to answer.",
)
def key_is_used(provider: Provider) -> Iterator[Found]:
    """A key that is set is one of the chosen provider."""
    if provider.unused:
        yield Found(what=f"{provider.unused} is set, and LLM_PROVIDER is not", where=provider.unused)


@check(
    "provider.settings.suffix",
    "fault",
    stops=True,
    why="The client adds the same once more, and the provider knows nothing at that place.",
    mend="End the address before it.",
)
def address_ends_in_time(provider: Provider) -> Iterator[Found]:
    """The address is the API's, not that of one of its functions."""
    suffix = next((one for one in SUFFIXES if provider.base.endswith(one)), "")
    if suffix:
        name = provider.variables.address
        yield Found(
            what=f"{name} ends with {suffix}",
            where=name,
            before=f"{name}={provider.address}",
            after=f"{name}={provider.base.removesuffix(suffix)}",
        )


@check(
    "provider.settings.plain",
    "warning",
    why="The key and all that users say can be read on the way.",
    mend="Use the https address.",
)
def key_travels_encrypted(provider: Provider) -> Iterator[Found]:
    """A key goes to another machine over https only."""
    place = urlsplit(provider.address)
    if place.scheme == "http" and provider.key and not _nearby(place.hostname or ""):
        yield Found(what=f"the key goes to {place.hostname} over plain http", where=provider.variables.address)


def _nearby(host: str) -> bool:
    """Tell whether a host is of this machine or this network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
