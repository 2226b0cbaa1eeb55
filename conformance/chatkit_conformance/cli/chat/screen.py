"""The screen: events in, lines out. What is finished is printed for good, what grows is redrawn in its place."""

from collections.abc import Callable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from chatkit_conformance.cli.chat.clean import Clean, Tail, Wrapped
from chatkit_conformance.cli.chat.items import item_view, unreadable_view
from chatkit_conformance.cli.chat.offers import Offers
from chatkit_conformance.cli.chat.text import compact, markdown
from chatkit_conformance.client import Unreadable
from chatkit_protocol import events as e
from chatkit_protocol.fold import ThreadView
from chatkit_protocol.items import ThreadItem, UserMessageItem
from chatkit_protocol.threads import ActiveStatus, ThreadMetadata

LEVELS = {"info": ("i", "cyan"), "warning": ("!", "yellow"), "danger": ("x", "red")}
"""The mark and the colour of a notice."""


class Screen:
    """Shows one thread: what comes in, and on demand what was there."""

    def __init__(self, console: Console, *, raw: bool = False) -> None:
        self.console = console
        self.raw = raw
        self.view = ThreadView()
        self.offers = Offers()
        self._known: ThreadMetadata | None = None
        self._live: Live | None = None
        self._touched: set[str] = set()

    def forget(self) -> None:
        """Begin with another thread."""
        self.view = ThreadView()
        self.offers.clear()
        self._known = None

    def show(self, what: RenderableType) -> None:
        """Print for good, above what grows."""
        self.console.print(Clean(what))

    def tell(self, text: str, style: str = "dim") -> None:
        """Print a line of our own."""
        self.show(Text(text, style=style))

    def wire(self, direction: str, text: str) -> None:
        """Print what goes over the wire, if that is wanted."""
        if self.raw:
            self.tell(f"{direction} {text}")

    def item(self, item: ThreadItem | Unreadable) -> None:
        """Print an item."""
        self.show(item_view(item, self.offers))

    def begin(self) -> None:
        """Get ready for an answer."""
        self.view.progress = None
        self._touched.clear()
        if self.console.is_terminal:
            # Transient: what is done is printed for good as it comes, and the rest at the end.
            self._live = Live(console=self.console, transient=True, refresh_per_second=12)
            self._live.start()

    def end(self) -> None:
        """Print what the answer left unfinished, and stop redrawing."""
        if self._live:
            self._live.stop()
            self._live = None
        self.view.progress = None
        for item_id in [key for key in self.view.items if key in self._touched & self.view.open]:
            self.item(self.view.items[item_id])
            self.tell("  (unfinished)")

    def take(self, event: e.ThreadStreamEvent | Unreadable) -> None:
        """Show the next event."""
        if isinstance(event, Unreadable):
            self.show(unreadable_view(event))
        else:
            was_open = getattr(event, "item_id", None) in self.view.open
            gone = self.view.items.get(getattr(event, "item_id", ""))
            self.view.apply(event)
            if isinstance(event, e.ThreadItemUpdated) and was_open:
                self._touched.add(event.item_id)
            elif isinstance(event, e.ThreadItemRemoved):
                self.tell(f"(removed: {gone.__struct_config__.tag if gone else event.item_id})")
            else:
                _SHOW[type(event)](self, event)
        if self._live:
            self._live.update(Tail(Clean(self._growing())))

    def _growing(self) -> RenderableType:
        shown = [item_view(self.view.items[key], self.offers) for key in self.view.items if key in self._touched]
        if self.view.progress:
            shown.append(Text(f"◌ {self.view.progress.text}", style="dim"))
        elif not shown:
            shown.append(Spinner("dots", style="dim"))
        return Group(*shown)

    def thread(self, thread: ThreadMetadata) -> None:
        """Print what is new about the thread."""
        known, self._known = self._known, thread
        if known is None or thread.id != known.id:
            self.tell(f"thread {thread.id}")
        if thread.title and not (known and thread.title == known.title):
            self.tell(f"title: {thread.title}")
        if thread.status != (known.status if known else ActiveStatus()):
            reason = getattr(thread.status, "reason", None)
            self.tell(f"the thread is {thread.status.__struct_config__.tag}{f': {reason}' if reason else ''}", "yellow")
        domains = thread.allowed_image_domains
        if domains and not (known and domains == known.allowed_image_domains):
            self.tell(f"images only from {', '.join(domains)}")

    def added(self, event: e.ThreadItemAdded) -> None:
        """Redraw the item from now on."""
        self._touched.add(event.item.id)

    def changed(self, event: e.ThreadItemUpdated) -> None:
        """Print an item that had been finished once more."""
        if event.item_id in self.view.items:
            self.tell("(changed)")
            self.item(self.view.items[event.item_id])

    def settled(self, event: e.ThreadItemDone | e.ThreadItemReplaced) -> None:
        """Print an item as it is now; the user's own words stand there already."""
        self._touched.discard(event.item.id)
        if isinstance(event, e.ThreadItemReplaced):
            self.tell("(changed)")
        if not isinstance(event.item, UserMessageItem):
            self.item(event.item)

    def options(self, event: e.StreamOptionsEvent) -> None:
        """Say so when the server does not want to be stopped."""
        if not event.stream_options.allow_cancel:
            self.tell("(the server asks not to stop this answer)")

    def progress(self, event: e.ProgressUpdate) -> None:
        """Print the progress where nothing is redrawn."""
        if self._live is None:
            self.tell(f"◌ {event.text}")

    def effect(self, event: e.ClientEffect) -> None:
        """Print what a page would do."""
        self.tell(f"⚡ {event.name} {compact(event.data)}", "magenta")

    def notice(self, event: e.Notice) -> None:
        """Print a notice in the colour of its level."""
        mark, style = LEVELS[event.level]
        head = [Text(event.title, style=f"bold {style}")] if event.title else []
        grid = Table.grid(padding=(0, 1))
        grid.add_row(Text(f"({mark})", style=f"bold {style}"), Group(*head, markdown(event.message)))
        self.show(grid)

    def error(self, event: e.ErrorEvent) -> None:
        """Print an error, and what can be done."""
        text = Text(event.message or "The answer failed.")
        if event.allow_retry:
            text.append("\nTry again with /retry", style="dim")
        title = Text(f"error {event.code}")
        self.show(Panel(Wrapped(text), title=title, title_align="left", border_style="red", expand=False))


_SHOW: dict[type, Callable[[Screen, Any], None]] = {
    e.ThreadCreated: lambda screen, event: screen.thread(event.thread),
    e.ThreadUpdated: lambda screen, event: screen.thread(event.thread),
    e.ThreadItemAdded: Screen.added,
    e.ThreadItemUpdated: Screen.changed,
    e.ThreadItemDone: Screen.settled,
    e.ThreadItemReplaced: Screen.settled,
    e.StreamOptionsEvent: Screen.options,
    e.ProgressUpdate: Screen.progress,
    e.ClientEffect: Screen.effect,
    e.Notice: Screen.notice,
    e.ErrorEvent: Screen.error,
}
