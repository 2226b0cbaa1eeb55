"""The output of `curl -i`: a status line, headers, a blank line, the body."""

from chatkit_conformance.captures.bare import guessed
from chatkit_conformance.transcript import Exchange

_END = (b"\r\n\r\n", b"\n\n")


def from_curl(raw: bytes) -> list[Exchange]:
    """Read one reply; replies before it (`100 Continue`, redirects, a proxy's `200`) are passed over.

    Raises:
        ValueError: for a status line without a status.
    """
    head, body = _split(raw)
    while body.startswith(b"HTTP/"):
        head, body = _split(body)
    status, *lines = head.decode("latin-1").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    words = status.split()
    if len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004 - the version and the status
        raise ValueError(f"no status in {status!r}")
    return [guessed(Exchange(b"", int(words[1]), headers, body))]


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Cut at the first blank line, whatever its line ends are."""
    ends = [(place, end) for end in _END if (place := raw.find(end)) >= 0]
    if not ends:
        return raw, b""
    place, end = min(ends)
    return raw[:place], raw[place + len(end) :]
