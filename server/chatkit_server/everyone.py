"""Who asks where there are no accounts: everyone is the one user. What `create_app` does without an `identify`."""

import ipaddress

from starlette.requests import Request

from chatkit_server.context import Context
from chatkit_server.errors import logger


def everyone(_http: Request) -> Context:
    """Take everyone for the one user "local", who reads and deletes everything. Pass it where that is meant."""
    return Context()


class Unasked:
    """Does as `everyone`, which nobody has asked for: it is for one machine, and warns once another can reach it."""

    def __init__(self) -> None:
        self._told = False

    def __call__(self, http: Request) -> Context:
        """Give the one user."""
        if not self._told and (place := _reached_at(http)):
            self._told = True
            logger.warning(
                "there are no accounts, and other machines can reach %s: everyone is the one user, who reads and "
                "deletes everything. Tell create_app who asks, or `identify=everyone` if that is meant",
                place,
            )
        return everyone(http)


def _reached_at(http: Request) -> str:
    """Tell at which address the server was reached, unless that is one of this machine alone; tests have names."""
    place = (http.scope.get("server") or ("", 0))[0]
    try:
        return "" if ipaddress.ip_address(place).is_loopback else place
    except ValueError:
        return ""
