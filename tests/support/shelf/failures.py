"""Faults of errors, and of what is shown and never stored."""

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON


def leaked_error(event: JSON) -> list[JSON]:
    """Show an exception as what the assistant says."""
    return [event | {"message": "RuntimeError: CRASH-CANARY"}] if event["type"] == "error" else [event]


def crash_as_text(told: s.Events) -> s.Events:
    """Say an exception in the assistant's name."""
    done = [event for event in told if event["type"] == "thread.item.done"][-1:]
    failed = [event for event in told if event["type"] == "error"]
    if not (done and failed):
        return told
    content = [{"type": "output_text", "text": "RuntimeError: CRASH-CANARY", "annotations": []}]
    item = done[0]["item"] | {"type": "assistant_message", "id": "msg_crash", "content": content}
    return [
        *told,
        {
            "type": "thread.item.done",
            "item": {k: item[k] for k in ("id", "thread_id", "created_at", "type", "content")},
        },
    ]


FAILURES = [
    fault(
        "progress-lost",
        "progress is not shown",
        "script.events.arrive",
        s.drop("progress_update"),
        "effects.every-kind",
    ),
    fault("notice-lost", "notices are not shown", "script.events.arrive", s.drop("notice"), "effects.every-kind"),
    fault(
        "effect-lost",
        "client effects are not sent",
        "script.events.arrive",
        s.drop("client_effect"),
        "effects.every-kind",
    ),
    fault(
        "progress-without-text",
        "progress has no text",
        "effects.progress.complete",
        s.of("progress_update", s.without("text")),
        "effects.every-kind",
    ),
    fault(
        "progress-icon-unknown",
        "progress has an unknown icon",
        "effects.progress.icon",
        s.of("progress_update", s.put(icon="no-such-icon")),
        "effects.every-kind",
    ),
    fault(
        "effect-without-data",
        "a client effect has no data",
        "json.defaults.written",
        s.of("client_effect", s.without("data")),
        "effects.every-kind",
    ),
    fault(
        "effect-without-name",
        "a client effect has no name",
        "effects.effect.complete",
        s.of("client_effect", s.without("name")),
        "effects.every-kind",
    ),
    fault(
        "notice-loud",
        "a notice has an unknown level",
        "effects.notice.complete",
        s.of("notice", s.put(level="loud")),
        "effects.every-kind",
    ),
    fault(
        "notice-without-message",
        "a notice has no message",
        "effects.notice.complete",
        s.of("notice", s.without("message")),
        "effects.every-kind",
    ),
    fault(
        "error-without-code",
        "an error has no code",
        "errors.event.complete",
        s.of("error", s.without("code")),
        "errors.crash",
    ),
    fault(
        "error-code-misspelled",
        "stream_error for stream.error",
        "errors.crash.retry",
        s.of("error", lambda v: v.update(code="stream_error") if v["code"] == "stream.error" else None),
        "errors.crash",
    ),
    fault("error-not-told", "a failed answer just ends", "errors.raised.told", s.drop("error"), "errors.crash"),
    fault(
        "error-crash-final",
        "a crash does not allow a retry",
        "errors.crash.retry",
        s.of("error", s.put(allow_retry=False)),
        "errors.crash",
    ),
    fault(
        "error-custom-without-message",
        "a custom error has lost its message",
        "errors.custom.message",
        s.of("error", s.without("message")),
        "errors.custom",
    ),
    fault(
        "error-custom-retry-lost",
        "a custom error never allows a retry",
        "errors.custom.retry",
        s.of("error", lambda v: v.update(allow_retry=not v["allow_retry"])),
        "errors.custom",
    ),
    fault(
        "error-coded-retry-lost",
        "a coded error forgets whether to retry",
        "errors.coded.retry",
        s.of("error", lambda v: v.update(allow_retry=not v["allow_retry"])),
        "errors.coded",
    ),
    fault(
        "error-coded-with-message",
        "a coded error has a message",
        "errors.coded.no-message",
        s.of("error", s.put(message="failed")),
        "errors.coded",
    ),
    fault(
        "error-shows-exception",
        "an exception is shown",
        "errors.exception.hidden",
        s.each(leaked_error),
        "errors.crash",
    ),
    fault(
        "error-said-by-the-assistant",
        "an exception is what the assistant says",
        "errors.exception.hidden",
        s.events(crash_as_text),
        "errors.crash",
    ),
    fault("error-not-last", "items after an error", "errors.raised.last", s.first("error"), "errors.crash"),
    fault(
        "error-retry-text",
        "allow_retry is a text",
        "errors.event.complete",
        s.of("error", s.put(allow_retry="no")),
        "errors.crash",
    ),
]
