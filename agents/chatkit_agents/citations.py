"""From the citations of a model to the annotations of a message."""

from collections.abc import Callable, Mapping
from typing import Any

from chatkit_protocol.content import Annotation
from chatkit_protocol.sources import FileSource, URLSource


def annotation_of(citation: Any) -> Annotation | None:
    """Read a citation; None for one that names nothing a user could open.

    It may come as an object or as a mapping: openai 3 streams it as a mapping, and gives some events the
    class of a neighbouring citation type, so that only its fields can be trusted.
    """
    fields = citation if isinstance(citation, Mapping) else dict(citation)
    row = CITATIONS.get(str(fields.get("type")))
    return row(fields) if row else None


def _file(fields: Mapping[str, Any], place: str) -> Annotation | None:
    name = fields.get("filename")
    if not name:
        return None
    return Annotation(source=FileSource(filename=name, title=name), index=fields.get(place))


def _file_citation(fields: Mapping[str, Any]) -> Annotation | None:
    return _file(fields, "index")


def _container_file_citation(fields: Mapping[str, Any]) -> Annotation | None:
    return _file(fields, "end_index")


def _url_citation(fields: Mapping[str, Any]) -> Annotation | None:
    url = fields.get("url")
    if not url:
        return None
    return Annotation(source=URLSource(url=url, title=fields.get("title") or url), index=fields.get("end_index"))


CITATIONS: dict[str, Callable[[Mapping[str, Any]], Annotation | None]] = {
    "file_citation": _file_citation,
    "container_file_citation": _container_file_citation,
    "url_citation": _url_citation,
}
"""`file_path` is left out: it names a file of the model's own sandbox by an id that the client cannot open."""
