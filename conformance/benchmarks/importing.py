"""Where the time goes when the protocol is imported, as Python itself tells it (`-X importtime`)."""

from __future__ import annotations

import statistics
import subprocess

from sides import ENVIRONMENT, PYTHON

ROUNDS = 7
PROTOCOL = "chatkit_protocol"
BELOW = "msgspec"
OPTIONAL = "typing_extensions"
"""What msgspec imports if it happens to be installed; the protocol alone does not bring it."""

Shares = list[tuple[str, float]]


def shares() -> Shares:
    """Give the milliseconds of each part of the import, medians of some rounds."""
    rounds = [_parts(_told()) for _ in range(ROUNDS)]
    return [(name, statistics.median(parts[name] for parts in rounds)) for name in rounds[0]]


def _told() -> str:
    command = [str(PYTHON["ours"]), "-X", "importtime", "-c", f"import {PROTOCOL}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stderr  # noqa: S603


def _parts(told: str) -> dict[str, float]:
    """Read lines such as `import time: 730 | 3022 | chatkit_protocol.codec`: own and whole microseconds, and a name."""
    rows = [line.removeprefix("import time:").split("|") for line in told.splitlines() if line.count("|") == 2]
    own = {name.strip(): int(self) / 1000 for self, _, name in rows[1:]}
    whole = {name.strip(): int(cumulative) / 1000 for _, cumulative, name in rows[1:]}
    ours = sum(ms for name, ms in own.items() if name.partition(".")[0] == PROTOCOL)
    optional = whole.get(OPTIONAL, 0.0)
    return {
        f"{BELOW}, with what it needs of the standard library": whole[BELOW] - optional,
        f"{OPTIONAL}, which {BELOW} imports if it is installed": optional,
        "what we need of the standard library besides": whole[PROTOCOL] - whole[BELOW] - ours,
        "our modules: the types of the messages, their decoders": ours,
    }
