"""Backends that demand a bearer token: what in the source shows it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.python import Function, Module, keyword, reached
from chatkit_conformance.doctor.tree.source import Source

_SCHEMES = ("HTTPBearer", "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "OpenIdConnect")


@dataclass(frozen=True)
class Demand:
    """The endpoint of a backend that lets nobody in without a token."""

    module: Module
    node: ast.expr | ast.stmt

    @property
    def source(self) -> Source:
        """The file that it stands in."""
        return self.module.source


def demands(project: Project) -> list[Demand]:
    """Find the backends that demand a token."""
    return [one for module in project.modules for one in (*_ours(module), *_endpoints(module, project))]


def _ours(module: Module) -> Iterator[Demand]:
    for name, call in module.calls:
        identify = (
            keyword(call, "identify") if name.startswith("chatkit_server") and name.endswith("create_app") else None
        )
        value = module.value(identify)
        bearer = isinstance(value, ast.Call) and module.dotted(value.func).startswith("chatkit_server.auth.bearer")
        own = module.functions.get(value.id) if isinstance(value, ast.Name) else None
        if identify and (bearer or (own and _refuses(own))):
            yield Demand(module, identify)


def _endpoints(module: Module, project: Project) -> Iterator[Demand]:
    for function in module.functions.values() if ".process(" in module.source.text else ():
        processes = any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "process"
            for node in ast.walk(function)
        )
        if not function.decorator_list or not processes:
            continue
        if _refuses(function):
            yield Demand(module, function)
        for depends in _depends(module, function):
            if _is_bearer(module, depends, project):
                yield Demand(module, depends)
                break


def _depends(module: Module, function: Function) -> Iterator[ast.Call]:
    arguments = function.args
    annotated = (one.annotation for one in (*arguments.args, *arguments.kwonlyargs) if one.annotation)
    for tree in (
        *arguments.defaults,
        *(one for one in arguments.kw_defaults if one),
        *annotated,
        *function.decorator_list,
    ):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and module.dotted(node.func) in {"fastapi.Depends", "fastapi.Security"}
                and node.args
            ):
                yield node


def _is_bearer(module: Module, depends: ast.Call, project: Project) -> bool:
    given = depends.args[0]
    if _scheme(module, given):
        return True
    if not isinstance(given, ast.Name):
        return False
    for one in reached(module, project.modules):
        function = one.functions.get(given.id)
        if function and (_refuses(function) or any(_scheme(one, call.args[0]) for call in _depends(one, function))):
            return True
    return False


def _scheme(module: Module, node: ast.expr) -> bool:
    value = module.value(node)
    if not isinstance(value, ast.Call):
        return False
    lenient = keyword(value, "auto_error")
    strict = not (isinstance(lenient, ast.Constant) and lenient.value is False)
    return module.dotted(value.func).endswith(_SCHEMES) and strict


def _refuses(function: Function) -> bool:
    """Whether a function reads the header and raises."""
    reads = any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() == "authorization"
        for node in ast.walk(function)
    )
    named = any(one.arg == "authorization" for one in (*function.args.args, *function.args.kwonlyargs))
    raises = any(isinstance(node, ast.Raise) and _unauthorized(node) for node in ast.walk(function))
    return (reads or named) and raises


def _unauthorized(node: ast.Raise) -> bool:
    told = ast.unparse(node)
    return "401" in told or "Unauthorized" in told or "UNAUTHORIZED" in told
