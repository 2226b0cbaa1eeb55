"""An app on a port of this machine, until it is interrupted."""

import ipaddress
import math
import socket
from typing import Any

from chatkit_conformance.cli.terminal import Failure

CLOSING_SECONDS = 5.0
"""How long answers that still stream have to come to their end."""
SAVING_SECONDS = 10.0
"""How long they have to be saved after that, at most."""

UNHEARD_SECONDS = 60
"""How long bytes may wait for a client that acknowledges none, or takes none, before the kernel ends the connection."""


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """Take the port; 0 takes a free one.

    Raises:
        Failure: when it cannot be had, in words for the user.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: asyncio sends small writes at once on such a socket alone, on others each may wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_SECONDS * 1000)
    try:
        listener.bind((host, port))
        listener.listen()  # from here on who connects waits, rather than being refused
    except (OSError, OverflowError) as error:
        listener.close()
        raise Failure(f"cannot listen on {host}, port {port}: {_reason(error)}", 2) from None
    return listener


def _reason(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"{reason.lower()}; choose another with --port"


def address(listener: socket.socket) -> str:
    """Give the base URL that reaches the listener from this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def run(
    app: Any,
    listener: socket.socket,
    *,
    log_level: str = "warning",
    access_log: bool = False,
    closing_seconds: float = CLOSING_SECONDS,
    saving_seconds: float = SAVING_SECONDS,
    own_logs: bool = False,
) -> int:
    """Serve until interrupted; answers that still stream `closing_seconds` later are stopped and saved.

    Saving may take `saving_seconds`. With `own_logs` the process has set up its logging already.
    """
    import uvicorn  # noqa: PLC0415 - of an extra

    config = uvicorn.Config(
        app,
        log_config=None if own_logs else uvicorn.config.LOGGING_CONFIG,
        log_level="info" if access_log else log_level,
        access_log=access_log,
        server_header=False,
        ws="none",  # whoever asks for another protocol is answered in HTTP, rather than handed to what answers nothing
        timeout_graceful_shutdown=math.ceil(closing_seconds + saving_seconds),
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0
