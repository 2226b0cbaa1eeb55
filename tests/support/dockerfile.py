"""A Dockerfile as the list of its instructions."""

import re


def instructions(text: str) -> list[tuple[str, str]]:
    """Give each with what follows it: lines that end in a backslash go on, comments go away."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines() if line.strip()]
