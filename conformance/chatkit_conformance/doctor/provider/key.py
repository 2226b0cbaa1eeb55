"""Whether the provider knows the key, and lets it do what it is for."""

from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.provider.provider import Got, Provider

EACH = "Every message is answered by an error."
LOOKS = {
    "sk-ant-": "Anthropic",
    "sk-or-": "OpenRouter",
    "sk-": "OpenAI",
    "AIza": "Google",
    "gsk_": "Groq",
    "hf_": "Hugging Face",
}
"""How keys begin, the longer ones first."""
PLACEHOLDERS = ("your", "xxx", "changeme", "replace", "insert", "<", "...", "…")
FORBIDDEN, TOO_MANY = 403, 429
EMPTY = ("insufficient_quota", "billing", "credit", "exceeded your current quota", "402")


def replies(provider: Provider) -> list[Got]:
    """Give what was answered to both questions; the second alone knows about quotas."""
    return [provider.listing, provider.answer]


@check(
    "provider.key.accepted",
    "fault",
    stops=True,
    why=EACH,
    mend="Make a new key at the provider and set it, without quotes or blanks; a key that was deleted looks the same.",
)
def key_is_known(provider: Provider) -> Iterator[Found]:
    """The provider knows the key."""
    refused = next((got for got in replies(provider) if got.refused_key), None)
    if refused:
        name = provider.variables.key
        told = f"the provider does not accept {name} ({refused.status}): {refused.message}"
        yield Found(
            what=told + _doubt(provider)
            if provider.key
            else f"the provider wants a key ({refused.status}), and {name} is not set",
            where=name,
        )


def _doubt(provider: Provider) -> str:
    """Say what the key looks like, if not like one of this provider."""
    key = provider.key
    if any(word in key.lower() for word in PLACEHOLDERS):
        return "; it looks like a placeholder"
    owner = next((owner for start, owner in LOOKS.items() if key.startswith(start)), "")
    own = {"openai": "OpenAI", "gemini": "Google"}.get(provider.name, owner)
    return f"; it looks like a key of {owner}" if owner != own else ""


@check(
    "provider.key.permitted",
    "fault",
    stops=True,
    why=EACH,
    mend="Give the key, its project or its organisation the right to use this model; some countries are not served.",
)
def key_may_do_it(provider: Provider) -> Iterator[Found]:
    """The key may use the API and the model."""
    forbidden = next((got for got in replies(provider) if got.status == FORBIDDEN), None)
    if forbidden:
        name = provider.variables.key
        yield Found(what=f"{name} may not use it (403): {forbidden.message}", where=name)


@check(
    "provider.key.quota",
    "fault",
    stops=True,
    why=EACH,
    mend="Add credit, or raise the limit of the project: a subscription to the provider's own chat pays for no API.",
)
def quota_is_left(provider: Provider) -> Iterator[Found]:
    """The account has quota left."""
    empty = next((got for got in replies(provider) if _empty(got)), None)
    if empty:
        yield Found(what=f"no quota is left ({empty.status}): {empty.message}", where=provider.variables.key)


def _empty(got: Got) -> bool:
    told = " ".join([*got.codes, got.message]).lower()
    return got.status == 402 or (got.status == TOO_MANY and any(word in told for word in EMPTY))  # noqa: PLR2004 - HTTP's


@check(
    "provider.key.rate",
    "warning",
    stops=True,
    why="Messages fail while the limit is reached; with several users it is reached more often.",
    mend="Wait and try again; ask for higher limits, or choose a model that has them.",
)
def rate_is_kept(provider: Provider) -> Iterator[Found]:
    """The limit of requests per minute is not reached."""
    limited = next((got for got in replies(provider) if got.status == TOO_MANY and not _empty(got)), None)
    if limited:
        after = limited.headers.get("retry-after", "")
        told = f"a rate limit is reached (429): {limited.message}{f' (retry after {after} s)' if after else ''}"
        yield Found(what=told, where=provider.variables.key)
