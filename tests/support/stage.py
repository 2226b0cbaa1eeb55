"""A stage for widgets: the inspector's page emptied, on which one widget at a time is shown."""

import json
from typing import Any

from playwright.sync_api import Locator, Page

JSON = dict[str, Any]
SHOW = """async ([root, waits, itemId]) => {
  const { widget } = await import("./inspector/widgets/index.js");
  window.acts = [];
  window.settle = [];
  const act = (action, { form }) => {
    acts.push({ action: JSON.parse(JSON.stringify(action)), form });
    if (itemId) return inspector.session.act(action, { itemId });
    return waits ? new Promise((done) => settle.push(done)) : undefined;
  };
  const allowedImage = (url) => url.startsWith("data:image/") || url.startsWith("https://images.example/");
  window.shown = widget(JSON.parse(root), { act, allowedImage, locale: "en" });
  document.querySelector("main").replaceChildren(shown);
  await drawn();
}"""
DRAWN = "window.drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
"""What depends on a size is drawn in the frame after the one in which it got that."""


class Stage:
    """What a test shows, changes and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate("document.body.replaceChildren(document.createElement('main'))")
        page.evaluate(DRAWN)

    def show(self, root: JSON, *, waits: bool = False, item_id: str | None = None) -> Locator:
        """Show a widget. A component is put into a Basic.

        With `waits`, its actions are pending until `settle`; with the id of an item, they are sent as that item's.
        """
        self.page.evaluate(SHOW, [rooted(root), waits, item_id])
        return self.page.locator(".ck-wid-root")

    def update(self, root: JSON) -> None:
        """Bring the widget to another state."""
        self.page.evaluate("async (root) => (shown.update(JSON.parse(root)), await drawn())", rooted(root))

    def settle(self) -> None:
        """Let the actions that are pending come to their end."""
        self.page.evaluate("settle.splice(0).forEach((done) => done())")

    @property
    def acts(self) -> list[JSON]:
        """The actions since the widget was shown, each with what was filled in."""
        acts: list[JSON] = self.page.evaluate("acts")
        return acts


def rooted(component: JSON) -> str:
    """Write a widget as JSON text, since Playwright's own way has a depth."""
    whole = (
        component if component["type"] in {"Card", "ListView", "Basic"} else {"type": "Basic", "children": [component]}
    )
    return json.dumps(whole)
