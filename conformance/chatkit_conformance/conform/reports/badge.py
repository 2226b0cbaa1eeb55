"""The badge: a small file that badge services read, with counts rather than a share."""

import json
from collections.abc import Sequence
from typing import Any


def report(reports: Sequence[dict[str, Any]]) -> str:
    """Write the badge of a server; of several, that of all together."""
    kept, decided = (sum(one["footer"]["counts"]["must"][n] for one in reports) for n in (0, 1))
    warned = any(one["footer"]["counts"]["should"][0] < one["footer"]["counts"]["should"][1] for one in reports)
    colour = "red" if kept < decided else "yellow" if warned else "brightgreen"
    value = {"schemaVersion": 1, "label": "ChatKit protocol", "message": f"MUST {kept}/{decided}", "color": colour}
    return json.dumps(value) + "\n"
