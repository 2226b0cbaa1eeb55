"""A conversation is plain JSON: a list of requests that refer to what earlier replies have shown.

A step is `{"type", "params"}`, a request, or `{"raw": text}`. In it, `{"$": kind, "n": number}` stands for an
id that was seen before (kinds `thread`, `item:<type>`, `attachment`, `gone`, `nowhere`; numbers wrap around),
and `{"$script": operations}` for a text that the test bed obeys. Marks beside them: `"walk": true` follows the
cursor to the last page, `"lenient": "D20"` says that only ours is expected to take the request, and
`"wrong": true` that nobody should.
"""

from typing import Any

Step = dict[str, Any]
Steps = list[Step]


def request(type_: str, params: Any, **marks: Any) -> Step:
    """Write one step."""
    return {"type": type_, "params": params, **marks}
