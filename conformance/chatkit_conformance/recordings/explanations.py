"""The divergences that only scenarios show, each as a function that recognises exactly its own."""

from typing import Any

from chatkit_conformance.differential.divergences import EXPLANATIONS
from chatkit_conformance.differential.rules import Explanation, Scene, agreed, crashed, is_problem
from chatkit_conformance.differential.widget_rules import CRASH
from chatkit_conformance.recordings.normal import FIRST

ANOTHER = "(another time)"


def restamped(scene: Scene) -> bool:
    """D18: an item keeps its time from the first event to the store."""
    if ANOTHER in str(scene.ours) or ANOTHER not in str(scene.official):
        return False
    scene.official[:] = _kept_times(scene.official)
    return True


def _kept_times(value: Any) -> Any:
    if isinstance(value, list):
        return [_kept_times(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _kept_times(inner) for key, inner in value.items()}
    return FIRST.isoformat() if value == ANOTHER else value


def open_icons(scene: Scene) -> bool:
    """D22: an icon that nobody knows is sent; the reference fails to make the event."""
    official, ours = scene.events(scene.official), scene.events(scene.ours)
    at = len(official) - 1
    iconic = "'icon':" in str(ours[at : at + 1]) and official[at:] == [CRASH]
    return iconic and scene.equal(official[:at], ours[:at]) and agreed(scene, fork=True)


def nameless_action(scene: Scene) -> bool:
    """D23: an action without a type is refused; the reference runs it."""
    action = (scene.step.get("params") or {}).get("action")
    nameless = isinstance(action, dict) and "type" not in action
    return nameless and not crashed(scene.official[0]) and is_problem(scene.ours[0], 400) and agreed(scene, fork=True)


def open_codes(scene: Scene) -> bool:
    """D29: an error has whatever code the app gives it; the reference fails to make one that it does not know."""
    official, ours = scene.events(scene.official), scene.events(scene.ours)
    at = len(official) - 1
    if official[at:] != [CRASH] or [event["type"] for event in ours[at : at + 1]] != ["error"]:
        return False
    # Of the app's own: the script has it.
    own = str(ours[at].get("code"))
    return (
        own not in {"custom", "stream.error"}
        and own in str(scene.step)
        and scene.equal(official[:at], ours[:at])
        and agreed(scene, fork=True)
    )


def broken_audio(scene: Scene) -> bool:
    """D30: what is no Base64 is refused; the reference reads what it can of it."""
    asked = scene.step.get("type") == "input.transcribe"
    heard = isinstance(scene.official[0].get("json"), dict) and "text" in scene.official[0]["json"]
    return asked and heard and is_problem(scene.ours[0], 400) and agreed(scene)


def lost_cursor(scene: Scene) -> bool:
    """D31: a cursor that the list does not have is not found."""
    paged = scene.step.get("type") in {"threads.list", "items.list"} and (scene.step.get("params") or {}).get("after")
    listed = isinstance(scene.official[0].get("json"), dict) and "data" in scene.official[0]["json"]
    return bool(paged and listed and is_problem(scene.ours[0], 404) and agreed(scene))


RULES = (
    Explanation("D18", restamped),
    Explanation("D22", open_icons),
    Explanation("D23", nameless_action),
    Explanation("D29", open_codes),
    Explanation("D30", broken_audio),
    Explanation("D31", lost_cursor),
    *EXPLANATIONS,
)
