"""How a backend is served: which pages may call it, and that nothing holds the stream back."""

import ast
from collections.abc import Iterator

from chatkit_conformance.doctor.check import Edit, Found, check
from chatkit_conformance.doctor.tree.nodes import arguments, inside, text
from chatkit_conformance.doctor.tree.origins import page_origin
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.python import Module, keyword, literal
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.widgets import Options

_ANY = ("*", ["*"], ("*",), {"*"}, ".*", r".*")
_STARLETTE = "Starlette before 0.46 compresses event streams, and sends them in lumps."


@check(
    "tree.serving.any-origin",
    "fault",
    why="With credentials, any page on the web that a user visits can call the backend in the user's name; where the "
    "server sends a plain `*`, browsers refuse it, and the widget shows nothing.",
    mend="List the origins of your own pages.",
)
def any_origin(project: Project) -> Iterator[Found]:
    """Pages that may send cookies are listed by origin."""
    for module in project.modules:
        yield from _python_cors(module, page_origin(project, module.source))
    for script in project.scripts:
        yield from _script_cors(script, page_origin(project, script.source))


@check(
    "tree.serving.compression",
    "warning",
    why="A compressor waits for enough to compress: the answer comes in lumps, or all at once at its end.",
    mend="Leave text/event-stream out of it.",
)
def compression(project: Project) -> Iterator[Found]:
    """No middleware compresses the stream."""
    for module in project.modules:
        for name, call in module.calls:
            given = [module.dotted(one) for one in call.args[:1]]
            if name.endswith((".add_middleware", "Middleware")) and any(
                one.endswith(".GZipMiddleware") for one in given
            ):
                yield Found(
                    what="GZipMiddleware stands in front of the stream",
                    where=module.where(call),
                    severity="hint",
                    mend=f"{_STARLETTE} Take a newer one, or leave the middleware out.",
                    before=module.lines(call),
                    after="starlette>=0.46  (requirements)",
                )
            if name.endswith("flask_compress.Compress"):
                yield _compressed(
                    "Flask-Compress", module.where(call), module.lines(call), 'app.config["COMPRESS_STREAMS"] = False'
                )
        listed = (one for node in module.nodes if isinstance(node, ast.List) for one in node.elts)
        for item in listed:
            if literal(item) == "django.middleware.gzip.GZipMiddleware":
                yield _compressed(
                    "Django's GZipMiddleware",
                    module.where(item),
                    module.lines(item),
                    "# not here; or leave the chat's path to an app of its own",
                )
    for script in project.scripts:
        for node in script.calls("compression") if "compression" in script.modules else ():
            if "filter" not in text(node):
                new = 'compression({ filter: (req, res) => res.getHeader("content-type") !== "text/event-stream" })'
                yield _compressed(
                    "compression()",
                    script.where(node),
                    script.lines(node),
                    script.source.mended(script.start(node), script.end(node), new),
                )


def _compressed(name: str, where: str, before: str, after: str) -> Found:
    return Found(what=f"{name} compresses the stream", where=where, before=before, after=after)


def _python_cors(module: Module, origin: str) -> Iterator[Found]:
    settings = {
        node.targets[0].id: node
        for node in module.nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    credentials = settings.get("CORS_ALLOW_CREDENTIALS")
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        node = settings.get(name)
        if node and credentials and literal(node.value) is True and literal(credentials.value) is True:
            yield _wild(module, node, f'CORS_ALLOWED_ORIGINS = ["{origin}"]')
    for name, call in module.calls:
        found = _wild_argument(module, name, call)
        if found:
            new = (
                f'["{origin}"]'
                if not isinstance(found, ast.Call)
                else f'{ast.unparse(call)[:-1]}, origins=["{origin}"])'
            )
            yield _wild(module, found, new)


def _wild_argument(module: Module, name: str, call: ast.Call) -> ast.expr | None:
    """Find what lets any origin send cookies in a call that sets CORS up."""
    middleware = any(module.dotted(one).endswith("CORSMiddleware") for one in call.args[:1]) or name.endswith(
        "CORSMiddleware"
    )
    ours = name.startswith("chatkit_server") and name.endswith("create_app")
    if middleware or ours:
        allowed = literal(module.value(keyword(call, "allow_credentials"))) is True
        given = (keyword(call, one) for one in ("allow_origins", "allow_origin_regex"))
        return next((module.value(one) for one in given if one and _any(module, one)), None) if allowed else None
    if name.endswith(("flask_cors.CORS", "flask_cors.cross_origin")):
        origins = keyword(call, "origins")
        if literal(module.value(keyword(call, "supports_credentials"))) is not True or keyword(call, "resources"):
            return None
        return call if origins is None else module.value(origins) if _any(module, origins) else None
    return None


def _any(module: Module, node: ast.expr) -> bool:
    return literal(module.value(node)) in _ANY


def _wild(module: Module, node: ast.expr | ast.stmt, new: str) -> Found:
    start, end = module.start(node), module.end(node)
    old = module.source.text[start:end]
    return Found(
        what="Any origin may call the backend with the user's cookies",
        where=module.where(node),
        before=module.lines(node),
        after=module.source.mended(start, end, new),
        edits=(Edit(module.source.path, start, old, new),),
    )


def _script_cors(script: Script, origin: str) -> Iterator[Found]:
    for call in script.calls("cors"):
        given = script.follow(arguments(call)[0]) if arguments(call) else None
        if given is None or given.node.type != "object" or not {"cors", "hono/cors", "@fastify/cors"} & script.modules:
            continue
        options = Options(given.script, given.node)
        credentials, allowed = options.members.get("credentials"), options.members.get("origin")
        if (
            credentials
            and text(credentials) == "true"
            and allowed
            and (inside(allowed) == "*" or text(allowed) == "true")
        ):
            start, end = given.script.start(allowed), given.script.end(allowed)
            yield Found(
                what="Any origin may call the backend with the user's cookies",
                where=given.script.where(allowed),
                before=given.script.lines(allowed),
                after=given.script.source.mended(start, end, f'["{origin}"]'),
                edits=(Edit(given.script.source.path, start, given.script.source.text[start:end], f'["{origin}"]'),),
            )
