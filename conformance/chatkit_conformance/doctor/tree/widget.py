"""What the widget must be told to reach a backend of one's own."""

import ast
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tree_sitter import Node

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.tree.backends import Backend, backends
from chatkit_conformance.doctor.tree.demands import Demand, demands
from chatkit_conformance.doctor.tree.domain_keys import malformed
from chatkit_conformance.doctor.tree.nodes import text
from chatkit_conformance.doctor.tree.origins import Allowed, allowed_origins, is_local, port_of
from chatkit_conformance.doctor.tree.project import Project, together
from chatkit_conformance.doctor.tree.source import Source
from chatkit_conformance.doctor.tree.telling import lacking, wrong
from chatkit_conformance.doctor.tree.widgets import Options, Widget, env_names

_BLANK = "The widget refuses its options and stays blank: `InvalidFrameParamsError: … Invalid input → at api`."
_KINDS = ("two_phase", "direct")
_TWO_PHASE = 'uploadStrategy: { type: "two_phase" }'
_WITH_HEADER = (
    "fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${token}` } })"
)
_SENDS = re.compile(r"authorization|headers|credentials|token|cookie", re.IGNORECASE)
_VITE_OWN = {"MODE", "DEV", "PROD", "SSR", "BASE_URL"}
_PUBLIC = ("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "GATSBY_", "VUE_APP_")


@check(
    "tree.widget.api-url", "fault", why=_BLANK, mend="Tell it the address of your backend: `api: { url, domainKey }`."
)
def api_url(project: Project) -> Iterator[Found]:
    """The widget is told where the backend is."""
    for widget in project.widgets:
        options = widget.api or widget.options
        if widget.api is None and widget.options.lacks("api"):
            yield lacking(
                options,
                "The widget is given no api",
                'api: { url: "/chatkit/api", domainKey: "local-dev" }',
                safe=False,
            )
        elif widget.api and not widget.is_hosted and options.lacks("url"):
            yield lacking(options, "api has no url", 'url: "/chatkit/api"', safe=False)


@check(
    "tree.widget.domain-key",
    "fault",
    why=f"{_BLANK} It needs a key with a backend of your own, too; on localhost any text does.",
    mend="Give it `domainKey`; for a public page, the key from the allow list of domains in OpenAI's dashboard.",
)
def domain_key(project: Project) -> Iterator[Found]:
    """The widget is given a domain key."""
    for widget in _own(project):
        api = widget.api or widget.options
        said = api.text("domainKey")
        if api.lacks("domainKey"):
            yield lacking(api, "api has no domainKey", 'domainKey: "local-dev"')
        elif said is not None and not said.strip() and not _from_env(api, "domainKey"):
            yield wrong(api, "domainKey", "domainKey is empty", '"local-dev"')


@check(
    "tree.widget.domain-key-form",
    "fault",
    why="OpenAI refuses the key wherever the page is not on localhost: `IntegrationError: Domain verification failed`, "
    "and the widget disappears.",
    mend="Copy it from the allow list of domains in OpenAI's dashboard: `domain_pk_` and 48 digits and letters a to f.",
)
def domain_key_form(project: Project) -> Iterator[Found]:
    """A domain key has the form of one."""
    for widget in _own(project):
        api = widget.api or widget.options
        said = api.text("domainKey")
        fault = malformed(said) if said else ""
        if fault:
            yield wrong(api, "domainKey", f"domainKey {fault}", '"domain_pk_…"')


@check(
    "tree.widget.upload-strategy",
    "fault",
    why=f"{_BLANK} Or the first attached file fails.",
    mend=f"Say how files are sent: `{_TWO_PHASE}`.",
)
def upload_strategy(project: Project) -> Iterator[Found]:
    """Where the composer takes files, the widget is told how to send them."""
    for widget in _own(project):
        api, composer = widget.api or widget.options, widget.options.object("composer")
        files = composer.object("attachments") if composer else None
        enabled = files.members.get("enabled") if files else None
        if enabled and text(enabled) == "true" and api.lacks("uploadStrategy"):
            yield lacking(api, "composer.attachments is enabled, and api has no uploadStrategy", _TWO_PHASE)


@check("tree.widget.upload-type", "fault", why=_BLANK, mend='Take `"two_phase"`, or `"direct"` with `uploadUrl`.')
def upload_type(project: Project) -> Iterator[Found]:
    """An upload strategy is one of the two that there are."""
    for widget in _own(project):
        strategy = widget.api.object("uploadStrategy") if widget.api else None
        kind = strategy.text("type") if strategy else None
        if strategy and kind is not None and kind not in _KINDS:
            near = '"two_phase"' if "phase" in kind.lower() or "uploadUrl" not in strategy.members else '"direct"'
            yield wrong(strategy, "type", f"{kind!r} is no upload strategy", near)
        elif strategy and kind == "direct" and strategy.lacks("uploadUrl"):
            yield lacking(strategy, "A direct upload has no uploadUrl", 'uploadUrl: "/chatkit/api/upload"', safe=False)
        elif strategy and strategy.lacks("type"):
            yield lacking(strategy, "uploadStrategy has no type", 'type: "two_phase"', safe=False)


@check(
    "tree.widget.auth-header",
    "fault",
    why="Every request of the widget is answered with 401: the history stays empty, and each message ends in an error.",
    mend="Add the header in `api.fetch`, through which every request of the widget goes.",
)
def auth_header(project: Project) -> Iterator[Found]:
    """Where the backend demands a token, the page sends one."""
    known: list[Backend | Demand] = [*backends(project), *demands(project)]
    for widget in _own(project):
        api = widget.api or widget.options
        near = [one for one in together(widget, known, project.widgets) if isinstance(one, Demand)]
        fetch = api.get("fetch")
        silent = api.lacks("fetch") or bool(fetch and not _hands_on(fetch.node) and not _SENDS.search(text(fetch.node)))
        if near and silent:
            where = near[0].module.where(near[0].node)
            yield lacking(
                api,
                f"The backend demands a bearer token ({where}), and the page sends none",
                _WITH_HEADER,
                safe=False,
            )


@check(
    "tree.widget.private-variable",
    "fault",
    why="Bundlers give the page only variables with their prefix; any other one is undefined there, and the widget "
    "stays blank.",
    mend="Rename the variable, in the `.env` file too. It is no secret: a domain key and an address are public.",
)
def private_variable(project: Project) -> Iterator[Found]:
    """What the widget is told comes from variables that reach the page."""
    if any(
        re.search(r"\b(?:envPrefix|define|EnvironmentPlugin|DefinePlugin|env)\s*[:(]", one.text)
        for one in _configs(project)
    ):
        return
    for widget in _own(project):
        api = widget.api or widget.options
        for key in ("url", "domainKey"):
            value = api.get(key)
            for name in env_names(value) if value and widget.script.is_browser else ():
                if not name.startswith(_PUBLIC) and name not in {*_VITE_OWN, "NODE_ENV"}:
                    vite = "import.meta.env" in text(value.node) if value else False
                    prefix = "VITE_" if vite else "NEXT_PUBLIC_"
                    yield wrong(api, key, f"{name} is undefined in the page", prefix + name, old=name)


@check(
    "tree.widget.plain-http",
    "warning",
    why="A page on https may not call an address on http: the browser blocks it as mixed content.",
    mend="Serve the backend over https.",
)
def plain_http(project: Project) -> Iterator[Found]:
    """A backend that is not on this machine is called over https."""
    for widget in _own(project):
        api = widget.api or widget.options
        said = api.text("url") or ""
        if said.startswith("http://") and not is_local(said):
            yield wrong(api, "url", f"{said} is called without https", f'"{said.replace("http://", "https://", 1)}"')


@check(
    "tree.widget.origin",
    "warning",
    why="The browser blocks each of the widget's requests: `blocked by CORS policy`. It loads, and nothing answers.",
    mend="Add the page's origin to the backend's list. localhost and 127.0.0.1 are two origins, and so is each port.",
)
def origin(project: Project) -> Iterator[Found]:
    """The backend lets the page of the project call it."""
    known: list[Backend | Allowed] = [*backends(project), *allowed_origins(project)]
    for widget in _own(project):
        said = (widget.api or widget.options).text("url") or ""
        package = project.package_of(widget.source)
        port = port_of(project, package) if package is not None else None
        near = [one for one in together(widget, known, project.widgets) if isinstance(one, Allowed)]
        page = f"http://localhost:{port}"
        if not port or not near or not is_local(said) or urlsplit(said).port == port:
            continue
        if not any({page, page.replace("localhost", "127.0.0.1")} & set(one.origins) for one in near):
            one = near[0]
            start, end = one.module.start(one.node), one.module.end(one.node)
            new = f'{ast.unparse(one.node)[:-1]}{", " if one.origins else ""}"{page}"]'
            yield Found(
                what=f"The page is at {page}, which the backend does not allow",
                where=one.module.where(one.node),
                before=one.module.lines(one.node),
                after=one.module.source.mended(start, end, new),
            )


def _own(project: Project) -> Iterator[Widget]:
    """Give the widgets in front of a backend of one's own, whose options are in sight."""
    for widget in project.widgets:
        if widget.api and not widget.is_hosted and "url" in widget.api.members:
            yield widget


def _from_env(options: Options, key: str) -> bool:
    value = options.get(key)
    return bool(value and env_names(value))


def _hands_on(node: Node) -> bool:
    """Whether a `fetch` is somebody else's function, or made by a call: what it sends is not in sight."""
    return node.type in {"call_expression", "identifier", "member_expression"}


def _configs(project: Project) -> Iterator[Source]:
    """Give the bundlers' settings, which may let more variables through."""
    return (one for one in project.code if re.match(r"(?:vite|next|webpack|rsbuild)\.config\.", one.path.name))
