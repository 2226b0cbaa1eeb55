"""Whether there is an API of the kind at the address."""

from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.provider.provider import PATHS, Dialect, Got, Provider
from chatkit_conformance.doctor.provider.settings import NO_ANSWER
from chatkit_conformance.transcript import OK

REDIRECTS = range(300, 400)
MISSING = (404, 405, 501)
ROOTS = ("/v1", "/openai", "/v1beta/openai", "/api/v1", "/openai/v1")
"""What is left out of addresses most often."""


@check(
    "provider.address.redirect",
    "fault",
    stops=True,
    why="The key is not sent on to another host, and a POST may turn into a GET.",
    mend="Use the address that it points to.",
)
def no_redirect(provider: Provider) -> Iterator[Found]:
    """The API answers itself, and does not send elsewhere."""
    if provider.listing.status in REDIRECTS:
        place = provider.listing.headers.get("location", "")
        yield Found(what=f"it redirects ({provider.listing.status}) to {place}", where=f"{provider.base}/models")


@check(
    "provider.address.root",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Give the address as the provider's documentation has it for OpenAI clients; most end with /v1.",
)
def root_is_right(provider: Provider) -> Iterator[Found]:
    """The address is that under which the API is, with its version."""
    if not _no_api(provider.listing):
        return
    for root in ROOTS:
        other = provider.ask("GET", f"{provider.base}{root}/models")
        if other.status and not _no_api(other) and other.status not in MISSING:
            name = provider.variables.address
            yield Found(
                what=f"there is no API at {provider.base}, but one at {provider.base}{root}",
                where=name,
                before=f"{name}={provider.address}",
                after=f"{name}={provider.base}{root}",
            )
            return


def _no_api(got: Got) -> bool:
    return got.status in MISSING or got.page


@check(
    "provider.address.page",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Use the address of the API, not that of the web site or of its console.",
)
def no_web_page(provider: Provider) -> Iterator[Found]:
    """What answers is an API, not a web site."""
    if provider.listing.page:
        told = f"a web page answers ({provider.listing.status})"
        yield Found(
            what=told, where=f"{provider.base}/models", before=f"{provider.variables.address}={provider.address}"
        )


@check(
    "provider.address.dialect",
    "fault",
    stops=True,
    why=NO_ANSWER,
    mend="Have both speak the same: LLM_API=chat is what most compatible servers speak.",
)
def dialect_is_spoken(provider: Provider) -> Iterator[Found]:
    """The API speaks the dialect that the backend asks in: chat completions, or responses."""
    answer, path = provider.answer, PATHS[provider.dialect]
    unknown = answer.status in MISSING and not about_the_model(provider, answer)
    wanted = {"chat": "choices", "responses": "output"}[provider.dialect]
    strange = answer.status == OK and wanted not in answer.json and not answer.page
    if strange:
        yield Found(
            what=f"{path} answers, but without `{wanted}`: {answer.message[:80]}", where=f"{provider.base}{path}"
        )
    elif unknown:
        yield _other(provider, f"the API knows no {path} ({answer.status})")


def _other(provider: Provider, what: str) -> Found:
    """See whether the other dialect is spoken there."""
    other: Dialect = "chat" if provider.dialect == "responses" else "responses"
    got = provider.answer_in(other)
    where = f"{provider.base}{PATHS[provider.dialect]}"
    if got.status in MISSING or not got.status:
        return Found(what=f"{what}, nor {PATHS[other]}", where=where, mend="Correct the address: neither is there.")
    return Found(
        what=f"{what}, but {PATHS[other]}", where=where, before=f"LLM_API={provider.dialect}", after=f"LLM_API={other}"
    )


def about_the_model(provider: Provider, got: Got) -> bool:
    """Tell whether an error is about the model, rather than about the place."""
    told = got.message.lower()
    named = provider.model.lower() in told or "model" in told
    return bool(got.json) and (named or any("model" in code.lower() for code in got.codes))
