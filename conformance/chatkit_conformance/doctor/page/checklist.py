"""What cannot be seen from outside: where to look in the browser, and what its console says."""

from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatkit_conformance.doctor.tree.loader import SCRIPT


class Step(NamedTuple):
    """A message of the browser's console, or another sign, with what it means."""

    sign: str
    means: str
    mend: str


CHECKLIST = (
    Step(
        "IntegrationError: Domain verification failed for https://…",
        "the page's domain is not on the allow list, or the key belongs to another one",
        "add the exact domain (subdomains count as others) in OpenAI's dashboard: Settings, Security, Domain allowlist",
    ),
    Step(
        "POST https://api.openai.com/v1/chatkit/domain_keys/verify 400 or 401",
        "the same; `verify_hosted` in place of `verify`: the widget was given getClientSecret and no api.url",
        "as above; with a backend of your own give it `api: { url, domainKey }`",
    ),
    Step(
        "InvalidFrameParamsError: Invalid frame params: ChatKit.create(): … Invalid input → at api",
        "a key of the options is missing, unknown or of another kind; the last line says where",
        "compare with the types of @openai/chatkit; tsc finds it",
    ),
    Step(
        "Loading the script … / Framing … / Connecting to … violates the following Content Security Policy directive",
        "a Content-Security-Policy, also of a proxy or an extension",
        "allow it in script-src, frame-src or connect-src",
    ),
    Step(
        "net::ERR_BLOCKED_BY_CLIENT at chatkit.js",
        "an ad blocker or a company's proxy",
        "try a window without extensions, and another network",
    ),
    Step(
        "Mixed Content: The page at … was loaded over HTTPS, but requested an insecure resource",
        "the page is on https, the backend is not",
        "serve the backend over https",
    ),
    Step(
        "Access to fetch at … has been blocked by CORS policy",
        "the backend does not allow the page's origin or one of its headers",
        "chatkit-wire doctor --url ENDPOINT --origin ORIGIN",
    ),
    Step(
        "TypeError: … setOptions is not a function",
        "the options are given before chatkit.js has run",
        'await customElements.whenDefined("openai-chatkit")',
    ),
    Step(
        "no message, and Elements shows <openai-chatkit> with a height of 0",
        "something around it has no height",
        "give every element from <html> down to it a height",
    ),
    Step(
        "no message, and customElements.get('openai-chatkit') is undefined",
        "chatkit.js has not run",
        f"load {SCRIPT} in the page's head",
    ),
)


def as_data() -> list[dict[str, str]]:
    """Give the checklist as plain data."""
    return [step._asdict() for step in CHECKLIST]


def as_view(page: str | None) -> RenderableType:
    """Show the checklist for people, where a page was looked at; else say how to come by it."""
    if page is None:
        return Text(
            "Blank all the same? --page URL looks at the page itself, and says what to look for in its console."
        )
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for step in CHECKLIST:
        table.add_row(Text(step.sign, "bold"), Text.assemble(f"{step.means}: ", (step.mend, "green")))
    head = Text("\nStill blank? What only the browser knows stands in its console (F12):", "bold")
    return Group(head, Padding(table, (1, 0, 0, 2)))
