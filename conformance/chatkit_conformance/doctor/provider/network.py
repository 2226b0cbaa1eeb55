"""Whether the way to the provider is open."""

from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.provider.provider import Provider
from chatkit_conformance.doctor.provider.settings import NO_ANSWER


def _unless_reached(provider: Provider, trouble: str, what: str) -> Iterator[Found]:
    if provider.listing.trouble == trouble:
        yield Found(what=f"{what}: {provider.listing.told}", where=f"{provider.base}/models")


@check(
    "provider.network.proxy",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or name the host in NO_PROXY.",
)
def proxy_passes(provider: Provider) -> Iterator[Found]:
    """A proxy that the environment names passes requests on."""
    yield from _unless_reached(provider, "proxy", "the way is through a proxy")


@check(
    "provider.network.name",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Correct the host of the address; if it is right, this machine has no DNS, or no network.",
)
def name_resolves(provider: Provider) -> Iterator[Found]:
    """The host of the provider has an address."""
    yield from _unless_reached(provider, "name", "no address is known for the provider's host")


@check(
    "provider.network.refused",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Start the model server, or correct host and port; from a container, 127.0.0.1 is the container itself.",
)
def something_listens(provider: Provider) -> Iterator[Found]:
    """Something listens where the API is."""
    yield from _unless_reached(provider, "port", "nothing listens there")


@check(
    "provider.network.tls",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="If a company's proxy signs anew, name its certificate in SSL_CERT_FILE; if it is plain HTTP, write http://.",
)
def encryption_holds(provider: Provider) -> Iterator[Found]:
    """The provider's certificate is believed."""
    yield from _unless_reached(provider, "encryption", "TLS fails")


@check(
    "provider.network.silent",
    "fault",
    stops=True,
    why="Every message waits, and ends in an error.",
    mend="See whether a firewall lets this machine out, and whether the provider is up.",
)
def reply_comes(provider: Provider) -> Iterator[Found]:
    """The provider answers, and in time."""
    yield from _unless_reached(provider, "silence", "the provider does not answer")
    yield from _unless_reached(provider, "reply", "the provider's reply cannot be read")


@check(
    "provider.network.clock",
    "warning",
    why="Tokens and signed addresses of files seem to be expired, or not valid yet.",
    mend="Have the machine set its clock by the network (NTP).",
)
def clocks_agree(provider: Provider) -> Iterator[Found]:
    """The clock of this machine is right to the minute."""
    if abs(provider.skew) > 60:  # noqa: PLR2004 - the minute
        ahead = "ahead of" if provider.skew > 0 else "behind"
        yield Found(what=f"the clock here is {abs(provider.skew):.0f} s {ahead} the provider's", where="this machine")
