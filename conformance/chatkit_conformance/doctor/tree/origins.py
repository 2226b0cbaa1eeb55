"""Origins: where a project's page is while it is developed, and which ones its backend allows."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.python import Module, keyword, literal
from chatkit_conformance.doctor.tree.source import Source

_PORT = re.compile(r"(?:--port[ =]|-p )(\d{2,5})|\bPORT=(\d{2,5})")
_SERVER_PORT = re.compile(r"\bserver\s*:\s*\{[^}]*?\bport\s*:\s*(\d{2,5})", re.DOTALL)
_PORTS = {"vite": 5173, "next": 3000, "react-scripts": 3000, "nuxt": 3000, "astro": 4321, "@angular/core": 4200}
_CONFIGS = ("vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs")


def page_origin(project: Project, source: Source) -> str:
    """Give the origin of the page that belongs to a file; http://localhost:3000 where nothing tells."""
    folders = [name for name in project.packages if port_of(project, name)]
    near = sorted(folders, key=lambda name: (-_shared(name, source), name))
    port = next((port for name in near if (port := port_of(project, name))), 3000)
    return f"http://localhost:{port}"


def port_of(project: Project, folder: str) -> int | None:
    """Tell the port of a package's development server; None where it has none."""
    package = project.packages.get(folder, {})
    script = str(_table(package.get("scripts")).get("dev") or _table(package.get("scripts")).get("start") or "")
    if found := _PORT.search(script):
        return int(found.group(1) or found.group(2))
    needed = {**_table(package.get("dependencies")), **_table(package.get("devDependencies"))}
    for name in _CONFIGS:
        config = project.named(name if folder == "." else f"{folder}/{name}")
        if config and (found := _SERVER_PORT.search(config.text)):
            return int(found.group(1))
    return next((port for name, port in _PORTS.items() if name in needed), None)


def _shared(folder: str, source: Source) -> int:
    count = 0
    for left, right in zip(folder.split("/"), source.parts, strict=False):
        count += left == right
    return count


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Allowed:
    """The origins that a backend lists."""

    module: Module
    node: ast.expr
    origins: tuple[str, ...]

    @property
    def source(self) -> Source:
        """The file that they stand in."""
        return self.module.source


def allowed_origins(project: Project) -> list[Allowed]:
    """Find the lists of origins that stand in Python sources as they are, without patterns or asterisks."""
    return [one for module in project.modules for one in _lists(module)]


def _lists(module: Module) -> Iterator[Allowed]:
    for name, call in module.calls:
        middleware = any(module.dotted(one).endswith("CORSMiddleware") for one in call.args[:1])
        ours = name.startswith("chatkit_server") and name.endswith("create_app")
        flask = name.endswith("flask_cors.CORS")
        if not (middleware or ours or flask or name.endswith(".CORSMiddleware")) or keyword(call, "allow_origin_regex"):
            continue
        given = module.value(keyword(call, "origins" if flask else "allow_origins"))
        origins = literal(given)
        plain = isinstance(origins, list) and all(isinstance(one, str) and one != "*" for one in origins)
        if isinstance(given, ast.List) and isinstance(origins, list) and plain:
            yield Allowed(module, given, tuple(one.rstrip("/") for one in origins))


def is_local(address: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(address).hostname or ""
    return host in {"localhost", "127.0.0.1", "::1", "0.0.0.0"} or host.endswith(".localhost")  # noqa: S104 - compared
