"""The history of the wire: what two versions' facts tell when they are compared, in words, with a recording."""

import json
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.schemas.changes import KINDS, REVISION_OF, changes, compared
from chatkit_conformance.schemas.history import Shown, history, recordings, sentence
from chatkit_protocol.revisions import CHANGES, REVISIONS, Dropped, Relaxed, at

RECORD = Path(__file__).parents[2] / "conformance"
FACTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (RECORD / "reference/facts").iterdir()}
VERSIONS = sorted(FACTS, key=lambda name: [*map(int, name.split("."))])
TOLD = changes({version: FACTS[version] for version in VERSIONS})
WIDGETS = {kind for group, kind in KINDS.items() if group.startswith(("widget_", "chart_"))} | {"icon"}


def test_the_facts_and_the_table_of_revisions_tell_the_same() -> None:
    tagged = {
        (change.name, "") if change.what != "field" else (tag, change.name)
        for change in TOLD
        if change.revision
        for tag in ([""] if change.what != "field" else [tag for tag, _ in change.places])
    }
    assert {revision for change in TOLD if (revision := change.revision)} == set(REVISIONS) - {"1.0"}
    assert REVISION_OF.keys() - tagged == set()
    for change in TOLD:
        before = VERSIONS[VERSIONS.index(change.after) - 1]
        known = REVISIONS[REVISIONS.index(at(before).name) + 1 : REVISIONS.index(at(change.after).name) + 1]
        assert not change.revision or change.revision in known, change


def test_what_the_table_does_not_have_is_about_widgets() -> None:
    known = {
        name
        for version in FACTS.values()
        for group in version
        if group.startswith("widget_")
        for name in version[group]
    }
    for change in TOLD:
        if not change.revision:
            assert change.what in WIDGETS or {path.partition(".")[0] for _, path in change.places} <= known, change


def test_what_went_or_changed_is_told_too() -> None:
    gone = {change.name for change in TOLD if change.now is None}
    changed = {change.name for change in TOLD if change.revision and change.before is not None} - gone
    rows = [row for rows in CHANGES.values() for row in rows]
    assert gone == {row.field for row in rows if isinstance(row, Dropped)}
    assert changed == {row.field for row in rows if isinstance(row, Relaxed)}


NOTICE = {"level": {"type": {"enum": ["info"]}}, "message": {"type": "string"}}
SENTENCES = [
    pytest.param(
        {"events": {}},
        {"events": {"notice": NOTICE}},
        "New event `notice`: `level` `info`; `message` string.",
        id="new",
    ),
    pytest.param({"events": {"notice": NOTICE}}, {"events": {}}, "No event `notice` any more.", id="gone"),
    pytest.param(
        {"events": {"notice": NOTICE}},
        {"events": {"notice": NOTICE | {"title": {"type": "string", "default": None}}}},
        "New field `title`: string, optional. In `notice`.",
        id="new-field",
    ),
    pytest.param(
        {"tasks": {"a": {"n": {"type": "string"}}, "b": {"n": {"type": "string"}}}},
        {"tasks": {"a": {"n": {"type": "number"}}, "b": {"n": {"type": "number"}}}},
        "Field `n` is number, was string. In `a`, `b`.",
        id="the-same-in-two",
    ),
    pytest.param(
        {"replies": {"page": {"p": {"type": {"fields": {"q": {"type": "any"}}}}}}},
        {"replies": {"page": {"p": {"type": {"fields": {}}}}}},
        "No field `q` any more. In `page.p`.",
        id="deeper",
    ),
    pytest.param(
        {"items": {"a": {"t": {"type": {"tagged": ["x"]}}}}},
        {"items": {"a": {"t": {"type": {"tagged": ["x", "y"]}}}}},
        None,
        id="a-new-member-tells-itself",
    ),
    pytest.param(
        {"items": {"a": {"t": {"type": "any"}}}},
        {"items": {"a": {"t": {"type": "any"}, "o": {"type": {"fields": {"x": {"type": "url"}}}}}}},
        "New field `o`: object (`x` address). In `a`.",
        id="a-new-object-once",
    ),
    pytest.param({}, {"icons": {"messages": ["^lucide:"]}}, "New icon: `lucide:…`.", id="icon"),
]


