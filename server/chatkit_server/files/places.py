"""Where bytes are kept: a folder, or a bucket that speaks S3. obstore speaks to both, and to others."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from obstore.store import LocalStore, ObjectStore, S3Store

RETRY = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
"""A request takes 30 seconds at most, and none begins after ten: a user waits, where obstore would try for minutes."""


def disk(folder: str | os.PathLike[str]) -> ObjectStore:
    """Keep bytes in a folder, which is made if need be. A file is there whole or not at all."""
    Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(Path(folder).resolve(), automatic_cleanup=True)


def s3(bucket: str, *, prefix: str = "", endpoint: str | None = None, **options: Any) -> ObjectStore:
    """Keep bytes in a bucket of Amazon S3, or of any server that speaks it.

    Args:
        bucket: its name; it must be there, and should be private.
        prefix: what the names of all objects begin with.
        endpoint: the server, unless it is Amazon's; `http://` is for this machine, or a network of your own.
        options: of `obstore.store.S3Store`, e.g. `region`, `access_key_id`, `secret_access_key`; without them they
            come from the environment (`AWS_…`) or the machine's role.
    """
    options = {"retry_config": RETRY} | options
    if endpoint:
        options = {"endpoint": endpoint, "virtual_hosted_style_request": False} | options
        if endpoint.startswith("http://"):
            options.setdefault("client_options", {"allow_http": True})
    return S3Store(bucket, prefix=prefix or None, **options)


def secret_in(path: str | os.PathLike[str]) -> str:
    """Read the secret that signs addresses from a file that nobody else reads; make the file if there is none."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Path(path).read_text("utf-8").strip()
    with os.fdopen(handle, "w") as file:
        secret = secrets.token_hex(32)
        file.write(secret)
    return secret
