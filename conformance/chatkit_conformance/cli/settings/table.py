"""The table of settings: a field is a flag, a variable, a key of the file, a row of `config` and of its example."""

from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields

LOCAL_PAGES = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
"""Origins of pages that this machine serves."""
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
"""What this machine calls itself. A page elsewhere whose name leads here (DNS rebinding) calls it otherwise."""
Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Depth = Annotated[int, Meta(ge=8, le=256)]
"""The least that requests of the protocol need, and the most that can be walked."""
Seconds = Annotated[float, Meta(ge=0)]


def _(about: str, *, group: str = "", env: str = "", secret: bool = False) -> Meta:
    """Describe a setting: what it is, the group that begins with it, its variable if that is not `CHATKIT_…`."""
    return Meta(description=about, extra={"group": group, "env": env, "secret": secret})


class Settings(Struct, frozen=True, kw_only=True):
    """What `serve` takes. An empty text, an empty list and, for a limit, 0 mean none."""

    host: Annotated[str, _("address to listen on", group="Listening")] = "127.0.0.1"
    port: Annotated[Port, _("port; 0 takes a free one", env="PORT")] = 8000
    ping: Annotated[Seconds, _("seconds of silence after which a comment keeps a stream alive; 0: never")] = 15.0
    client_seconds: Annotated[
        Seconds, _("how long a client may take to send a request, or take nothing of its answer; 0: for ever")
    ] = 60.0
    shutdown_seconds: Annotated[Seconds, _("how long answers may take to end after SIGTERM")] = 5.0
    on_disconnect: Annotated[
        Literal["stop", "finish"], _("whether an answer whose client has gone is stopped, or finished")
    ] = "stop"
    finish_seconds: Annotated[Seconds, _("with finish: how long an answer may go on that nobody reads")] = 600.0
    rejoin_seconds: Annotated[
        Seconds, _("how long an answer waits for a client whose connection was cut; 0: it is made anew")
    ] = 30.0
    thread_wait: Annotated[Seconds, _("how long an answer waits for another one in its thread; then 409")] = 20.0

    data: Annotated[
        str, _("SQLite file that keeps the threads, or the URL of a PostgreSQL database", group="Threads")
    ] = "data/chatkit.sqlite3"
    database_connections: Annotated[
        Positive, _("PostgreSQL: connections that each process has at most, beside two for locks and notices")
    ] = 10
    store_seconds: Annotated[Seconds, _("how long reading or writing a thread may take; then it has failed")] = 30.0

    llm_provider: Annotated[
        Literal["", "openai", "gemini", "compatible", "demo"],
        _("who answers; the offline demo model unless given", group="Model", env="LLM_PROVIDER"),
    ] = ""
    llm_model: Annotated[str, _("the model, if not the provider's usual one", env="LLM_MODEL")] = ""
    llm_models: Annotated[list[str], _("more models that the user may choose", env="LLM_MODELS")] = []
    llm_tracing: Annotated[bool, _("openai only: send conversations to OpenAI's traces", env="LLM_TRACING")] = False
    llm_base_url: Annotated[str, _("for compatible: where the API is", env="LLM_BASE_URL")] = ""
    llm_api: Annotated[
        Literal["", "responses", "chat"], _("for compatible: the dialect; chat unless given", env="LLM_API")
    ] = ""
    llm_api_key: Annotated[str, _("for compatible: the key", env="LLM_API_KEY", secret=True)] = ""
    openai_api_key: Annotated[str, _("for openai: the key", env="OPENAI_API_KEY", secret=True)] = ""
    openai_base_url: Annotated[str, _("for openai: where it is reached", env="OPENAI_BASE_URL")] = ""
    gemini_api_key: Annotated[str, _("for gemini: the key", env="GEMINI_API_KEY", secret=True)] = ""
    gemini_base_url: Annotated[str, _("for gemini: where it is reached", env="GEMINI_BASE_URL")] = ""

    auth_issuer: Annotated[
        str, _("issuer of bearer tokens; its keys are found by OpenID Connect Discovery", group="Who may")
    ] = ""
    auth_audience: Annotated[str, _("what tokens are for: what `aud` must be or hold")] = ""
    auth_jwks_url: Annotated[str, _("where the keys of the issuer are, if it knows no discovery")] = ""
    auth_secret: Annotated[
        str, _("signs tokens instead, at least 32 bytes; with commas between, all are believed", secret=True)
    ] = ""
    auth_type: Annotated[str, _("what `typ` of a token must be, e.g. at+jwt")] = ""
    auth_scopes: Annotated[list[str], _("what everybody must be allowed")] = []
    auth_user_claim: Annotated[str, _("which claim of a token names the user")] = "sub"
    auth_tenant_claim: Annotated[str, _("which claim of a token names the tenant; then each needs one")] = ""
    insecure_no_auth: Annotated[bool, _("let other machines in though everyone is the same user there")] = False
    allow_origins: Annotated[list[str], _("pages of other origins that may call; instead of the local ones")] = []
    allow_hosts: Annotated[
        list[str], _("names by which the server may be called; without accounts the local ones, else any")
    ] = []

    max_body: Annotated[Count, _("bytes that a request may have", group="Limits")] = 32 * 1024 * 1024
    nesting: Annotated[Depth, _("objects and lists inside one another that a request may have")] = 128
    message_length: Annotated[Count, _("characters of one message")] = 1_000_000
    message_attachments: Annotated[Count, _("files of one message")] = 50
    user_streams: Annotated[Count, _("answers that stream to one user at the same time")] = 0
    requests_per_minute: Annotated[Count, _("requests of one user")] = 0
    seconds_per_answer: Annotated[Seconds, _("how long an answer may take")] = 0.0

    files: Annotated[
        str,
        _("folder of attached files, or s3://bucket/prefix, or off; beside the threads unless given", group="Files"),
    ] = ""
    files_endpoint: Annotated[str, _("server that speaks S3, if it is not Amazon's; keys as AWS_… variables")] = ""
    files_secret: Annotated[
        str, _("signs addresses of files, at least 32 bytes; made beside the folder unless given", secret=True)
    ] = ""
    file_bytes: Annotated[Count, _("bytes that one file may have")] = 32 * 1024 * 1024
    file_pixels: Annotated[Count, _("pixels that one image may have; unpacked, each takes four bytes")] = 40_000_000
    file_types: Annotated[list[str], _("media types that are taken, such as image/*; all unless given")] = []
    public_url: Annotated[str, _("how browsers reach the server; as they do unless given")] = ""

    access_log: Annotated[bool, _("print a line for every request", group="Seen from outside")] = False
    logs: Annotated[Literal["text", "json"], _("how log lines are written")] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _("the least that is logged as JSON; libraries are heard at debug only with log_text"),
    ] = "info"
    log_text: Annotated[bool, _("JSON logs hold what was said; whoever reads the logs reads the conversations")] = False
    inspector: Annotated[
        Literal["auto", "on", "off"],
        _("serve a page at / with a chat and the wire; auto: when no other machine can reach it"),
    ] = "auto"
    metrics: Annotated[bool, _("serve Prometheus metrics at /metrics")] = False
    traces: Annotated[bool, _("make OpenTelemetry spans, for the SDK that the process sets up")] = False


