"""How a backend answers: `respond` streams, an agent stands behind it, and no two things have one id."""

import ast
import re
from collections.abc import Iterator

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.tree.backends import OURS, SDK, answering, backends, has_sdk
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.python import Function, Module, keyword, literal, own_nodes, reached

_COMPLETIONS = re.compile(
    r"\.chat\.completions\.(?:create|stream|parse)$|\bopenai\.(?:ChatCompletion|Completion)\.a?create$"
)
_ENDPOINT = "/v1/chat/completions"
_MADE = re.compile(r"\b(?:uuid\.|uuid[14]\b|token_(?:hex|urlsafe)|time\.|random\.)")
_FAKE = "__fake_id__"
_CHAT_MODELS = {"OpenAIChatCompletionsModel": "", "LitellmModel": "", "AnyLLMModel": ""}


@check(
    "tree.answering.respond",
    "fault",
    why="The server asks `respond` for events one by one; a coroutine or a plain generator fails at the first message.",
    mend="Write `async def respond(…)` and `yield` each event.",
)
def respond(project: Project) -> Iterator[Found]:
    """`respond` is an async generator."""
    for backend in backends(project):
        wrong = _wrong(backend.respond) if backend.respond else ""
        if not backend.respond or not wrong:
            continue
        head = backend.respond
        signature = backend.source.text[backend.module.start(head) :].partition("\n")[0].replace("\r", "")
        returned = next((node for node in own_nodes(head) if isinstance(node, ast.Return) and node.value), None)
        says = backend.module.lines(returned) if returned else signature
        yield Found(
            what=f"respond {wrong}",
            where=backend.module.where(head),
            before=signature if returned is None or wrong.startswith("is a plain") else says,
            after=_mended(signature, says, returned),
        )


@check(
    "tree.answering.completions",
    "warning",
    why="Chat completions know no tools that run, no hand-offs, no citations: the widget gets bare text, and each of "
    "these has to be written by hand. OpenAI develops agents on the Responses API.",
    mend="Put an agent of the Agents SDK there, and stream its run.",
)
def completions(project: Project) -> Iterator[Found]:
    """`respond` runs an agent, not a call of chat completions."""
    for backend in backends(project):
        module = backend.module
        for function in answering(backend):
            for call, what in _legacy(module, function):
                if function is backend.respond or _answers(function, call):
                    yield Found(
                        what=f"{function.name} calls {what} where an agent belongs",
                        where=module.where(call),
                        before=module.lines(call).partition("\n")[0],
                        after="result = Runner.run_streamed(agent, input_items, context=agent_context)\n"
                        "async for event in stream_agent_response(agent_context, result):\n    yield event",
                    )


@check(
    "tree.answering.placeholder-ids",
    "fault",
    why=f"These models have no ids of their own: the Agents SDK calls every item {_FAKE}, stream_agent_response passes "
    "that on, and each answer overwrites the one before it, in the widget and in the store.",
    mend="Give each item an id of its own before it is sent on, or take chatkit_agents.agent_responder, which does.",
)
def placeholder_ids(project: Project) -> Iterator[Found]:
    """`stream_agent_response` gets a model whose items have ids."""
    if not has_sdk(project):
        return
    for module in project.modules:
        calls = [call for name, call in module.calls if name == f"{SDK}.agents.stream_agent_response"]
        seen = (
            sorted(reached(module, project.modules), key=lambda one: (one is not module, one.source.name))
            if calls
            else []
        )
        model = next((found for one in seen for found in _chat_models(one)), None)
        if not model or any(_renames(one) for one in seen):
            continue
        where, told = model
        for call in (one for one in calls if _goes_out(module, one)):
            yield Found(
                what=f"stream_agent_response streams {told} ({where}), whose items all have the id {_FAKE}",
                where=module.where(call),
                before=module.lines(call),
                after=_with_ids(module.lines(call)),
            )


@check(
    "tree.answering.thread-ids",
    "warning",
    why="The store makes the ids of threads, in its own format and for its own user; a thread with another id is not "
    "found again, or is somebody else's.",
    mend="Ask the store: `store.generate_thread_id(context)`; with chatkit_server, `turn.new_id(kind)`.",
)
def thread_ids(project: Project) -> Iterator[Found]:
    """The store makes the ids of threads."""
    for module in project.modules if has_sdk(project) else ():
        for name, call in module.calls:
            given = (
                module.value(keyword(call, "id"))
                if name in {f"{SDK}.types.ThreadMetadata", f"{SDK}.types.Thread"}
                else None
            )
            if given is not None and not isinstance(given, ast.Constant) and _MADE.search(ast.unparse(given)):
                argument = keyword(call, "id") or given
                yield Found(
                    what=f"{name.rpartition('.')[2]} gets an id that the store did not make",
                    where=module.where(argument),
                    before=module.lines(argument),
                    after=module.source.mended(
                        module.start(argument), module.end(argument), "store.generate_thread_id(context)"
                    ),
                )


