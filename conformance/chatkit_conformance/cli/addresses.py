"""Addresses as people give them: of servers, and of pages."""

from urllib.parse import SplitResult, urlsplit

from chatkit_conformance.cli.terminal import Failure


def parts(given: str) -> SplitResult | None:
    """Take an address apart; None for what is no address of the web: another scheme, no host, an impossible port."""
    try:
        place = urlsplit(given)
        sound = place.scheme in {"http", "https"} and place.hostname and place.port != 0
    except ValueError:  # of brackets that are not closed, or a port beyond 65535
        return None
    return place if sound else None


def wanted(option: str, given: str, example: str) -> SplitResult:
    """Take apart the address that an option gives. Raises Failure with an `example` for what is none."""
    place = parts(given)
    if place is None:
        raise Failure(f"{option} is an address like {example}, not {given!r}", 2)
    return place
