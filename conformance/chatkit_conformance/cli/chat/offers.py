"""What can be clicked in the widgets on the screen, by number."""

from typing import Any

from msgspec import Struct, field

from chatkit_protocol.base import JSONObject


class FormField(Struct):
    """A control whose value goes along with an action."""

    name: str
    label: str
    default: Any = ""
    choices: list[str] = field(default_factory=list)
    boolean: bool = False


class Offer(Struct):
    """An action, the widget that it belongs to, and the controls whose values it submits."""

    item_id: str
    action: JSONObject
    fields: list[FormField] = field(default_factory=list)

    @property
    def streaming(self) -> bool:
        """Whether a stream answers it, or one item at once."""
        return self.action.get("streaming") is not False

    @property
    def for_page(self) -> bool:
        """Whether the page around the widget carries it out, not the backend."""
        return self.action.get("handler") == "client"

    def payload(self, values: dict[str, Any]) -> Any:
        """Join the action's payload and the values of its controls; `a.b` as a name means b within a."""
        given = self.action.get("payload")
        if not values:
            return given
        joined: JSONObject = dict(given) if isinstance(given, dict) else {}
        for name, value in values.items():
            *outer, last = name.split(".")
            inner = joined
            for step in outer:
                inner[step] = dict(inner[step]) if isinstance(inner.get(step), dict) else {}
                inner = inner[step]
            inner[last] = value
        return joined


class Offers:
    """Numbers for actions. The same action of the same widget keeps its number when the widget is shown again."""

    def __init__(self) -> None:
        self._offers: list[Offer] = []

    def number(self, offer: Offer) -> int:
        """Number an action, from 1."""
        if offer not in self._offers:
            self._offers.append(offer)
        return self._offers.index(offer) + 1

    def get(self, number: str) -> Offer | None:
        """Find an action by its number."""
        index = int(number) if number.isascii() and number.isdigit() else 0
        return self._offers[index - 1] if 1 <= index <= len(self._offers) else None

    def clear(self) -> None:
        """Begin again: another thread is on the screen."""
        self._offers.clear()
