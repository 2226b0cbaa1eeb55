"""A server that speaks S3, on this machine, with a bucket in it."""

import contextlib
import logging
import urllib.request
from collections.abc import Iterator

from obstore.store import ObjectStore

from chatkit_server.files import s3


@contextlib.contextmanager
def bucket(name: str = "files") -> Iterator[ObjectStore]:
    """Serve S3; give the bucket as a place for bytes."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - it takes a second

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        make = urllib.request.Request(f"{address}/{name}", b"", {"content-length": "0"}, method="PUT")
        urllib.request.urlopen(make).close()
        yield s3(
            name, endpoint=address, prefix="chat", region="us-east-1", access_key_id="key", secret_access_key="secret"
        )
    finally:
        server.stop()
