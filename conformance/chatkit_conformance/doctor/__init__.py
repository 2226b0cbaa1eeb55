"""The doctor: what keeps a ChatKit setup from working, told by its cause, with the mend.

A check is one decorated function that takes one subject: a running backend, a provider of models, a project's source
tree, a page with the widget. The folders here are the subjects, the files in them are areas, and AREAS is the order
in which they are examined: what causes much comes before what follows from it.
"""

from importlib import import_module

from chatkit_conformance.doctor.check import CHECKS, Check, Edit, Finding, Found, check
from chatkit_conformance.doctor.examining import Report, examine

AREAS: tuple[str, ...] = (
    "backend.reach",
    "backend.path",
    "backend.auth",
    "backend.cors",
    "backend.media",
    "backend.stream",
    "backend.answer",
    "backend.uploads",
    "backend.refusal",
    "backend.connection",
    "backend.cookies",
    "backend.cleaning",
    "backend.shape",
    "provider.settings",
    "provider.network",
    "provider.address",
    "provider.key",
    "provider.model",
    "tree.keys",
    "tree.hosted",
    "tree.widget",
    "tree.embedding",
    "tree.policy",
    "tree.answering",
    "tree.serving",
    "page.address",
    "page.script",
    "page.csp",
    "page.height",
)
"""The files of checks, by subject and area."""

for _area in AREAS:
    import_module(f"chatkit_conformance.doctor.{_area}")

__all__ = ["AREAS", "CHECKS", "Check", "Edit", "Finding", "Found", "Report", "check", "examine"]
