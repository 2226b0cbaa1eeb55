"""The divergence about pages: what hidden items do to them."""

from copy import deepcopy
from typing import Any

from chatkit_conformance.differential.rules import Scene, Shown, agreed
from chatkit_conformance.differential.widget_rules import as_given


def pages_of(replies: list[Shown]) -> list[dict[str, Any]] | None:
    """Give the pages that the replies are or hold, if all of them do."""
    bodies = [reply.get("json") for reply in replies]
    pages = [body.get("items", body) for body in bodies if isinstance(body, dict)]
    return pages if len(pages) == len(replies) and all("data" in page for page in pages) else None


def paged(scene: Scene) -> bool:
    """D19: hidden items neither shorten a page nor lend their id to a cursor."""
    official, ours = pages_of(scene.official), pages_of(scene.ours)
    if not scene.secret or official is None or ours is None or scene.equal(official, ours):
        return False
    first, second = ([deepcopy(row) for page in side for row in page["data"]] for side in (official, ours))
    as_given(first, second)
    whole = bool(scene.step.get("walk"))
    alike = scene.equal(first, second if whole else second[: len(first)])
    shown = {row["id"] for row in second}
    honest = all(page.get("after") in shown for page in ours if page["has_more"])
    return alike and honest and agreed(scene)
