"""Domain keys: what OpenAI hands out for a domain on the allow list, and what stands in for one on localhost."""

import re

_REAL = re.compile(r"domain_pk_[0-9a-f]{48}")
_CUT = re.compile(r"domain_pk_(?=[0-9a-f]*\d)[0-9a-f]{6,}")
_SECRET = re.compile(r"^(?:sk-|wf_|ek_|AIza)")
_ADDRESS = re.compile(r"^https?://|^(?!localhost)[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|app|ai|co|de)(?:[:/]|$)")


def is_real(key: str) -> bool:
    """Whether a key has the form of those that OpenAI hands out."""
    return bool(_REAL.fullmatch(key))


def malformed(key: str) -> str:
    """Tell what is wrong with a key, if it is neither a real one nor a placeholder for localhost."""
    if is_real(key):
        return ""
    if key != key.strip():
        return "has blanks around it"
    if _SECRET.match(key):
        return "is a secret or an id of another kind"
    if _ADDRESS.match(key):
        return f"is {key!r}, an address: it wants the key of the domain, not the domain"
    if _CUT.fullmatch(key):
        return f"has {len(key) - len('domain_pk_')} digits behind domain_pk_, where 48 belong"
    return ""
