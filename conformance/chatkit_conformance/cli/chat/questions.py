"""Structured input, question by question."""

from chatkit_conformance.cli.chat.entry import Entry
from chatkit_protocol.items import StructuredInput, StructuredInputItem, StructuredInputMultipleChoice
from chatkit_protocol.requests import StructuredInputAnswerSubmission, StructuredInputSubmission


def ask_all(item: StructuredInputItem, entry: Entry) -> StructuredInputSubmission:
    """Ask every question; an empty answer skips one, the end of the input skips them all."""
    try:
        answers = {question.id: _ask(question, entry) for question in item.inputs}
    except EOFError:
        return StructuredInputSubmission(status="skipped")
    return StructuredInputSubmission(answers=answers)


def _ask(question: StructuredInput, entry: Entry) -> StructuredInputAnswerSubmission:
    values = _values(question, entry.answer(_asked(question)).strip())
    return StructuredInputAnswerSubmission(values=values, skipped=not values)


def _asked(question: StructuredInput) -> str:
    if not isinstance(question, StructuredInputMultipleChoice):
        return f"{question.question} {question.description or ''}".rstrip()
    options = " ".join(f"{number}={option.value}" for number, option in enumerate(question.options, 1))
    return f"{question.question} ({options}{', several with commas' if question.multiple else ''})"


def _values(question: StructuredInput, told: str) -> list[str]:
    """Read an answer: numbers of choices, or words of the user's own."""
    if not isinstance(question, StructuredInputMultipleChoice):
        return [told] if told else []
    pieces = told.split(",") if question.multiple else [told]
    return [_choice(question, piece.strip()) for piece in pieces if piece.strip()]


def _choice(question: StructuredInputMultipleChoice, told: str) -> str:
    index = int(told) if told.isascii() and told.isdigit() else 0
    return question.options[index - 1].value if 1 <= index <= len(question.options) else told
