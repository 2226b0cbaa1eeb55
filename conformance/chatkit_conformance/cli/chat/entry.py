"""Where the user's lines come from: a prompt with history at a terminal, plain lines otherwise."""

import sys
from typing import Protocol


class Entry(Protocol):
    """Gives the user's input, piece by piece."""

    interactive: bool
    """Whether somebody sits there."""

    def message(self) -> str:
        """Read the next message. Raises EOFError at the end, KeyboardInterrupt for Ctrl-C."""
        ...

    def answer(self, question: str) -> str:
        """Ask something and read one line. Raises as `message` does."""
        ...


class Lines:
    """Lines of a pipe or a file. A question takes the next line."""

    interactive = False

    def message(self) -> str:
        """Read a line."""
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def answer(self, question: str) -> str:
        """Show the question, and read a line."""
        sys.stdout.write(f"{question} ")
        line = self.message()
        sys.stdout.write(f"{line}\n")
        return line


class Nothing:
    """No input at all: the answer to one message is wanted."""

    interactive = False

    def message(self) -> str:
        """There is none."""
        raise EOFError

    def answer(self, question: str) -> str:
        """There is none."""
        raise EOFError(question)


class Prompt:
    """A prompt with history and several lines."""

    interactive = True

    def __init__(self) -> None:
        from prompt_toolkit import PromptSession  # noqa: PLC0415 - slow to import, and not for pipes
        from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent  # noqa: PLC0415 - the same

        keys = KeyBindings()

        @keys.add("enter")
        def _send(event: KeyPressEvent) -> None:
            event.current_buffer.validate_and_handle()

        @keys.add("escape", "enter")
        def _new_line(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        self._messages: PromptSession[str] = PromptSession(multiline=True, key_bindings=keys)
        self._answers: PromptSession[str] = PromptSession()

    def message(self) -> str:
        """Read a message."""
        return self._messages.prompt("> ", prompt_continuation="  ")

    def answer(self, question: str) -> str:
        """Ask, with a history of its own."""
        return self._answers.prompt(f"{question} ")
