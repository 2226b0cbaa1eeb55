"""Where attached files are kept, as the settings say it: in a folder, in a bucket, or nowhere."""

import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.settings import Settings
from chatkit_conformance.cli.stores import SCHEMES
from chatkit_conformance.cli.terminal import Failure

OFF = "off"
BUCKET = "s3://"


def uploads(told: Settings) -> Any:
    """Make the store of attached files; None where they are off.

    Raises:
        Failure: when it cannot be had, in words for the user.
    """
    if told.files == OFF:
        return None
    from chatkit_server.files import FileLimits, FileStore  # noqa: PLC0415 - an extra

    limits = FileLimits(
        max_bytes=told.file_bytes or sys.maxsize,
        max_pixels=told.file_pixels or sys.maxsize,
        accept=tuple(told.file_types) or ("*/*",),
    )
    try:
        place, secret = _bucket(told) if told.files.startswith(BUCKET) else _folder(told)
        patience = told.client_seconds or None
        return FileStore(place, secret, limits=limits, base_url=told.public_url, patience=patience)
    except OSError as error:
        raise Failure(f"files cannot be kept in {folder_of(told)}: {error.strerror}", 2) from None
    except ValueError as error:
        raise Failure(f"the settings of files are wrong: {error}", 2) from None


def shelf_at(place: str, endpoint: str = "") -> Any:
    """Give what is kept at a place, for work on it while no server is asked. Its secret is not needed."""
    from chatkit_server.files import disk  # noqa: PLC0415 - an extra
    from chatkit_server.files.shelf import Shelf  # noqa: PLC0415 - an extra

    return Shelf(_s3(place, endpoint) if place.startswith(BUCKET) else disk(place))


def folder_of(told: Settings) -> str:
    """Name the place: the one that is set, or `files` beside the threads."""
    if told.files:
        return told.files
    return "data/files" if told.data.startswith(SCHEMES) else str(Path(told.data).parent / "files")


def _folder(told: Settings) -> tuple[Any, list[str]]:
    from chatkit_server.files import disk, secret_in  # noqa: PLC0415 - an extra

    folder = folder_of(told)
    place = disk(folder)
    return place, told.files_secret.split(",") if told.files_secret else [secret_in(f"{folder}.secret")]


def _bucket(told: Settings) -> tuple[Any, list[str]]:
    return _s3(told.files, told.files_endpoint), told.files_secret.split(",")


def _s3(place: str, endpoint: str) -> Any:
    from chatkit_server.files import s3  # noqa: PLC0415 - an extra

    name, _, prefix = place.removeprefix(BUCKET).partition("/")
    return s3(name, prefix=prefix, endpoint=endpoint or None)
