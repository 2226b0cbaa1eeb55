"""A conversation: messages out, answers onto the screen, and what an answer asks for in return."""

import asyncio
import json
import mimetypes
from collections.abc import Coroutine, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from chatkit_conformance.cli.chat.entry import Entry
from chatkit_conformance.cli.chat.offers import FormField, Offer
from chatkit_conformance.cli.chat.questions import ask_all
from chatkit_conformance.cli.chat.screen import Screen
from chatkit_conformance.cli.chat.text import compact
from chatkit_conformance.client import Client, ClientError, Unreadable
from chatkit_conformance.client.reading import Items, read, read_items
from chatkit_protocol import requests as r
from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.content import UserMessageInput, UserMessageTextContent
from chatkit_protocol.events import ThreadItemRemoved, ThreadItemReplaced
from chatkit_protocol.items import ClientToolCallItem, StructuredInputItem, ThreadItem, UserMessageItem

T = TypeVar("T")


class Talk:
    """What the user does, one thing after the other; each waits until it is done or Ctrl-C ends it."""

    def __init__(self, client: Client, screen: Screen, entry: Entry, tools: Mapping[str, Any]) -> None:
        self.client = client
        self.screen = screen
        self.entry = entry
        self.tools = tools
        self.thread_id = ""
        self.failed = False
        """Whether the last answer failed."""
        self._attached: list[str] = []
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Close connections and the loop."""
        self.wait(self.client.aclose())
        self._runner.close()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end. Ctrl-C ends it with KeyboardInterrupt."""
        return self._runner.run(work)

    def ask(self, request: r.JSONRequest) -> Any:
        """Get one JSON reply. Raises ClientError."""
        return self.wait(self.client.ask(request))

    def say(self, text: str) -> None:
        """Say something, in a new thread if there is none yet."""
        content = UserMessageInput(content=[UserMessageTextContent(text=text)], attachments=self._attached)
        self._attached = []
        if self.thread_id:
            params = r.AddUserMessageParams(thread_id=self.thread_id, input=content)
            self.answer(r.ThreadsAddUserMessage(params=params))
        else:
            self.answer(r.ThreadsCreate(params=r.InputParams(input=content)))

    def attach(self, path: Path) -> Attachment:
        """Send a file that goes with the next message. Raises OSError, and ClientError when the server refuses it."""
        data = path.read_bytes()
        mime_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        params = r.AttachmentCreateParams(name=path.name, size=len(data), mime_type=mime_type)
        attachment: Attachment | Unreadable = read(self.ask(r.AttachmentsCreate(params=params)), Attachment)
        if isinstance(attachment, Unreadable):
            raise ClientError(f"the server's attachment cannot be read: {attachment.reason}")
        if attachment.upload_descriptor:
            self.wait(self.client.upload(attachment.upload_descriptor, data, mime_type))
        self._attached.append(attachment.id)
        return attachment

    def retry(self) -> None:
        """Have the last message answered again."""
        messages = [item for item in self.screen.view.items.values() if isinstance(item, UserMessageItem)]
        if not messages:
            self.screen.tell("there is nothing to answer again")
            return
        ids = list(self.screen.view.items)
        for later in ids[ids.index(messages[-1].id) + 1 :]:
            self.screen.view.apply(ThreadItemRemoved(item_id=later))
        params = r.ItemParams(thread_id=self.thread_id, item_id=messages[-1].id)
        self.answer(r.ThreadsRetryAfterItem(params=params))

    def catch_up(self) -> None:
        """Answer the questions that wait in the thread."""
        waiting = [item for item in self._waiting() if isinstance(item, StructuredInputItem)]
        if waiting:
            self.answer(self._return(waiting[-1]))
        else:
            self.screen.tell("no question waits")

    def do(self, offer: Offer) -> None:
        """Carry out an action of a widget, with the values of its controls."""
        if offer.for_page:
            self.screen.tell(f"the page around the widget would carry out {compact(offer.action)}")
            return
        values = {field.name: self._value(field) for field in offer.fields}
        action = r.Action(type=str(offer.action.get("type")), payload=offer.payload(values))
        params = r.CustomActionParams(thread_id=self.thread_id, item_id=offer.item_id, action=action)
        if offer.streaming:
            self.answer(r.ThreadsCustomAction(params=params))
            return
        changed = read(self.ask(r.ThreadsSyncCustomAction(params=params)).get("updated_item"), ThreadItem)
        if isinstance(changed, Unreadable):
            self.screen.tell("done; the server changed nothing here")
        else:
            self.screen.take(ThreadItemReplaced(item=changed))

    def _value(self, field: FormField) -> Any:
        choices = f" ({' | '.join(field.choices)})" if field.choices else " (y/n)" if field.boolean else ""
        told = self.entry.answer(f"{field.label}{choices}{f' [{field.default}]' if field.default else ''}:").strip()
        if not told:
            return field.default
        return told.lower() in {"y", "yes", "true", "1", "x"} if field.boolean else told

    def items(self) -> list[ThreadItem | Unreadable]:
        """Fetch all items of the thread, oldest first. Raises ClientError."""
        found: list[ThreadItem | Unreadable] = []
        page = Items([], "")
        while page.after is not UNSET:
            params = r.ItemsListParams(
                thread_id=self.thread_id, limit=r.MAX_LIMIT, order="asc", after=page.after or UNSET
            )
            page = read_items(self.ask(r.ItemsList(params=params)))
            found += page.data
        return found

    def answer(self, request: r.StreamingRequest | None) -> None:
        """Show the answer to a request, and to what it asks for in return, until it asks for nothing.

        Raises:
            ClientError: when no answer comes, or an incomplete one.
        """
        while request is not None:
            before = {item.id for item in self._waiting()}
            try:
                self.wait(self._stream(request))
            except KeyboardInterrupt:
                self.screen.tell("(stopped)")
                return
            new = [item for item in self._waiting() if item.id not in before]
            request = self._return(new[-1]) if new else None

    async def _stream(self, request: r.StreamingRequest) -> None:
        errors = len(self.screen.view.errors)
        self.screen.begin()
        try:
            async with aclosing(self.client.stream(request)) as stream:
                async for received in stream:
                    self.screen.take(received.event)
        finally:
            self.screen.end()
            self.thread_id = self.screen.view.thread.id if self.screen.view.thread else self.thread_id
        self.failed = len(self.screen.view.errors) > errors

    def _waiting(self) -> list[ClientToolCallItem | StructuredInputItem]:
        items = self.screen.view.items.values()
        kinds = (ClientToolCallItem, StructuredInputItem)
        return [item for item in items if isinstance(item, kinds) and item.status == "pending"]

    def _return(self, item: ClientToolCallItem | StructuredInputItem) -> r.StreamingRequest | None:
        if isinstance(item, StructuredInputItem):
            submission = ask_all(item, self.entry)
            answers = r.AddStructuredInputParams(thread_id=self.thread_id, item_id=item.id, input=submission)
            return r.ThreadsAddStructuredInput(params=answers)
        item.status = "completed"
        result = self._result(item)
        self.screen.tell(f"⚙ {item.name} gives {compact(result)}", "magenta")
        output = r.AddClientToolOutputParams(thread_id=self.thread_id, result=result)
        return r.ThreadsAddClientToolOutput(params=output)

    def _result(self, item: ClientToolCallItem) -> Any:
        """Give the result of a client tool: the one given beforehand, what the user types, or its arguments."""
        if item.name in self.tools:
            return self.tools[item.name]
        try:
            told = self.entry.answer(f"result of {item.name}, as JSON or text (empty: its arguments):").strip()
        except EOFError:
            told = ""
        if not told:
            return item.arguments
        try:
            return json.loads(told)
        except ValueError:
            return told
