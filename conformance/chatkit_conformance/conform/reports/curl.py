"""A request as a command that can be pasted into a shell."""

import base64
import shlex
from collections.abc import Mapping
from urllib.parse import urlsplit

from chatkit_conformance.transcript import Exchange

LONGEST = 60_000
"""Bytes of a body that a command line takes; a longer one is told by the transcript alone."""


def curl(exchange: Exchange, url: str, user: Mapping[str, str] | None = None) -> str:
    """Write the command that asks the same again; ids in it are those of the run.

    Args:
        exchange: what was asked.
        url: of the endpoint.
        user: the headers that tell who asks. Their values stay out of reports, which others read: each is a shell
            variable to set, `$AUTHORIZATION`.
    """
    target = urlsplit(url)._replace(path=exchange.path, query="").geturl() if exchange.path else url
    headers = {"content-type": "application/json", **exchange.sent_headers}
    words = ["curl", "-iN", target, *([] if exchange.method == "POST" else ["-X", exchange.method])]
    words += [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    line = shlex.join(words) + "".join(
        f' -H "{name}: ${_variable(name)}"' for name in user or {} if name not in headers
    )
    if len(exchange.sent) > LONGEST:
        return f"{line} --data-binary @BODY  # {len(exchange.sent)} bytes: see the transcript"
    text = _text(exchange.sent)
    if text is None:  # bytes that no command line carries
        return f"printf %s {base64.b64encode(exchange.sent).decode()} | base64 -d | {line} --data-binary @-"
    return f"{line} --data-raw {shlex.quote(text)}"


def _variable(header: str) -> str:
    return header.upper().replace("-", "_")


def _text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