class Setting(NamedTuple):
    """A row of the table."""

    name: str
    type: Any
    default: Any
    about: str
    group: str
    variable: str
    secret: bool

    @property
    def flag(self) -> str:
        """How it is spelled on a command line; secrets have no flag, since everyone on the machine reads those."""
        return "" if self.secret else f"--{self.name.replace('_', '-')}"

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have, if they can be counted."""
        base = get_args(self.type)[0] if get_origin(self.type) is Annotated else self.type
        return tuple(filter(None, get_args(base))) if get_origin(base) is Literal else ()

    @property
    def listed(self) -> bool:
        """Whether it is a list, which a variable or flag separates by commas."""
        return isinstance(self.default, list)


@cache
def settings() -> dict[str, Setting]:
    """Read the table off the struct, by name."""
    hints = get_type_hints(Settings, include_extras=True)
    rows: dict[str, Setting] = {}
    group = ""
    for field in fields(Settings):
        meta = next(m for m in reversed(hints[field.name].__metadata__) if m.extra)
        group = meta.extra["group"] or group
        variable = meta.extra["env"] or f"CHATKIT_{field.name.upper()}"
        default = field.default_factory() if field.default is NODEFAULT else field.default
        rows[field.name] = Setting(
            field.name, hints[field.name], default, meta.description, group, variable, meta.extra["secret"]
        )
    return rows
