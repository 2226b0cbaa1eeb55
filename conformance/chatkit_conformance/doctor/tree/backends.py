"""Backends of the project's own: what shows that a file holds one, with the official SDK or with ours."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.python import Function, Module
from chatkit_conformance.doctor.tree.source import Source

SDK = "chatkit"
"""The import name of the official SDK."""
OURS = ("chatkit_server", "chatkit_agents")


@dataclass(frozen=True)
class Backend:
    """A Python file with the class that answers, or with the app."""

    module: Module
    node: ast.ClassDef | ast.Call
    respond: Function | None

    @property
    def source(self) -> Source:
        """The file that it stands in."""
        return self.module.source


def has_sdk(project: Project) -> bool:
    """Whether `import chatkit` means the official SDK, and no folder of the project."""
    names = {PurePosixPath(one.source.name) for one in project.modules}
    return not any(SDK in {path.stem, path.parent.name} for path in names)


@lru_cache(maxsize=4)
def backends(project: Project) -> list[Backend]:
    """Find the backends."""
    return [one for module in project.modules for one in (*_official(module), *_ours(module))]


def _official(module: Module) -> Iterator[Backend]:
    for node in module.classes if "ChatKitServer" in module.source.text else ():
        if any(base.rpartition(".")[2] == "ChatKitServer" for base in module.bases(node)):
            methods = (one for one in node.body if isinstance(one, Function) and one.name == "respond")
            yield Backend(module, node, next(methods, None))


def _ours(module: Module) -> Iterator[Backend]:
    for name, call in module.calls if "chatkit_server" in module.source.text else ():
        if name.endswith("chatkit_server.create_app") or name == "chatkit_server.app.create_app":
            given = call.args[0] if call.args else None
            responder = module.functions.get(given.id) if isinstance(given, ast.Name) else None
            yield Backend(module, call, responder)


def answering(backend: Backend) -> Iterator[Function]:
    """Give the functions of the file that run when a message is answered: `respond`, and what it calls there."""
    waiting, seen = [backend.respond] if backend.respond else [], set[str]()
    while waiting:
        function = waiting.pop()
        if function.name in seen:
            continue
        seen.add(function.name)
        yield function
        for node in ast.walk(function):
            name = _called(node)
            if name in backend.module.functions:
                waiting.append(backend.module.functions[name])


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    of_self = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"
    )
    return node.func.attr if of_self and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
