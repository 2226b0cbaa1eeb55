"""A client for any ChatKit endpoint: requests as messages, answers as events, failures in words."""

from chatkit_conformance.client.client import Client, Received
from chatkit_conformance.client.failures import ClientError
from chatkit_conformance.client.reading import Unreadable

__all__ = ["Client", "ClientError", "Received", "Unreadable"]
