"""Serve a backend with a demo agent: the Agents SDK with a built-in model that needs no key and no network.

Or with another model: LLM_PROVIDER is openai (with OPENAI_API_KEY), gemini (with GEMINI_API_KEY) or compatible (with
LLM_BASE_URL, LLM_API_KEY, LLM_API=chat|responses). LLM_MODEL names the model, LLM_MODELS more that the user may choose.
LLM_TRACING=on has the Agents SDK send conversations to OpenAI's traces, for openai only.
Threads are kept in an SQLite file, or in PostgreSQL. Pages of localhost may call it. Without accounts whoever reaches
the port is the one user; with --auth-issuer and --auth-audience, or CHATKIT_AUTH_SECRET, every request needs a bearer
token, and each user has threads of their own.

Every setting is a flag, a variable or a key of the file given with --config, in this order; chatkit-wire config shows
them all with where they come from.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.settings import Settings, SettingsError, declare, faults, has_accounts, read, settings
from chatkit_conformance.cli.settings.table import LOCAL_HOSTS, LOCAL_PAGES
from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire serve
  chatkit-wire serve --port 9000 --data /tmp/try.sqlite3
  chatkit-wire serve --data postgresql://user@localhost/chats
  chatkit-wire serve --config chatkit.toml --metrics --logs json
  LLM_PROVIDER=compatible LLM_BASE_URL=http://127.0.0.1:8009/v1 chatkit-wire serve"""

HELLO = '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}]}}}'
MODEL = "Model"
"""The group of settings that `chatkit_agents.providers` reads as variables."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare a flag for every setting."""
    declare(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from chatkit_conformance.cli.inspecting import inspector  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.listening import is_loopback, listen, run  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.uploads import uploads  # noqa: PLC0415 - an extra

    told = _settings(options)
    identify = _identify(told)
    alone = identify is None and is_loopback(told.host)
    provider = _provider(told)
    files = uploads(told)
    listener = listen(told.host, told.port)
    page = inspector(told, provider)
    app = _app(
        told,
        provider,
        identify or _everyone(told),
        told.allow_hosts or (LOCAL_HOSTS if alone else []),
        attachments=files,
        inspector=page,
    )
    if not (identify or alone):
        complain(f"WARNING: no accounts! Everyone who reaches {told.host} reads, writes and deletes all threads.")
    _tell(listener, told, page, provider, "a bearer token is needed" if identify else "none: everyone is the one user")
    return run(
        app,
        listener,
        access_log=told.access_log,
        closing_seconds=told.shutdown_seconds,
        own_logs=told.logs == "json",
    )


def _settings(options: argparse.Namespace) -> Settings:
    try:
        reading = read(vars(options), os.environ)
    except SettingsError as error:
        raise Failure(str(error), 2) from None
    for doubt in reading.doubts:
        complain(f"warning: {doubt}")
    wrong = list(faults(reading))
    if wrong:
        raise Failure("\n".join(wrong), 2)
    return reading.settings


def _provider(told: Settings) -> Any:
    from chatkit_agents.providers import ProviderError, choose  # noqa: PLC0415 - an extra

    try:
        return choose({**os.environ, **_variables(told)})
    except ProviderError as error:
        raise Failure(str(error), 2) from None


def _variables(told: Settings) -> dict[str, str]:
    """Give the settings of the model as the variables that name them."""
    rows = [row for row in settings().values() if row.group == MODEL]
    return {row.variable: _text(getattr(told, row.name)) for row in rows}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return ",".join(value) if isinstance(value, list) else str(value)


def _identify(told: Settings) -> Any:
    """Say whom to believe; None where no setting says it."""
    if not has_accounts(told):
        return None
    from chatkit_server.auth import bearer  # noqa: PLC0415 - an extra

    return bearer(
        issuer=told.auth_issuer or None,
        audience=told.auth_audience or None,
        jwks_url=told.auth_jwks_url or None,
        secret=told.auth_secret.split(",") if told.auth_secret else None,
        type=told.auth_type or None,
        scopes=told.auth_scopes,
        user_claim=told.auth_user_claim,
        tenant_claim=told.auth_tenant_claim or None,
    )


def _everyone(told: Settings) -> Any:
    """Take everyone for the one user, as was asked for; None where it was not."""
    from chatkit_server import everyone  # noqa: PLC0415 - an extra

    return everyone if told.insecure_no_auth else None


def _app(told: Settings, provider: Any, identify: Any, hosts: Sequence[str], **options: Any) -> Any:
    from chatkit_agents.demo_app import demo_app  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.observers import observers  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.stores import store_at  # noqa: PLC0415 - an extra
    from chatkit_server.limits import Limits  # noqa: PLC0415 - an extra

    return demo_app(
        store=store_at(told.data, told.database_connections),
        provider=provider,
        identify=identify,
        allow_origins=told.allow_origins,
        allow_origin_regex=None if told.allow_origins else LOCAL_PAGES,
        allow_hosts=hosts,
        ping=told.ping,
        patience=told.client_seconds,
        store_within=told.store_seconds or None,
        drain=told.shutdown_seconds,
        on_disconnect=told.on_disconnect,
        finish_within=told.finish_seconds,
        rejoin_within=told.rejoin_seconds,
        thread_wait=told.thread_wait,
        max_body=told.max_body or sys.maxsize,
        limits=Limits(
            nesting=told.nesting,
            message_length=told.message_length or None,
            attachments=told.message_attachments or None,
            streams=told.user_streams or None,
            requests_per_minute=told.requests_per_minute or None,
            seconds_per_answer=told.seconds_per_answer or None,
        ),
        **observers(told),
        **options,
    )


def _command() -> str:
    """Spell this command so that it works where it was typed: by its path, if it is not on the search path."""
    name = "chatkit-wire"
    here = Path(sys.argv[0])
    return name if here.name != name or shutil.which(name) else os.path.relpath(here)


def _tell(listener: Any, told: Settings, page: Any, provider: Any, accounts: str) -> None:
    from chatkit_conformance.cli.listening import address  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.stores import shown  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.uploads import folder_of  # noqa: PLC0415 - an extra
    from chatkit_server.app import ENDPOINT  # noqa: PLC0415 - an extra

    url = f"{address(listener)}{ENDPOINT}"
    say(f"ChatKit backend at  {url}")
    say(f"see it at           {address(listener)}/" if page else "inspector           off")
    say(f"threads are kept in {shown(told.data)}")
    say(f"attached files      {folder_of(told)}")
    say(f"model               {provider.describe()}")
    say(f"accounts            {accounts}")
    say()
    token = "'authorization: Bearer TOKEN'" if has_accounts(told) else ""
    say("Say hello:")
    say(f"  curl -N {url} {token and f'-H {token} '}-H 'content-type: application/json' -d '{HELLO}'")
    say("Talk to it (it understands /help):")
    say(f"  {_command()} chat {url}{token and f' --header {token}'}")
    say()
    say("Ctrl-C stops it.")
