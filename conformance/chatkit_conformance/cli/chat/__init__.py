"""Talk to any ChatKit endpoint: answers as they stream, history, widgets with their actions, tools, questions.

Ctrl-C stops an answer; at the prompt it leaves. Alt-Enter begins a new line. /? lists the commands; any other
word that begins with a slash is sent as a message.
"""

import argparse

EXAMPLE = """\
  chatkit-wire chat http://127.0.0.1:8000/chatkit/api
  chatkit-wire chat http://127.0.0.1:8000/chatkit/api --once 'hello'
  chatkit-wire chat https://example.com/chatkit --header 'Authorization: Bearer TOKEN' --tool 'get_place="Rome"'"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("url", metavar="URL", help="the endpoint, e.g. http://127.0.0.1:8000/chatkit/api")
    parser.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="send this with every request"
    )
    parser.add_argument("--thread", metavar="ID", help="go on with this thread")
    parser.add_argument("--once", metavar="TEXT", help="send one message, show the answer, and leave")
    parser.add_argument(
        "--tool", action="append", default=[], metavar="NAME=JSON", help="the result of this client tool, always"
    )
    parser.add_argument("--raw", action="store_true", help="show the wire as well")


def run(options: argparse.Namespace) -> int:
    """Talk until the input ends."""
    from chatkit_conformance.cli.chat.start import start  # noqa: PLC0415 - an extra

    return start(options)
