"""`python -m chatkit_conformance.fake_model --port 8009`: serve the fake model on loopback."""

import argparse
from collections.abc import Sequence

import uvicorn

from chatkit_conformance.fake_model.app import create_fake_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8009)
    parser.add_argument("--key", default="", help="the only API key that is let in; everyone is, without it")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    uvicorn.run(create_fake_model(options.key), host=options.host, port=options.port, log_level="warning")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="fake-model", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    raise SystemExit(main())
