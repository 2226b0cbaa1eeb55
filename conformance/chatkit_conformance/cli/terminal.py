"""What the commands print: results to stdout, complaints to stderr."""

import sys


class Failure(Exception):  # noqa: N818 - it is how a command ends
    """The command cannot go on: the message for the user, and the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def say(text: str = "") -> None:
    """Print a line, at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a complaint, under the name of the program."""
    sys.stderr.write(f"chatkit-wire: {text}\n")
    sys.stderr.flush()
