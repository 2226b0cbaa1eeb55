"""No string of a widget is ever markup, style, script or an address: in any prop, alone or inside of an object."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import fields
from playwright.sync_api import Browser

from support.browser import Faults, context_of
from support.stage import Stage
from support.widget_kinds import KINDS

JSON = dict[str, Any]
PAYLOADS = (
    "<img src=x onerror=\"window.hit = 'img'\">\"><script>window.hit = 'script'</script>' onfocus='window.hit = 1' '",
    "javascript:window.hit='address'",
    "data:text/html,<script>parent.hit='frame'</script>",
    "[text](javascript:window.hit='link') ![](javascript:window.hit='image') <b onclick=alert(1)>bold</b>",
    "url(https://evil.example/pixel)",
    "red; background: url(https://evil.example/pixel)",
    "1px; position: fixed; inset: 0",
    "linear-gradient(red, url(https://evil.example/pixel))",
    "var(--ck-surface, url(https://evil.example/pixel))",
    "} body { display: none } .x {",
    "https://evil.example/pixel",
    "__proto__",
)
INSIDE = (
    *("text", "favicon", "icon", "label", "action", "value", "description", "name", "pattern", "placeholder"),
    *(
        "autoComplete",
        "type",
        "payload",
        "handler",
        "loadingBehavior",
        "dataKey",
        "labels",
        "stack",
        "color",
        "curveType",
    ),
    *("light", "dark", "size", "style", "top", "right", "bottom", "left", "x", "y", "hide", "frame", "disabled"),
)
"""Names that objects in props have."""
SEE = """async (roots) => {
  const { widget } = await import("./inspector/widgets/index.js");
  window.hit = undefined;
  const asked = [];
  const context = { act: () => {}, allowedImage: (url) => (asked.push(url), false), locale: "en" };
  const elements = JSON.parse(roots).map((root) => widget(root, context));
  document.querySelector("main").replaceChildren(...elements);
  const found = [];
  const tags = ":is(script, iframe, object, embed, link, style, base, meta, b, img)";
  const bad = `${tags}:not(.ck-wid-plot *, .ck-wid-markdown *)`;
  for (const one of document.querySelectorAll(`main ${bad}`)) found.push(one.outerHTML);
  for (const one of document.querySelectorAll("main *")) {
    for (const { name, value } of one.attributes) {
      if (name.startsWith("on")) found.push(`${name}=${value}`);
      if (name === "style" && /url|evil|fixed|attr|image-set/i.test(value)) found.push(`style=${value}`);
      const address = ["href", "src", "action", "formaction", "srcset"].includes(name);
      if (address && !/^(https?:|mailto:|#)/.test(value)) found.push(`${name}=${value}`);
    }
  }
  for (const button of document.querySelectorAll("main button[type=button]")) button.click();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const strange = asked.filter((url) => !/^(https?|data|blob):/.test(url));
  return { found, hit: window.hit ?? ({}).hit ?? null, strange };
}"""


def shapes(payload: str) -> list[Any]:
    """A string where anything may be, and in all that may be around it."""
    inside: JSON = dict.fromkeys(INSIDE, payload)
    proper: JSON = inside | {
        "action": inside | {"payload": inside},
        "type": "bar",
        "labels": {payload: payload},
        "size": 1,
    }
    return [payload, proper, [proper, inside]]


@pytest.fixture(scope="module")
def watched(browser: Browser, bed: Any) -> Iterator[tuple[Stage, Faults]]:
    """A stage, and what its page does that it should not."""
    faults = Faults()
    with context_of(browser, faults) as context:
        page = context.new_page()
        bed.open(page)
        yield Stage(page), faults


@pytest.mark.parametrize("tag", KINDS)
def test_text_is_text_everywhere(watched: tuple[Stage, Faults], bed: Any, tag: str) -> None:
    stage, faults = watched
    every = [
        {"type": tag} | {field.name: shape for field in fields(KINDS[tag])}
        for payload in PAYLOADS
        for shape in shapes(payload)
    ]
    seen = stage.page.evaluate(SEE, json.dumps([{"type": "Basic", "children": every}]))
    assert seen == {"found": [], "hit": None, "strange": []}
    assert [url for url in faults.requests if "evil" in url] == []
    assert faults.seen == []
    assert stage.page.url == bed.url
