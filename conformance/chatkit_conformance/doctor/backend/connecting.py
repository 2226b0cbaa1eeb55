"""How far a connection comes: the name, the port, the encryption, told apart."""

import socket
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Step = Literal["name", "port", "silence", "encryption", "reached"]


@dataclass(frozen=True)
class Reach:
    """The step at which a connection failed, and how; `reached` if it did not."""

    step: Step
    trouble: str = ""
    host: str = ""
    port: int = 0
    http2: bool = False
    """Whether the server would speak HTTP/2."""


def reach(url: str, timeout: float) -> Reach:
    """Try to connect to the server of an address."""
    place = urlsplit(url)
    host, secure = place.hostname or "", place.scheme == "https"
    port = place.port or (443 if secure else 80)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Reach("name", _reason(error), host, port)
    try:
        connection = socket.create_connection((host, port), timeout)
    except TimeoutError:
        return Reach("silence", f"no connection within {timeout:g} s", host, port)
    except OSError as error:
        return Reach("port", _reason(error), host, port)
    with connection:
        return _encrypted(connection, host, port) if secure else Reach("reached", host=host, port=port)


def _encrypted(connection: socket.socket, host: str, port: int) -> Reach:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return Reach("reached", host=host, port=port, http2=secured.selected_alpn_protocol() == "h2")
    except ssl.SSLCertVerificationError as error:
        return Reach("encryption", error.verify_message, host, port)
    except OSError as error:
        return Reach("encryption", _reason(error), host, port)


def speaks_tls(reach: Reach, timeout: float) -> bool:
    """Tell whether what listens answers to a handshake, whatever its certificate says."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((reach.host, reach.port), timeout) as connection,
            context.wrap_socket(connection, server_hostname=reach.host),
        ):
            return True
    except OSError:
        return False


def _reason(error: Exception) -> str:
    """Say what the system says, in its own words."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    return (getattr(error, "strerror", None) or str(error)).lower()
