"""The files that commands read."""

import sys
from pathlib import Path

from chatkit_conformance.captures import CaptureError, read_capture
from chatkit_conformance.cli.terminal import Failure
from chatkit_conformance.transcript import Transcript


def capture(name: str) -> Transcript:
    """Read a capture of any form; `-` is standard input.

    Raises:
        Failure: when it cannot be read, in words for the user.
    """
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return read_capture(raw, name)
    except OSError as error:
        raise Failure(f"{name}: {error.strerror}", 2) from None
    except CaptureError as error:
        raise Failure(str(error), 2) from None