@check(
    "tree.answering.constant-id",
    "fault",
    why="The widget and the store know items by their ids: the second message with the same id replaces the first.",
    mend='Let the store make an id for each item: `self.store.generate_item_id("message", thread, context)`.',
)
def constant_id(project: Project) -> Iterator[Found]:
    """Every item has an id of its own."""
    for module in project.modules if has_sdk(project) else ():
        for name, call in module.calls:
            given = keyword(call, "id")
            if name.startswith(f"{SDK}.types.") and name.endswith("Item") and isinstance(literal(given), str) and given:
                new = 'self.store.generate_item_id("message", thread, context)'
                yield Found(
                    what=f"Each {name.rpartition('.')[2]} made here has the id {literal(given)!r}",
                    where=module.where(given),
                    before=module.lines(given),
                    after=module.source.mended(module.start(given), module.end(given), new),
                )


@check(
    "tree.answering.mixed",
    "warning",
    why="Both speak the same wire in different Python: the events and items of one are none of the other's.",
    mend="Stay with one: `from chatkit…` is the official SDK, `from chatkit_server…` and `chatkit_agents` are ours.",
)
def mixed(project: Project) -> Iterator[Found]:
    """A backend is built on the official SDK or on chatkit-wire, not on both."""
    for module in project.modules if has_sdk(project) else ():
        lines = [node for node in module.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        official = [node for node in lines if _from(node, (SDK,))]
        ours = [node for node in lines if _from(node, OURS)]
        if official and ours:
            yield Found(
                what=f"{module.source.name} imports the official SDK and chatkit-wire",
                where=module.where(official[0]),
                before="\n".join(module.lines(node).partition("\n")[0] for node in (official[0], ours[0])),
                after=module.lines(ours[0]).partition("\n")[0],
            )


def _wrong(function: Function) -> str:
    nodes = list(own_nodes(function))
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes)
    if isinstance(function, ast.FunctionDef):
        return "is a plain generator, without async" if yields else ""
    if yields or _is_abstract(function):
        return ""
    return "is a coroutine: it returns, and yields nothing"


def _is_abstract(function: Function) -> bool:
    marked = any(ast.unparse(one).endswith(("abstractmethod", "overload")) for one in function.decorator_list)
    return marked or all(isinstance(one, ast.Raise | ast.Pass | ast.Expr) for one in function.body)


def _mended(signature: str, says: str, returned: ast.AST | None) -> str:
    if signature.startswith("def"):
        return f"async {signature}"
    if isinstance(returned, ast.Return) and isinstance(returned.value, ast.Call):
        return f"async for event in {ast.unparse(returned.value)}:\n    yield event"
    if isinstance(returned, ast.Return):
        return re.sub(r"\breturn\b", "yield", says, count=1)
    return f"{signature}\n    …\n    yield event"


def _legacy(module: Module, function: Function) -> Iterator[tuple[ast.Call, str]]:
    """Find the calls of chat completions in a function, through a client or by address."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if _COMPLETIONS.search(f".{module.dotted(call.func)}"):
            yield call, "chat completions"
        given = (*call.args, *(one.value for one in call.keywords))
        if any(isinstance(one, ast.Constant) and _ENDPOINT in str(one.value) for one in given):
            yield call, _ENDPOINT


def _answers(function: Function, call: ast.Call) -> bool:
    """Whether a function that `respond` calls answers in its place, rather than asking the model for a detail."""
    streams = literal(keyword(call, "stream")) is True
    return streams or any(isinstance(node, ast.Yield) for node in own_nodes(function))


def _chat_models(module: Module) -> Iterator[tuple[str, str]]:
    """Find the models whose items have no ids: place and name."""
    for name, call in module.calls:
        last = name.rpartition(".")[2]
        model = literal(module.value(keyword(call, "model")))
        if last in _CHAT_MODELS:
            yield module.where(call), last
        elif last == "set_default_openai_api" and call.args and literal(call.args[0]) == "chat_completions":
            yield module.where(call), "chat completions"
        elif literal(keyword(call, "use_responses")) is False:
            yield module.where(call), f"{last} without responses"
        elif isinstance(model, str) and model.startswith(("litellm/", "any-llm/")):
            yield module.where(call), model


def _renames(module: Module) -> bool:
    """Whether a file knows of the placeholder, and so does something about it."""
    return any("fake_id" in str(node.value).lower() for node in module.strings) or "FAKE_RESPONSES_ID" in module.names


def _goes_out(module: Module, call: ast.Call) -> bool:
    """Whether what is streamed goes out as it is: nothing is called on the stream, and no id is set around it."""
    around = [one for one in module.functions.values() if any(node is call for node in ast.walk(one))]
    nodes = [node for one in around for node in ast.walk(one)]
    wrapped = any(isinstance(node, ast.Call) and call in node.args for node in nodes)
    targets = (one for node in nodes if isinstance(node, ast.Assign) for one in node.targets)
    sets = any(isinstance(one, ast.Attribute) and one.attr in {"id", "item_id"} for one in targets)
    copies = any(isinstance(node, ast.Attribute) and node.attr in {"model_copy", "generate_item_id"} for node in nodes)
    return not (wrapped or sets or copies)


def _with_ids(line: str) -> str:
    return f"""{line.rstrip()}
    if event.type == "thread.item.added" and event.item.id == "{_FAKE}":
        fresh = self.store.generate_item_id("message", thread, context)
    for part, name in ((event, "item_id"), (getattr(event, "item", None), "id")):
        if getattr(part, name, None) == "{_FAKE}":
            setattr(part, name, fresh)
    yield event"""


def _from(node: ast.Import | ast.ImportFrom, tops: tuple[str, ...]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] in tops
    return any(alias.name.partition(".")[0] in tops for alias in node.names)
