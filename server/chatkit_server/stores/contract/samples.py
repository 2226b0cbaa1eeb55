"""One of everything that a store keeps, each with what is easily lost on the way."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from chatkit_protocol.attachments import (
    Attachment,
    AttachmentUploadDescriptor,
    FileAttachment,
    ImageAttachment,
)
from chatkit_protocol.content import (
    Annotation,
    AssistantMessageContent,
    InferenceOptions,
    ToolChoice,
    UserMessageTagContent,
    UserMessageTextContent,
)
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    EndOfTurnItem,
    GeneratedImage,
    GeneratedImageItem,
    HiddenContextItem,
    SDKHiddenContextItem,
    StructuredInput,
    StructuredInputAnswer,
    StructuredInputFreeform,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    TaskItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.sources import EntitySource, FileSource, URLSource
from chatkit_protocol.tasks import (
    CustomTask,
    FileTask,
    ImageTask,
    SearchTask,
    Task,
    ThoughtTask,
    Workflow,
    WorkflowSummary,
)
from chatkit_protocol.threads import ActiveStatus, ClosedStatus, LockedStatus, ThreadMetadata

TEXT = "naïve 日本 🎉 'one' \"two\" \\ % ; -- \u0000\u001f\u2028 end\n"
FREE: dict[str, Any] = {
    "null": None,
    "nested": {"null": None, "list": [None, [], {}, 1, 1.5, True, 2**53 + 1, TEXT]},
    "": "under the empty key",
    "user": "not a column",
    TEXT: 0,
}
UTC_TIME = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)
NAIVE_TIME = datetime(2024, 2, 29, 12)  # noqa: DTZ001 - what was stored by others may be naive, and stays so
ELSEWHERE = datetime(1969, 12, 31, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))

FILE = FileAttachment(id="file", name=TEXT, mime_type="text/plain")
IMAGE = ImageAttachment(
    id="image",
    name="a.png",
    mime_type="image/png",
    preview_url="https://example.com/a.png",
    upload_descriptor=AttachmentUploadDescriptor(url="https://example.com/up", method="PUT", headers={"X-Key": TEXT}),
    thread_id="t",
    metadata=FREE,
)
ATTACHMENTS: tuple[Attachment, ...] = (FILE, IMAGE)

THREADS = (
    ThreadMetadata(id="bare", created_at=UTC_TIME),
    ThreadMetadata(id="naive", created_at=NAIVE_TIME, status=LockedStatus()),
    ThreadMetadata(id="closed", created_at=ELSEWHERE, status=ClosedStatus(reason=TEXT)),
    ThreadMetadata(
        id="everything",
        created_at=UTC_TIME,
        title=TEXT,
        status=ActiveStatus(),
        allowed_image_domains=["example.com"],
        metadata=FREE,
    ),
    ThreadMetadata(id=TEXT, created_at=UTC_TIME, allowed_image_domains=[]),
)

TASKS: list[Task] = [
    CustomTask(title=TEXT, icon="bolt", content="**bold**", status_indicator="loading"),
    SearchTask(title_query="q", queries=["a", "b"], sources=[URLSource(title="T", url="https://example.com")]),
    ThoughtTask(content=TEXT),
    FileTask(sources=[FileSource(title="T", filename="a.txt", timestamp="yesterday")]),
    ImageTask(status_indicator="complete"),
]
QUESTIONS: list[StructuredInput] = [
    StructuredInputMultipleChoice(
        id="q1",
        question="Which?",
        options=[StructuredInputMultipleChoiceOption(value=TEXT)],
        multiple=True,
        answer=StructuredInputAnswer(values=[TEXT]),
    ),
    StructuredInputFreeform(id="q2", question="Why?", description="d", answer=StructuredInputAnswer(skipped=True)),
]


def _items() -> tuple[ThreadItem, ...]:
    base: dict[str, Any] = {"thread_id": "t", "created_at": UTC_TIME}
    return (
        UserMessageItem(
            id="user",
            content=[
                UserMessageTextContent(text=TEXT),
                UserMessageTagContent(id="tag", text="@x", data=FREE),
            ],
            attachments=[FILE, IMAGE],
            quoted_text=TEXT,
            inference_options=InferenceOptions(model="m", tool_choice=ToolChoice(id="search")),
            **base,
        ),
        AssistantMessageItem(
            id="assistant",
            content=[
                AssistantMessageContent(
                    text=TEXT,
                    annotations=[
                        Annotation(source=EntitySource(id="e", title="E", data=FREE, preview="lazy"), index=3)
                    ],
                )
            ],
            **base,
        ),
        ClientToolCallItem(id="pending", call_id="c", name="pick", arguments=FREE, **base),
        ClientToolCallItem(id="done", status="completed", call_id="c", name="n", arguments={}, output=[FREE], **base),
        WidgetItem(id="widget", widget={"type": "Card", "children": [FREE], "theme": None}, copy_text=TEXT, **base),
        GeneratedImageItem(id="sketch", **base),
        GeneratedImageItem(id="image", image=GeneratedImage(id="i", url="data:image/png;base64,AA=="), **base),
        StructuredInputItem(id="questions", status="answered", inputs=QUESTIONS, **base),
        *(TaskItem(id=f"task {number}", task=task, **base) for number, task in enumerate(TASKS)),
        WorkflowItem(id="steps", workflow=Workflow(type="custom", tasks=TASKS, expanded=True), **base),
        WorkflowItem(
            id="thoughts",
            workflow=Workflow(type="reasoning", tasks=[], summary=WorkflowSummary(duration=0)),
            **base,
        ),
        EndOfTurnItem(id=TEXT, thread_id="t", created_at=NAIVE_TIME),
        *(HiddenContextItem(id=f"told {kind}", content=kind, **base) for kind in (None, FREE, [FREE], TEXT, 0, False)),
        SDKHiddenContextItem(id="stopped", content=TEXT, **base),
    )


ITEMS = _items()
