"""Small healthy projects with the widget, as files, and mistakes to make in them: data beside the doctor's tests."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "conformance/doctor"
OPENAI_KEY = "sk-" + "proj-" + "T3BlbkFJ9qLx7vZm2RwKpYd8Ns4HcUe6"
GOOGLE_KEY = "AI" + "zaSyD9qLx7vZm2RwKpYd8Ns4HcUe6BgFjT3Qh"
"""In pieces, so that nobody who looks for keys finds any here."""
STANDS_FOR = {
    "@OPENAI_KEY@": OPENAI_KEY,
    "@GOOGLE_KEY@": GOOGLE_KEY,
    "@DOMAIN_KEY@": "domain_pk_" + "68f1603233888190b4b67253144535800b4aeac929b652bc",
    "@LOADER@": '<script src="https://cdn.platform.openai.com/deployments/chatkit/chatkit.js" async></script>',
}

Change = str | dict[str, str]
"""What becomes of a file: a new text, or a piece put in the place of another one."""


def filled(text: str) -> str:
    """Put in what names stand for."""
    return re.sub(r"@[A-Z_]+@", lambda found: STANDS_FOR[found.group()], text)


def tree(name: str) -> dict[str, str]:
    """Give the files of a healthy project."""
    files = tomllib.loads((DATA / f"trees/{name}.toml").read_text("utf-8"))
    return {path: filled(text) for path, text in files.items()}


TREES = sorted(path.stem for path in (DATA / "trees").glob("*.toml"))
INNOCENT: dict[str, dict[str, Any]] = tomllib.loads((DATA / "innocent.toml").read_text("utf-8"))
MISTAKES: dict[str, dict[str, Any]] = tomllib.loads((DATA / "mistakes.toml").read_text("utf-8"))


def grown(files: dict[str, str], changes: dict[str, Change]) -> dict[str, str]:
    """Put changes into a project's files."""
    files = dict(files)
    for name, change in changes.items():
        if isinstance(change, str):
            files[name] = filled(change)
        else:
            old = filled(change["old"])
            assert old in files[name], f"{name} has no {old!r}"
            files[name] = files[name].replace(old, filled(change["new"]), 1)
    return files


def planted(root: Path, files: dict[str, str], *, git: bool = True) -> Path:
    """Write files into a folder, and put them under git, but for what it is told to ignore."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="")
    if git:
        subprocess.run(["git", "init", "-q", "--template="], cwd=root, check=True)
        subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    return root
