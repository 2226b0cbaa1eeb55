"""What a secret key of a model provider looks like, and how to speak of one without telling it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SHAPES = {
    "OpenAI": r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}",
    "Google": r"AIza[0-9A-Za-z_-]{35}",
    "Groq": r"gsk_[A-Za-z0-9]{40,}",
    "xAI": r"xai-[A-Za-z0-9]{40,}",
}
_KEY = re.compile("|".join(rf"(?P<{name}>(?<![\w-]){shape}(?![\w-]))" for name, shape in _SHAPES.items()))
_PLACEHOLDER = re.compile(
    r"your|password|example|placeholder|replace|change|dummy|fake|sample|redact|secret|here|xxxx|\.\.\.|test|0000|1234567|abcdef",
    re.IGNORECASE,
)
_FEWEST = 10
"""Different characters in a real key."""
_OTHERS = {"sk-ant-": "Anthropic", "sk-or-": "OpenRouter"}
_PUBLIC_GOOGLE = re.compile(
    r"firebase|authDomain|messagingSender|storageBucket|maps|places|youtube|recaptcha|analytics", re.IGNORECASE
)
_AROUND = 300
"""Characters around a Google key that tell what it is for: those of Firebase and Maps are meant to be public."""

PUBLIC_VARIABLE = re.compile(
    r"(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|VUE_APP|STORYBOOK)_[A-Z0-9_]+"
)
"""Variables that bundlers write into what they publish."""
_SECRET_NAME = re.compile(
    r"(?:OPENAI|OPEN_AI|GEMINI|GOOGLE_AI|GOOGLE_GENAI|GENAI|ANTHROPIC|CLAUDE|GROQ|MISTRAL|LLM|XAI|OPENROUTER)_(?:\w+_)?"
    r"(?:API_?)?(?:KEY|TOKEN|SECRET)$|GOOGLE_API_KEY$|_SERVICE_ROLE(?:_KEY)?$|_CLIENT_SECRET$|_SECRET_KEY$|_PRIVATE_KEY$"
    r"|(?:^|_)(?:JWT|AUTH|SESSION|WEBHOOK|API)_SECRET$"
)
_PUBLIC_NAME = re.compile(r"DOMAIN_(?:\w+_)?KEY$|PUBLISHABLE|ANON|PUBLIC_KEY$")


class Key(NamedTuple):
    """A key in a text."""

    provider: str
    value: str
    start: int

    @property
    def shown(self) -> str:
        """Speak of it: its beginning."""
        return hidden(self.value)


def hidden(value: str) -> str:
    """Give the beginning of a key, which tells its kind, and no more."""
    kind = re.match(r"sk-(?:proj-|svcacct-|admin-|ant-|or-)?|AIza|gsk_|xai-", value)
    return f"{kind.group() if kind else value[:2]}…"


def hide(text: str) -> str:
    """Hide the keys of a text."""
    return _KEY.sub(lambda found: hidden(found.group()), text)


def keys_in(text: str) -> Iterator[Key]:
    """Find the keys in a text; examples and placeholders are none."""
    if not any(start in text for start in ("sk-", "AIza", "gsk_", "xai-")):
        return
    for found in _KEY.finditer(text):
        value, provider = found.group(), found.lastgroup or ""
        if not looks_real(value):
            continue
        if provider == "Google" and _PUBLIC_GOOGLE.search(text, max(0, found.start() - _AROUND), found.end() + _AROUND):
            continue
        known = next((name for start, name in _OTHERS.items() if value.startswith(start)), provider)
        yield Key(known, value, found.start())


def looks_real(value: str) -> bool:
    """Whether a key is one, and no placeholder."""
    body = value.partition("-")[2] or value
    mixed = any(one.isdigit() for one in body) and any(one.isalpha() for one in body)
    return mixed and len(set(body)) >= _FEWEST and not _PLACEHOLDER.search(value)


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name holds something that nobody else may know."""
    return bool(_SECRET_NAME.search(name)) and not _PUBLIC_NAME.search(name)


def is_value(value: str) -> bool:
    """Whether a variable is given something, and not a placeholder."""
    return len(value) >= _FEWEST and not _PLACEHOLDER.search(value) and value[0] not in "<${["
