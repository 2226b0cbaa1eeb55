"""The rules of the protocol, in files that follow its outline. Importing this enters them all."""

from importlib import import_module

from chatkit_conformance.linter.lint import Finding, Report, lint
from chatkit_conformance.linter.rule import RULES, Rule, rule
from chatkit_conformance.linter.subjects import Conversation, Where

AREAS = (
    "http",
    "body",
    "requests",
    "refusals",
    "sse",
    "json",
    "shape",
    "users",
    "threads",
    "deletion",
    "changes",
    "paging",
    "cursors",
    "stream",
    "script",
    "items",
    "input",
    "messages",
    "annotations",
    "workflows",
    "components",
    "widgets",
    "images",
    "replay",
    "tools",
    "questions",
    "actions",
    "retry",
    "hidden",
    "attachments",
    "audio",
    "feedback",
    "errors",
    "effects",
    "cancel",
    "model",
    "context",
    "answers",
    "reasoning",
    "guardrails",
)
"""The files of rules, in the order of the outline."""

for _area in AREAS:
    import_module(f"chatkit_conformance.rules.{_area}")

__all__ = ["AREAS", "RULES", "Conversation", "Finding", "Report", "Rule", "Where", "lint", "rule"]