@pytest.mark.parametrize(("before", "after", "told"), SENTENCES)
def test_a_change_in_words(before: dict[str, Any], after: dict[str, Any], told: str | None) -> None:
    none = {"icons": {"messages": []}}
    found = compared({"version": "1.0.0"} | none | before, {"version": "1.1.0"} | none | after)
    assert [sentence(change) for change in found] == ([told] if told else [])


def _recorded(folder: Path, name: str, request: Any, *events: Any, status: int = 200) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    said = json.dumps(request)
    lines = [{"name": name}, {">": {"text": said}}, {"<": {"status": status, "headers": {}, "frames": events}}]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    (folder / f"{name}.jsonl").write_text(text)


def test_a_change_leads_to_the_shortest_recording_that_shows_it(tmp_path: Path) -> None:
    effect = {"type": "client_effect", "name": "n", "data": {}}
    asked = {"type": "threads.create"}
    _recorded(tmp_path / "1.4.0", "long", asked, effect, effect, {"type": "stream_options"})
    _recorded(tmp_path / "1.4.0", "short", asked, effect)
    _recorded(tmp_path / "1.4.0", "upload", asked, {"type": "file", "upload_url": "u"})
    _recorded(tmp_path / "1.5.0", "upload", asked, {"type": "file", "upload_descriptor": {}})
    _recorded(tmp_path / "1.6.0", "no", {"type": "input.transcribe"}, status=500)
    _recorded(tmp_path / "1.6.0", "speech", {"type": "input.transcribe"}, {"type": "notice"})
    shown = Shown(tmp_path, VERSIONS)
    links = {(change.what, change.name): shown.link(change) for change in TOLD}
    assert links["event", "client_effect"] == " [short](../conformance/transcripts/1.4.0/short.jsonl)"
    assert links["event", "stream_options"] == " [long](../conformance/transcripts/1.4.0/long.jsonl)"
    assert links["field", "upload_url"] == " [upload](../conformance/transcripts/1.4.0/upload.jsonl)"
    assert links["field", "upload_descriptor"] == " [upload](../conformance/transcripts/1.5.0/upload.jsonl)"
    assert links["request", "input.transcribe"] == " [speech](../conformance/transcripts/1.6.0/speech.jsonl)"
    assert {link for (what, _), link in links.items() if what == "icon"} == {""}
    assert links["item", "sdk_hidden_context"] == ""


def test_what_is_no_transcript_is_left_out(tmp_path: Path) -> None:
    _recorded(tmp_path / "1.4.0", "one", {"type": "threads.create"})
    (tmp_path / "1.4.0/corpus.jsonl").write_text('{"steps": []}\n')
    (tmp_path / "1.4.0/verdicts.jsonl").write_text("[]\n")
    assert recordings(tmp_path) == [tmp_path / "1.4.0/one.jsonl"]


def test_a_broken_transcript_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _recorded(tmp_path / "transcripts/1.0.0", "one", {"type": "threads.create"})
    with (tmp_path / "transcripts/1.0.0/one.jsonl").open("a") as file:
        file.write("[]\n")
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/facts").symlink_to(RECORD / "reference/facts")
    assert main(["schemas", str(tmp_path / "out"), "--record", str(tmp_path)]) == 1
    assert "one.jsonl, line 4" in capsys.readouterr().err


def test_every_link_leads_to_a_recording() -> None:
    links = [part.partition(")")[0] for part in history(RECORD).split("](../conformance/")[1:]]
    assert [link for link in links if not (RECORD / link).exists()] == []


def test_a_folder_without_facts_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", str(tmp_path / "out"), "--record", str(tmp_path)]) == 2
    assert f"{tmp_path} has no reference/facts" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["schemas", str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err
