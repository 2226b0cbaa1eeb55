"""`python -m chatkit_conformance.fake_model --port 8009`: serve the fake model on loopback."""

import argparse
from collections.abc import Sequence

import uvicorn

from chatkit_conformance.fake_model.app import create_fake_model

PORT = 8009


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="fake_model", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--key", default="", help="the only API key that is let in; everyone is, without it")
    chosen = parser.parse_args(arguments)
    # What breaks a stream on purpose is an exception: it would be printed with its traceback.
    uvicorn.run(create_fake_model(chosen.key), host="127.0.0.1", port=chosen.port, log_level="critical")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
