"""A Python file as the checks see it: what it imports under which names, what it calls, what its names stand for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chatkit_conformance.doctor.tree.source import Source

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Module:
    """A Python file that parses."""

    source: Source
    tree: ast.Module

    def __hash__(self) -> int:
        """Modules are told apart by their files."""
        return hash(self.source)

    @classmethod
    def read(cls, source: Source) -> "Module | None":
        """Parse a file; None for what Python would refuse, which it tells better itself."""
        try:
            return cls(source, ast.parse(source.text.replace("\r\n", "\n")))
        except (SyntaxError, ValueError, RecursionError):
            return None

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in it, from the outside inwards."""
        return list(ast.walk(self.tree))

    @cached_property
    def strings(self) -> list[ast.Constant]:
        """The strings that are no docstrings."""
        docs = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        constants = (node for node in self.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
        return [node for node in constants if id(node) not in docs]

    @cached_property
    def names(self) -> dict[str, str]:
        """What the imported names stand for, dotted: `{"np": "numpy", "Runner": "agents.Runner"}`."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                tops = {alias.name.partition(".")[0] for alias in node.names if not alias.asname}
                found |= {top: top for top in tops}
                found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names}
        return found

    @cached_property
    def imported(self) -> set[str]:
        """The modules that it imports from, dotted, relative ones with their dots."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add("." * node.level + (node.module or ""))
        return found

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call]]:
        """Every call with the dotted name of what is called, imports put in."""
        calls = (node for node in self.nodes if isinstance(node, ast.Call))
        return [(self.dotted(call.func), call) for call in calls]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Every class."""
        return [node for node in self.nodes if isinstance(node, ast.ClassDef)]

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Every function and method by its name."""
        return {node.name: node for node in self.nodes if isinstance(node, Function)}

    @cached_property
    def _assigned(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AnnAssign) and node.value:
                targets = [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                    found.setdefault(target.id, []).append(node.value)
        return found

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """Follow a name to the one value that this file gives it."""
        if isinstance(node, ast.Name) and len(self._assigned.get(node.id, [])) == 1:
            return self._assigned[node.id][0]
        return node

    def dotted(self, node: ast.AST) -> str:
        """Name an expression of names and attributes: `agents.Runner.run`; empty for anything else."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            left = self.dotted(node.value)
            return f"{left}.{node.attr}" if left else ""
        if isinstance(node, ast.Call):
            return self.dotted(node.func)
        return self.dotted(node.value) if isinstance(node, ast.Subscript) else ""

    def bases(self, node: ast.ClassDef) -> set[str]:
        """Name the classes that a class comes from, and those that they come from in this file."""
        found = {self.dotted(base) for base in node.bases}
        here = {one.name: one for one in self.classes if one is not node}
        for name in list(found):
            found |= self.bases(here[name]) if name in here else set()
        return found

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Give the offset of an expression or statement."""
        return self.source.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Give the offset behind it."""
        return self.source.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def where(self, node: ast.expr | ast.stmt) -> str:
        """Give its place."""
        return self.source.where(self.start(node))

    def lines(self, node: ast.expr | ast.stmt) -> str:
        """Give the lines in which it stands."""
        return self.source.lines(self.start(node), self.end(node))


def literal(node: ast.AST | None) -> object:
    """Give the value of a literal; None for anything else."""
    try:
        return ast.literal_eval(node) if isinstance(node, ast.expr) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Find an argument by its keyword."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Walk the body of a function without the functions and classes inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def reached(module: Module, modules: list[Module]) -> set[Module]:
    """Give a module and those of the project that it imports, directly or not."""
    by_file: dict[str, list[Module]] = {}
    for one in modules:
        by_file.setdefault(one.source.path.name, []).append(one)
    found, waiting = {module}, [module]
    while waiting:
        here = waiting.pop()
        fresh = {one for name in _wanted(here) for one in _named(here, name, by_file)} - found
        found |= fresh
        waiting += fresh
    return found


def _wanted(module: Module) -> set[str]:
    """Name what a module imports; what is imported from a package may be a module of it."""
    return module.imported | {name for name in module.names.values() if "." in name.strip(".")}


def _named(module: Module, name: str, by_file: dict[str, list[Module]]) -> list[Module]:
    dots = len(name) - len(name.lstrip("."))
    inner = name.strip(".").replace(".", "/")
    if dots:
        folders = module.source.parts[: len(module.source.parts) - dots + 1]
        wanted = {"/".join((*folders, end)) for end in _files(inner)}
        return [one for end in _files(inner) for one in by_file.get(_last(end), ()) if one.source.name in wanted]
    return [
        one
        for end in _files(inner)
        for one in by_file.get(_last(end), ())
        if one.source.name == end or one.source.name.endswith(f"/{end}")
    ]


def _files(inner: str) -> tuple[str, ...]:
    return (f"{inner}.py", f"{inner}/__init__.py") if inner else ("__init__.py",)


def _last(path: str) -> str:
    return path.rpartition("/")[2]
