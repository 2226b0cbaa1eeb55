"""Whether the model is there, and answers."""

from collections.abc import Iterator
from difflib import get_close_matches

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.provider.address import about_the_model
from chatkit_conformance.doctor.provider.key import EACH
from chatkit_conformance.doctor.provider.provider import Provider
from chatkit_conformance.transcript import OK

SHOWN = 5
UNKNOWN = (400, 404, 422)


@check(
    "provider.model.exists",
    "fault",
    stops=True,
    why=EACH,
    mend="Set LLM_MODEL to the name of a model that the provider has, and that the key may use.",
)
def model_is_there(provider: Provider) -> Iterator[Found]:
    """The provider has the model."""
    answer = provider.answer
    if answer.status in UNKNOWN and about_the_model(provider, answer) and not provider.knows_model():
        near = _near(provider)
        there = f"; there {'are' if len(near) > 1 else 'is'} {', '.join(near)}" if near else ""
        usual = "" if provider.named else " (LLM_MODEL is not set)"
        yield Found(
            what=f"the provider has no model {provider.model}{usual} ({answer.status}){there}",
            where="LLM_MODEL",
            before=f"LLM_MODEL={provider.model}",
            after=f"LLM_MODEL={near[0]}" if near else "",
        )


def _near(provider: Provider) -> list[str]:
    near = get_close_matches(provider.model, provider.models, SHOWN, 0.4)
    return near or provider.models[:SHOWN]


@check(
    "provider.model.offered",
    "warning",
    why="Whoever chooses it in the composer gets an error.",
    mend="Take it out of LLM_MODELS, or spell it as the provider does.",
)
def offered_models_are_there(provider: Provider) -> Iterator[Found]:
    """The provider has each model that the user may choose."""
    if provider.knows_model():  # otherwise its list does not have all
        for name in provider.offered:
            if name.removeprefix("models/") not in provider.models:
                yield Found(what=f"the provider has no model {name}, which the user may choose", where="LLM_MODELS")


@check(
    "provider.model.answers",
    "fault",
    why=EACH,
    mend="The provider's status page and its log of requests may say more; try again, or another model.",
)
def model_answers(provider: Provider) -> Iterator[Found]:
    """The model gives a short answer."""
    answer = provider.answer
    if answer.trouble:
        yield Found(what=f"{provider.model} does not answer: {answer.told}", where=provider.base)
    elif answer.status != OK:
        yield Found(what=f"{provider.model} does not answer ({answer.status}): {answer.message}", where=provider.base)
