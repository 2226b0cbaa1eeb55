"""Whether a connection to the server comes about, and HTTP is spoken on it."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.connecting import speaks_tls
from chatkit_conformance.doctor.check import Found, check

NOTHING = "No request of the widget arrives: it shows an error, or stays empty."
TLS = "Browsers refuse the connection before anything is sent, and pages cannot ask them not to."
PATIENCE = 2.0
"""Seconds for a handshake that is only tried."""
CERTIFICATES = {
    "certificate has expired": "Renew the certificate, and have the server load the new one.",
    "self-signed certificate": "Use a certificate of an authority that browsers know; for tests, http on localhost.",
    "unable to get local issuer": "Have the server send the intermediate certificates, too (the full chain).",
    "not valid for": "Use a certificate that names this host, or call the server by a name that it has.",
    "wrong version number": "The port speaks plain HTTP: write http://, or put what speaks TLS in front of it.",
}


@check(
    "backend.reach.name",
    "fault",
    stops=True,
    why=NOTHING,
    mend="Correct the host in the URL; or add the name to DNS, or to the hosts file of this machine.",
)
def name_resolves(backend: Backend) -> Iterator[Found]:
    """The host of the URL has an address."""
    if backend.reach.step == "name":
        yield Found(what=f"no address is known for {backend.reach.host}: {backend.reach.trouble}", where=backend.url)


@check(
    "backend.reach.refused",
    "fault",
    stops=True,
    why=NOTHING,
    mend="Start the backend, or correct the port. In a container it listens on 0.0.0.0, and the port is published.",
)
def something_listens(backend: Backend) -> Iterator[Found]:
    """Something listens on the port of the URL."""
    reach = backend.reach
    if reach.step == "port":
        yield Found(what=f"nothing listens on {reach.host}, port {reach.port}: {reach.trouble}", where=backend.url)


@check(
    "backend.reach.silent",
    "fault",
    stops=True,
    why=NOTHING,
    mend="See which firewall or security group drops packets to the port. The doctor itself goes through no proxy.",
)
def connection_is_taken(backend: Backend) -> Iterator[Found]:
    """The host answers to a connection, be it with a refusal."""
    reach = backend.reach
    if reach.step == "silence":
        yield Found(what=f"{reach.host}, port {reach.port}, does not answer: {reach.trouble}", where=backend.url)


@check("backend.reach.tls", "fault", stops=True, why=TLS, mend="Mend the certificate, or what ends TLS there.")
def encryption_holds(backend: Backend) -> Iterator[Found]:
    """Over https, the certificate is one that browsers believe."""
    reach = backend.reach
    if reach.step == "encryption":
        mend = next((mend for part, mend in CERTIFICATES.items() if part in reach.trouble.lower()), "")
        yield Found(what=f"TLS with {reach.host} fails: {reach.trouble}", where=backend.url, mend=mend)


@check(
    "backend.reach.http",
    "fault",
    stops=True,
    why=NOTHING,
    mend="Write https:// if the port speaks TLS; otherwise see what else listens there.",
)
def http_is_spoken(backend: Backend) -> Iterator[Found]:
    """What listens speaks HTTP."""
    trouble = backend.listing.exchange.trouble
    plain = backend.url.startswith("http:") and not backend.listing.status
    if plain and speaks_tls(backend.reach, min(backend.timeout, PATIENCE)):
        after = f"url: https{backend.url.removeprefix('http')}"
        yield Found(what="what listens wants https", where=backend.url, before=f"url: {backend.url}", after=after)
    elif "BadStatusLine" in trouble or "UnknownProtocol" in trouble or "LineTooLong" in trouble:
        yield Found(what=f"what listens does not speak HTTP: {trouble}", where=backend.url)
    elif backend.listing.status == 400 and "HTTPS" in backend.listing.text[:500]:  # noqa: PLR2004 - HTTP's own
        yield Found(what=f"what listens wants https: {backend.listing.said()}", where=backend.url)


@check(
    "backend.reach.reply",
    "fault",
    stops=True,
    why="The widget waits, shows an error, and sends the same again.",
    mend="See in the server's log what it does with the request: whether it blocks, waits for a store, or crashes.",
)
def reply_comes(backend: Backend) -> Iterator[Found]:
    """A request is answered, and in time."""
    exchange = backend.listing.exchange
    if exchange.trouble and not exchange.status:
        yield Found(what=f"the connection is taken, but no reply comes: {exchange.trouble}", where=backend.url)
    elif exchange.cut:
        yield Found(what=f"the reply breaks off after {len(exchange.received)} bytes", where=backend.url)
