"""What the doctor examines, as the command line and the environment name it."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.addresses import wanted
from chatkit_conformance.cli.terminal import Failure, complain

ENV_FILE = ".env"
BACKEND, PAGE = "http://127.0.0.1:8000/chatkit/api", "http://localhost:3000"
"""Where they are while one works on them."""


def backend(options: argparse.Namespace) -> Any:
    """Give the backend that --url names, and the page that calls it.

    Raises:
        Failure: when an option cannot be read.
    """
    from chatkit_conformance.doctor.backend.backend import Backend, is_local, origin_of  # noqa: PLC0415 - slow
    from chatkit_server.app import WIDGET_HEADERS  # noqa: PLC0415 - an extra

    headers = [_header(line) for line in options.header]
    url = _address("--url", options.url, BACKEND)
    page = options.origin or options.page or (PAGE if is_local(url) else "")
    return Backend(
        url,
        origin=origin_of(_address("--origin", page, PAGE)) if page else "",
        headers=[*headers, *([("authorization", f"Bearer {options.token}")] if options.token else [])],
        page_headers=WIDGET_HEADERS,
        timeout=options.timeout,
        upload_url=_address("--upload-url", options.upload_url, f"{BACKEND}/upload") if options.upload_url else "",
    )


def _address(option: str, given: str, example: str) -> str:
    wanted(option, given, example)
    return given


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not (colon and name.strip()):
        raise Failure(f"a header is written NAME: VALUE, not {line!r}", 2)
    return name.strip(), value.strip()


def sources(options: argparse.Namespace, folder: Path | None) -> list[Any]:
    """Give the source tree, its HTML files, and the page that --page names.

    Raises:
        Failure: when the page cannot be fetched.
    """
    from chatkit_conformance.doctor.page.page import pages_of  # noqa: PLC0415 - as above
    from chatkit_conformance.doctor.tree.project import Project  # noqa: PLC0415 - as above

    project = Project(folder.resolve()) if folder else None
    own = [project, *pages_of(project)] if project else []
    return [*own, _page(options, project)] if options.page else own


def _page(options: argparse.Namespace, project: Any) -> Any:
    import httpx  # noqa: PLC0415 - as above

    from chatkit_conformance.doctor.page.page import fetched  # noqa: PLC0415 - as above

    try:
        return fetched(_address("--page", options.page, PAGE), project, timeout=options.timeout)
    except httpx.HTTPError as error:
        raise Failure(f"{options.page} cannot be fetched: {error}", 2) from error


def environment(project: Path) -> dict[str, str]:
    """Give the variables that are set, and those of the project's `.env` that are not.

    Raises:
        Failure: when that file cannot be read.
    """
    try:
        text = (project / ENV_FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    except OSError as error:
        raise Failure(f"{project / ENV_FILE} cannot be read: {error.strerror}", 2) from None
    return {**variables(text), **os.environ}


def variables(text: str) -> dict[str, str]:
    """Read a `.env` file: `NAME=value`, perhaps behind `export`, in quotes, with a comment."""
    lines = (line.strip().removeprefix("export ").partition("=") for line in text.splitlines())
    return {name.strip(): _value(value.strip()) for name, equals, value in lines if equals and not name.startswith("#")}


def _value(text: str) -> str:
    if text[:1] in {"'", '"'} and text[0] in text[1:]:
        return text[1 : text.index(text[0], 1)]
    return "" if text.startswith("#") else text.split(" #", maxsplit=1)[0].rstrip()


def _chooses(folder: Path) -> bool:
    """Whether LLM_PROVIDER means anything in a project: not where its code knows only of other ways to a model."""
    from chatkit_conformance.doctor.tree.project import Project  # noqa: PLC0415 - as above

    modules = Project(folder.resolve()).modules
    return not modules or any("chatkit_agents" in one.source.text for one in modules)


def provider(project: Path, timeout: float) -> Any:
    """Give the model that the environment names, as `serve` would ask it; None for the demo model."""
    from chatkit_conformance.doctor.provider.provider import VARIABLES, Provider  # noqa: PLC0415 - as above

    env = environment(project)
    name = env.get("LLM_PROVIDER", "").strip().lower()
    if name in {"", "demo"}:
        keys = (row.key for row in VARIABLES.values() if env.get(row.key, "").strip())
        unused = next(keys, "") if not name and _chooses(project) else ""
        return Provider(name, unused=unused) if unused else None
    try:
        from chatkit_agents.providers import ProviderError, choose  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        complain(f"the model was not looked at: {error.name} is missing; pip install 'chatkit-wire[agents]'")
        return None
    key = VARIABLES[name].key if name in VARIABLES else ""
    try:
        chosen = choose(env)
    except ProviderError as error:
        needed = key and name != "compatible" and not env.get(key, "").strip()
        return Provider(name, lacking=key) if needed else Provider(name, wrong=str(error))
    return _examined(chosen, env, timeout)


def _examined(chosen: Any, env: Mapping[str, str], timeout: float) -> Any:
    """Say where and how the chosen client asks."""
    from chatkit_conformance.doctor.provider.provider import VARIABLES, Provider  # noqa: PLC0415 - as above

    headers = {name: value for name, value in chosen.client.default_headers.items() if isinstance(value, str)}
    return Provider(
        chosen.name,
        address=str(chosen.client.base_url),
        headers=headers,
        key=env.get(VARIABLES[chosen.name].key, "").strip(),
        model=chosen.model.model,
        named=bool(env.get("LLM_MODEL", "").strip()),
        offered=list(chosen.models),
        dialect=chosen.dialect,
        timeout=timeout,
    )
