"""Serve a model that answers by script, for tests without a provider: in OpenAI's Responses and chat dialects.

A user turn that begins with `fake:` says, as a JSON array of steps, what the model answers; any other turn is echoed.
Any backend that takes a base URL can be pointed at it. GET /log tells what the model was sent, POST /reset forgets it.
"""

import argparse

from chatkit_conformance.cli.terminal import say

EXAMPLE = """\
  chatkit-wire fake-model --port 8009
  LLM_PROVIDER=compatible LLM_BASE_URL=http://127.0.0.1:8009/v1 chatkit-wire serve
  then, as a user message: fake:[["reasoning", "Hm."], ["text", "Hello ", "there."], ["url", "https://example.com"]]"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=8009, metavar="N", help="port on 127.0.0.1 (default: 8009)")
    parser.add_argument(
        "--key", default="", metavar="KEY", help="the only API key that is let in; everyone is, without it"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from chatkit_conformance.cli.listening import address, listen, run  # noqa: PLC0415 - an extra
    from chatkit_conformance.fake_model import create_fake_model  # noqa: PLC0415 - an extra

    app = create_fake_model(options.key)
    listener = listen("127.0.0.1", options.port)
    say(f"fake model at {address(listener)}/v1")
    say("what it is sent: GET /log; forget it: POST /reset")
    # What breaks a stream on purpose is an exception: it would be printed with its traceback.
    return run(app, listener, log_level="critical")
