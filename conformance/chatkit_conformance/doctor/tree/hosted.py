"""Agent Builder's concepts have no place where the backend is the project's own."""

import re
from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.tree.backends import Backend, backends
from chatkit_conformance.doctor.tree.environment import Variable, variables
from chatkit_conformance.doctor.tree.nodes import text
from chatkit_conformance.doctor.tree.project import Project, together
from chatkit_conformance.doctor.tree.python import Module
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.widgets import Widget

_WORKFLOW = re.compile(r"wf_[0-9a-f]{16,}")
_SESSIONS = re.compile(r"(?:https?://[^/]+)?(/v1/chatkit/sessions)/?")
_SESSIONS_PATH = "POST /v1/chatkit/sessions"
_ADDRESS = 'useChatKit({ api: { url: "…", domainKey: "…" } })  // no session, no client_secret'
_CREATE = re.compile(r"chatkit\.sessions\.create$")
_TWO = (
    "There are two ways to run ChatKit. Hosted: Agent Builder answers, the page asks OpenAI for sessions. Self-hosted: "
    "your backend answers, and the page knows its address. The widget takes one of the two."
)


@check(
    "tree.hosted.both",
    "fault",
    why=f"{_TWO} With both it stays blank: `InvalidFrameParamsError: … Invalid input → at api` in the console.",
    mend="Remove getClientSecret: with a backend of your own there are no client secrets.",
)
def both(project: Project) -> Iterator[Found]:
    """A widget is told the address of a backend, or gets sessions from OpenAI, not both."""
    for widget in project.widgets:
        if widget.api and widget.is_hosted and "url" in widget.api.members:
            yield _secret(widget, "The widget has getClientSecret beside api.url")


@check(
    "tree.hosted.client-secret",
    "fault",
    why=f"{_TWO} Here the backend is yours, and the page never calls it.",
    mend="Give the widget `api: { url, domainKey }` in place of getClientSecret.",
)
def client_secret(project: Project) -> Iterator[Found]:
    """A page in front of a backend of its own asks OpenAI for no sessions."""
    found = backends(project)
    for widget in project.widgets:
        near = together(widget, found, project.widgets)
        if widget.api and widget.is_hosted and "url" not in widget.api.members and near:
            named = near[0].source.name
            yield _secret(widget, f"The widget gets its sessions from OpenAI, though {named} is a backend of your own")


@check(
    "tree.hosted.session",
    "warning",
    why=f"{_TWO} Sessions made there belong to Agent Builder's workflows: your own backend never sees them.",
    mend="Remove the endpoint: the page calls your backend directly, and signs in with headers in `api.fetch`.",
)
def session(project: Project) -> Iterator[Found]:
    """A project with a backend of its own makes no sessions at OpenAI."""
    for module in _beside(project):
        made = ((name, call) for name, call in module.calls if _CREATE.search(name))
        asked = ((_SESSIONS_PATH, one) for one in module.strings if _SESSIONS.fullmatch(str(one.value)))
        for name, node in (*made, *asked):
            yield _session(name, module.where(node), module.lines(node))
    for script in _scripts_beside(project):
        calls = ((text(one.children[0]), one) for one in script.all("call_expression"))
        creates = ((name, one) for name, one in calls if _CREATE.search(name))
        asks = ((_SESSIONS_PATH, one) for one, said in script.strings if _SESSIONS.fullmatch(said))
        for name, one in (*creates, *asks):
            yield _session(name, script.where(one), script.lines(one).partition("\n")[0])


@check(
    "tree.hosted.workflow",
    "warning",
    why=f"{_TWO} A workflow's id means nothing to a backend of your own: its agent is in its code.",
    mend="Remove the id, and write the agent in `respond`.",
)
def workflow(project: Project) -> Iterator[Found]:
    """A project with a backend of its own names no workflows."""
    for module in _beside(project):
        for string in module.strings:
            if _WORKFLOW.fullmatch(str(string.value)):
                yield _workflow(str(string.value), module.where(string), module.lines(string))
    for script in _scripts_beside(project):
        for node, said in script.strings:
            if _WORKFLOW.fullmatch(said):
                yield _workflow(said, script.where(node), script.lines(node))
    own = _own(project)
    for one in (one for source in project.environments for one in variables(source)):
        if _WORKFLOW.fullmatch(one.value) and _near(one, own, project):
            yield _workflow(one.value, one.source.where(one.start), f"{one.name}={one.value}")


def _session(what: str, where: str, before: str) -> Found:
    return Found(what=f"{what} makes a session of Agent Builder", where=where, before=before, after=_ADDRESS)


def _workflow(name: str, where: str, before: str) -> Found:
    agent = 'Agent(name="…", instructions="…")  # in the backend'
    return Found(what=f"{name} is a workflow of Agent Builder", where=where, before=before, after=agent)


def _secret(widget: Widget, what: str) -> Found:
    if widget.api is None:
        raise TypeError("a widget that gets sessions has an api")
    member = widget.api.members["getClientSecret"]
    return Found(
        what=what,
        where=widget.api.script.where(member),
        before=widget.api.script.lines(member).partition("\n")[0],
        after='url: "https://chat.example.com/chatkit/api",\ndomainKey: "domain_pk_…",',
    )


def _beside(project: Project) -> Iterator[Module]:
    """Give the Python files in a part of the project that answers by itself."""
    own = _own(project)
    return (module for module in project.modules if _near(module, own, project))


def _scripts_beside(project: Project) -> Iterator[Script]:
    own = _own(project)
    return (script for script in project.scripts if _near(script, own, project))


def _own(project: Project) -> list[Backend | Widget]:
    """Give what shows a backend of the project's own: the backend, and widgets that know its address."""
    told = [one for one in project.widgets if one.api and "url" in one.api.members and not one.is_hosted]
    return [*backends(project), *told]


def _near(one: Module | Script | Variable, own: list[Backend | Widget], project: Project) -> bool:
    """Whether a backend is in the same part of the project, and no page of Agent Builder's is as near."""
    others = [widget for widget in project.widgets if widget.is_hosted and not together(widget, own, project.widgets)]
    beside = together(one, [*own, *others], []) if own else []
    return bool(beside) and not any(other in others for other in beside)
