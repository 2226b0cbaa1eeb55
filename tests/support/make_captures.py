"""Make the captures in `tests/conformance/data/captures/` again: a real browser and curl, talking to both test beds.

It needs Chromium, which the tests of captures do not: they read what this has written.
`python tests/support/make_captures.py --chromium /usr/bin/chromium`.
"""

import argparse
import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from chatkit_conformance.conform.process import serving
from chatkit_conformance.conform.settings import from_file

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "conformance" / "data" / "captures"
BEDS = {"ours": "ours", "official": "openai-chatkit"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The page and the server have different origins, as in use; what CORS says is not what is captured here.
    "--disable-web-security",
]
SCRIPT = [
    ["title", "A capture"],
    ["widget", [{"type": "Card", "children": [{"type": "Text", "id": "t", "value": v}]} for v in ("a", "ab")]],
    ["emit", {"type": "thread.item.added", "item": {"type": "hidden_context_item", "id": "$ID:message:h"}
        | {"thread_id": "$THREAD", "created_at": "$NOW", "content": "secret"}}],
    ["notice", "done"],
]  # fmt: skip
SAYS = """async ({url, texts}) => {
  const headers = {"content-type": "application/json", accept: "text/event-stream", "chatkit-frame-instance-id": "f1"};
  const ask = async (type, params) =>
    (await fetch(url, {method: "POST", headers, body: JSON.stringify({type, params})})).text();
  const input = (text) => ({content: [{type: "input_text", text}], attachments: [], inference_options: {}});
  const first = await ask("threads.create", {input: input(texts[0])});
  const thread_id = JSON.parse(first.split("\\n")[0].slice(6)).thread.id;
  for (const text of texts.slice(1)) await ask("threads.add_user_message", {thread_id, input: input(text)});
  await ask("items.list", {thread_id, order: "asc", limit: 100});
  await ask("threads.get_by_id", {thread_id: "thr_nowhere"}).catch(() => {});
}"""


class Page(http.server.BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>page</title>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def browse(chromium: str, page_url: str, url: str, path: Path) -> None:
    """Have a browser hold a conversation; keep its HAR."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(record_har_path=path, record_har_content="embed")
        page = context.new_page()
        page.goto(page_url)
        page.evaluate(SAYS, {"url": url, "texts": ["hello", f"ckc:{json.dumps(SCRIPT)}"]})
        context.close()
        browser.close()
    har = json.loads(path.read_text(encoding="utf-8"))
    har["log"]["pages"] = []
    path.write_text(json.dumps(har, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def curl(url: str, *options: str) -> bytes:
    """Ask with curl, as its user would."""
    body = json.dumps({"type": "threads.create", "params": {"input": {"content": [], "inference_options": {}}}})
    body = body.replace('"content": []', '"content": [{"type": "input_text", "text": "hello"}], "attachments": []')
    command = ["curl", "-sN", *options, url, "-H", "content-type: application/json", "-d", body]
    return subprocess.run(command, check=True, capture_output=True).stdout


def main() -> int:
    """Make all captures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default="chromium")
    chromium = parser.parse_args().chromium
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    for name, bed in BEDS.items():
        with serving(from_file(ROOT / "conformance" / "testbeds" / bed / "conformance.toml")) as endpoint:
            page_url = f"http://127.0.0.1:{pages.server_address[1]}/"
            browse(chromium, page_url, endpoint.url, FOLDER / f"browser-{name}.har")
            (FOLDER / f"curl-{name}.sse").write_bytes(curl(endpoint.url))
            (FOLDER / f"curl-i-{name}.txt").write_bytes(curl(endpoint.url, "-i"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
