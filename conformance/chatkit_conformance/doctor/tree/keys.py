"""Secret keys: none in what a browser gets, none in git."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from chatkit_conformance.doctor.check import Edit, Found, check
from chatkit_conformance.doctor.mending import read
from chatkit_conformance.doctor.tree.environment import Variable, is_template, variables
from chatkit_conformance.doctor.tree.nodes import inside, text
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.script import Script
from chatkit_conformance.doctor.tree.secrets import PUBLIC_VARIABLE, hide, is_secret_name, is_value, keys_in
from chatkit_conformance.doctor.tree.source import Source

_CODE = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx"})
_TEXTS = frozenset({".py", ".json", ".toml", ".txt"})
_LONGEST = 400
"""Characters of a line that is shown; a bundle's are longer."""
_ROTATE = "Take a new key, delete this one at the provider, and read the new one from the environment of the server."
_OPEN = "Whoever opens the page reads the key in the browser's tools and spends your money with it."


@check("tree.keys.in-browser", "fault", why=_OPEN, mend=f"Call the model from the backend alone. {_ROTATE}")
def in_browser(project: Project) -> Iterator[Found]:
    """No code that a browser gets holds a secret key."""
    for source in project.code:
        script = project.script(source) if source.suffix in _CODE else None
        if not _published(source, script):
            continue
        yield from _literal_keys(source, script, inside_comments=False)


@check(
    "tree.keys.public-variable",
    "fault",
    why=f"Bundlers write variables with this prefix into the JavaScript that they publish. {_OPEN}",
    mend=f"Drop the prefix, and read the variable in the backend alone. {_ROTATE}",
)
def public_variable(project: Project) -> Iterator[Found]:
    """No variable that a bundler publishes carries a secret."""
    told = set()
    for one in _set(project):
        public = PUBLIC_VARIABLE.fullmatch(one.name)
        secret = is_secret_name(one.name) and is_value(one.value)
        if public and (secret or any(keys_in(one.value))):
            told.add(one.name)
            yield Found(
                what=f"{one.name} is published by the bundler and carries a secret",
                where=one.source.where(one.start),
                before=f"{one.name}={_told(one.value)}",
                after=f"{_private(one.name)}={_told(one.value)}",
            )
    for script in project.scripts:
        for env in script.environment:
            if PUBLIC_VARIABLE.fullmatch(env.name) and is_secret_name(env.name) and env.name not in told:
                told.add(env.name)
                yield Found(
                    what=f"{env.name} is published by the bundler, and its name says that it is a secret",
                    where=script.where(env.node),
                    before=script.lines(env.node),
                    after=f"read {_private(env.name)} in the backend, and let the page ask the backend",
                )


@check(
    "tree.keys.browser-client",
    "fault",
    why=f"The client refuses to run in a browser for a reason: it needs the key there. {_OPEN}",
    mend="Remove the client from the page: the widget talks to your backend, and the backend to the model.",
)
def browser_client(project: Project) -> Iterator[Found]:
    """The page has no client of the model's API."""
    for script in project.scripts:
        for pair in script.all("pair"):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key and value and inside(key) == "dangerouslyAllowBrowser" and text(value) == "true":
                yield Found(
                    what="dangerouslyAllowBrowser lets a model's client run in the page, with its key",
                    where=script.where(pair),
                    before=hide(script.lines(pair)),
                    after="no client in the page; in the backend: OpenAI()  (reads OPENAI_API_KEY)",
                )


@check(
    "tree.keys.env-in-git",
    "fault",
    why="Everyone who can read the repository, now or later, has the key; the history keeps it after the file is gone.",
    mend="Take the file out of git (`git rm --cached FILE`), put it into .gitignore, and take a new key.",
)
def env_in_git(project: Project) -> Iterator[Found]:
    """No `.env` file with secrets is in git."""
    for source in project.environments:
        secret = next(_secrets(source), None) if source.tracked else None
        template = is_template(source)
        if secret is None or (template and not any(keys_in(secret.value))):
            continue
        yield Found(
            what=f"{source.name} is in git and holds {secret.name}",
            where=source.where(secret.start),
            mend=f"Put a placeholder there. {_ROTATE}" if template else "",
            before=f"{secret.name}={_told(secret.value)}",
            after=f"{secret.name}=" if template else f"git rm --cached {source.name}",
            edits=() if template else _ignoring(project, source),
        )


