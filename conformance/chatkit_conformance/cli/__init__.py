"""The command line: `chatkit-wire VERB`. Only the verb that is asked for imports what it needs."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from chatkit_conformance.cli.terminal import Failure, complain


class Verb(NamedTuple):
    """A verb, and the module that carries it out: its `EXAMPLE`, `arguments(parser)` and `run(arguments)`."""

    name: str
    summary: str
    extra: str
    """The extra of the distribution that it needs."""

    def module(self) -> Any:
        """Import the module, which must not import anything of the extra before it runs."""
        return import_module(f"chatkit_conformance.cli.{self.name.replace('-', '_')}")


VERBS = (
    Verb("serve", "serve a backend with a demo agent, on this machine", "all"),
    Verb("config", "show the settings of serve, and where each comes from", "server"),
    Verb("data", "export or delete a user's data, or threads that are old", "server"),
    Verb("chat", "talk to any ChatKit endpoint in the terminal", "conformance"),
    Verb("lint", "tell what is wrong in a capture of the wire, and how to mend it", "conformance"),
    Verb("conform", "test a server in any language against the rules of the protocol", "conformance"),
    Verb("results", "test every server that has a test bed here, and compare them", "conformance"),
    Verb("doctor", "tell what keeps a setup from working, its cause first, with the mend", "conformance"),
    Verb("explain", "explain a rule of the protocol, with a good and a bad example", "conformance"),
    Verb("show", "show a capture: times, sizes, and the thread that a user saw", "conformance"),
    Verb("diff", "tell how two captures differ in meaning", "conformance"),
    Verb("record", "record what passes between a client and a server, and lint it", "conformance"),
    Verb("record-reference", "record what the official SDK says to every scenario", "conformance"),
    Verb("inspect", "show in the browser what any backend and its clients say, with a chat of its own", "conformance"),
    Verb("replay", "serve recorded transcripts as a backend", "conformance"),
    Verb("testbed", "serve a backend that obeys scripts in messages, for tests", "server"),
    Verb("fake-model", "serve a model that answers by script, for tests", "server"),
    Verb("schemas", "write JSON Schema, OpenAPI, AsyncAPI and TypeScript", "conformance"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; give its exit code: 0 well, 1 failed, 2 wrong usage, 130 interrupted, 141 not read on."""
    try:
        arguments = build_parser().parse_args(argv)
        return int(arguments.run(arguments))
    except SystemExit as end:  # argparse has said everything
        return int(end.code or 0)
    except Failure as failure:
        complain(failure.message)
        return failure.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still has to write at its end
        return 141
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("chatkit_"):
            raise
        complain(f"chatkit-wire {arguments.verb} needs the extra: pip install 'chatkit-wire[{arguments.extra}]'")
        return 2


def build_parser() -> argparse.ArgumentParser:
    """Build the parser from the table of verbs."""
    modules = {verb: verb.module() for verb in VERBS}
    examples = "\n".join(module.EXAMPLE.splitlines()[0] for module in modules.values())
    parser = argparse.ArgumentParser(
        prog="chatkit-wire",
        description="The ChatKit server protocol: a backend, a terminal client, and tools to test any other.",
        epilog=f"examples:\n{examples}\n\nMore about a verb: chatkit-wire VERB --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chatkit-wire {_version()}")
    verbs = parser.add_subparsers(metavar="VERB", required=True, dest="verb")
    for verb, module in modules.items():
        one = verbs.add_parser(
            verb.name,
            help=verb.summary,
            description=module.__doc__,
            epilog=f"example:\n{module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(one)
        one.set_defaults(run=module.run, extra=verb.extra)
    return parser


def _version() -> str:
    try:
        return version("chatkit-wire")
    except PackageNotFoundError:
        return "(not installed)"
