"""What settings must be beyond their types: addresses that are addresses, and settings that need one another."""

import re
from collections.abc import Iterator

from chatkit_conformance.cli.addresses import parts
from chatkit_conformance.cli.listening import is_loopback
from chatkit_conformance.cli.settings.reading import Reading
from chatkit_conformance.cli.settings.table import Settings, settings
from chatkit_conformance.cli.stores import shown

SHORTEST_SECRET = 32
"""Bytes."""
ADDRESSES = ("llm_base_url", "openai_base_url", "gemini_base_url", "files_endpoint", "public_url")
KEYS = ("auth_issuer", "auth_jwks_url")
"""Addresses that keys are fetched from."""
MEDIA_TYPE = re.compile(r"[\w.+-]+/([\w.+-]+|\*)|\*/\*")
NEEDED = {"openai": "openai_api_key", "gemini": "gemini_api_key", "compatible": "llm_base_url"}
"""What each provider cannot do without."""
BELIEVE = "set CHATKIT_AUTH_ISSUER and CHATKIT_AUTH_AUDIENCE, or CHATKIT_AUTH_SECRET"
OPEN = "set CHATKIT_INSECURE_NO_AUTH (--insecure-no-auth)"

Faults = Iterator[tuple[str, str]]
"""The name of a setting, and what is wrong with it. A secret is never quoted."""


def faults(reading: Reading) -> Iterator[str]:
    """Tell what is wrong, a line each, which begins with where the setting comes from, or could be set."""
    for check in (_addresses, _lists, _secrets, _model, _accounts, _reach, _files, _logs):
        for name, what in check(reading.settings):
            source = reading.sources[name]
            yield f"{settings()[name].variable if source == 'default' else source} {what}"


def has_accounts(told: Settings) -> bool:
    """Whether the settings say whom to believe."""
    return bool(told.auth_issuer or told.auth_audience or told.auth_jwks_url or told.auth_secret)


def _addresses(told: Settings) -> Faults:
    for name in ADDRESSES:
        value = getattr(told, name)
        if value and not parts(value):
            yield name, f"is {shown(value)!r}: it begins with http:// or https://, and a host"
    for name in KEYS:
        value = getattr(told, name)
        place = parts(value)
        if value and not (place and (place.scheme == "https" or is_loopback(place.hostname or ""))):
            yield name, f"is {shown(value)!r}: keys are fetched by https, from a host"


def _lists(told: Settings) -> Faults:
    from chatkit_server.guarding import checked_hosts, checked_origins  # noqa: PLC0415 - an extra

    for name, check in (("allow_origins", checked_origins), ("allow_hosts", checked_hosts)):
        try:
            check(getattr(told, name))
        except ValueError as error:
            yield name, f"is wrong: {error}"
    for kind in told.file_types:
        if not MEDIA_TYPE.fullmatch(kind):
            yield "file_types", f"has {kind!r}: a media type is like image/png or image/*"


def _secrets(told: Settings) -> Faults:
    for name in ("auth_secret", "files_secret"):
        value = getattr(told, name)
        if value and any(len(secret.encode()) < SHORTEST_SECRET for secret in value.split(",")):
            yield name, f"needs at least {SHORTEST_SECRET} bytes; `openssl rand -hex 32` makes a secret"


def _model(told: Settings) -> Faults:
    needed = NEEDED.get(told.llm_provider)
    if needed and not getattr(told, needed):
        yield needed, f"is not set, and LLM_PROVIDER={told.llm_provider} needs it"


def _accounts(told: Settings) -> Faults:
    if not has_accounts(told):
        for name in ("auth_type", "auth_scopes", "auth_tenant_claim"):
            if getattr(told, name):
                yield name, f"is set, but not whose tokens are believed: {BELIEVE}"
    elif told.auth_secret and told.auth_jwks_url:
        yield "auth_jwks_url", "is set beside a secret: an algorithm belongs to one kind of key"
    elif not told.auth_secret:
        if not told.auth_audience:
            yield "auth_audience", "is not set: the issuer signs tokens for other apps with the same keys"
        if not (told.auth_issuer or told.auth_jwks_url):
            yield "auth_issuer", f"is not set, nor are keys or a secret: {BELIEVE}"


def _reach(told: Settings) -> Faults:
    if not (has_accounts(told) or is_loopback(told.host) or told.insecure_no_auth):
        everyone = (
            "can be reached from other machines, and there are no accounts: everyone would read and delete everything"
        )
        yield "host", f"is {told.host}, which {everyone}. Either {BELIEVE}; or, if you want that, {OPEN}"


def _files(told: Settings) -> Faults:
    if told.files.startswith("s3://") and not told.files_secret:
        yield "files_secret", "is not set: files in a bucket need it, the same in every process"


def _logs(told: Settings) -> Faults:
    if told.log_text and told.logs != "json":
        yield "log_text", "is on, and only JSON logs can hold what was said: set CHATKIT_LOGS to json, too"