@check(
    "tree.keys.env-not-ignored",
    "warning",
    why="The next `git add .` puts the key into the repository's history, where it stays.",
    mend="Put the file into .gitignore.",
)
def env_not_ignored(project: Project) -> Iterator[Found]:
    """A `.env` file with secrets is ignored by git."""
    for source in project.environments:
        if project.index is None or source.tracked or source.ignored or is_template(source):
            continue
        secret = next(_secrets(source), None)
        if secret:
            yield Found(
                what=f"{source.name} holds {secret.name}, and git does not ignore it",
                where=source.where(secret.start),
                before="(.gitignore does not have it)",
                after=f".gitignore: {PurePosixPath(source.name).name}",
                edits=_ignoring(project, source),
            )


@check(
    "tree.keys.in-source",
    "fault",
    why="Everyone who can read the repository has the key, and the history keeps it.",
    mend=_ROTATE,
)
def in_source(project: Project) -> Iterator[Found]:
    """No source file holds a secret key."""
    for source in project.code:
        script = project.script(source) if source.suffix in _CODE else None
        if _published(source, script):
            yield from _literal_keys(source, script, inside_comments=True)
        elif source.suffix in _CODE | _TEXTS:
            yield from _literal_keys(source, script)


def _published(source: Source, script: Script | None) -> bool:
    by_kind = source.suffix in {".html", ".htm", ".vue", ".svelte", ".css"}
    return source.is_published or by_kind or bool(script and script.is_browser)


def _literal_keys(source: Source, script: Script | None, *, inside_comments: bool | None = None) -> Iterator[Found]:
    comments = [(script.start(node), script.end(node)) for node in script.all("comment")] if script else []
    for key in keys_in(source.text):
        start, end = key.start, key.start + len(key.value)
        commented = any(first <= start < last for first, last in comments)
        if inside_comments is not None and commented is not inside_comments:
            continue
        whole = len(source.lines(start, end)) < _LONGEST
        variable = {"Google": "GEMINI_API_KEY"}.get(key.provider, f"{key.provider.upper()}_API_KEY")
        if source.suffix == ".py":
            quoted = source.text[start - 1 : start] in {'"', "'"}
            mended = source.mended(start - quoted, end + quoted, f'os.environ["{variable}"]')
        else:
            mended = f"the backend reads {variable} from its environment"
        yield Found(
            what=f"A key of {key.provider} ({key.shown}) stands in {source.name}",
            where=source.where(start),
            before=hide(source.lines(start, end)) if whole else key.shown,
            after=hide(mended),
        )


def _set(project: Project) -> Iterator[Variable]:
    for source in project.environments:
        yield from variables(source)


def _secrets(source: Source) -> Iterator[Variable]:
    for one in variables(source):
        if any(keys_in(one.value)) or (is_secret_name(one.name) and is_value(one.value)):
            yield one


def _told(value: str) -> str:
    return f"{value[:3]}…" if not any(keys_in(value)) else hide(value)


def _private(name: str) -> str:
    for prefix in ("NEXT_PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "VUE_APP_", "PUBLIC_"):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name.partition("_")[2]


def _ignoring(project: Project, source: Source) -> tuple[Edit, ...]:
    """Add a line to the project's `.gitignore`."""
    path = project.root / ".gitignore"
    old = read(path)
    line = PurePosixPath(source.name).name
    return (Edit(path, len(old), "", f"{'' if not old or old.endswith(chr(10)) else chr(10)}{line}\n"),)
