"""What the demo shows on request: one command, one small answer."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

from chatkit_agents.demo import widgets
from chatkit_agents.demo.gallery import gallery
from chatkit_protocol import updates as u
from chatkit_protocol.content import Annotation, UserMessageTagContent
from chatkit_protocol.events import ThreadItemUpdated
from chatkit_protocol.items import (
    StructuredInputFreeform,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
)
from chatkit_protocol.sources import EntitySource, FileSource, URLSource
from chatkit_protocol.tasks import CustomTask, FileTask, ImageTask, SearchTask, ThoughtTask
from chatkit_protocol.threads import ClosedStatus, LockedStatus
from chatkit_server.errors import CustomStreamError
from chatkit_server.turn import Turn

Show = Callable[[Turn, str], AsyncIterator[Any]]


class Command(NamedTuple):
    """A command: what it shows, and the function that does; the model obeys those without one."""

    about: str
    show: Show | None = None


async def help_(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """List the commands."""
    yield turn.stream(_help_lines())


def _help_lines() -> Iterator[str]:
    yield "I am the demo of a ChatKit backend. Say anything, or one of these:\n\n"
    for name, command in COMMANDS.items():
        yield f"- `{name}`: {command.about}\n"


async def widget(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show a card."""
    yield turn.widget(widgets.card(), copy_text="A card")


async def stream_widget(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show a widget that grows."""
    yield turn.stream_widget(widgets.growing())


async def form(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show a form."""
    yield turn.widget(widgets.form())


async def list_(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show a list."""
    yield turn.widget(widgets.places())


async def gallery_(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show every component, in a few widgets."""
    for root in gallery():
        yield turn.widget(root)


async def workflow(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show every kind of task in a workflow."""
    steps = turn.workflow(expanded=True)
    page = URLSource(url="https://example.com/boats", title="Boats", attribution="example.com")
    search = SearchTask(title="Searching the web", title_query="boats", queries=["boats"])
    search.status_indicator = "loading"
    yield steps.start(search)
    yield steps.change(
        SearchTask(
            title="Searched the web",
            title_query="boats",
            queries=["boats"],
            sources=[page],
            status_indicator="complete",
        )
    )
    yield steps.add(FileTask(title="Read a file", sources=[FileSource(filename="log.txt", title="The log")]))
    yield steps.add(ThoughtTask(title="Thinking", content="Boats float."))
    yield steps.add(ImageTask(title="Looked at an image"))
    yield steps.add(CustomTask(title="Wrote it down", icon="notebook-pencil", content="In **ink**."))
    yield steps.finish("Five steps, one of each kind")
    yield turn.say("That was a workflow.")


async def task(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show a single task."""
    yield turn.task(CustomTask(title="Tidied up", icon="check", content="A task outside a workflow."))


async def entities(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Cite something of the app's own."""
    text = "Ada wrote the first program."
    source = EntitySource(
        id="customer_1",
        title="Ada Lovelace",
        icon="profile",
        label="Customer",
        inline_label="Ada",
        interactive=True,
        data={"since": "1843"},
    )
    yield turn.say(text, [Annotation(source=source, index=len("Ada"))])


async def ask(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Ask two questions; the model thanks for the answers."""
    choices = [StructuredInputMultipleChoiceOption(value=value) for value in ("By boat", "By train")]
    yield turn.ask(
        StructuredInputMultipleChoice(id="how", question="How do you like to travel?", options=choices),
        StructuredInputFreeform(id="why", question="Why?", description="One sentence is enough."),
    )


async def progress(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show lines of progress."""
    yield turn.progress("Opening the map…", icon="maps")
    yield turn.progress("Folding it again…")
    yield turn.say("The progress lines are gone now that there is an answer.")


async def effect(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Have the page do something."""
    yield turn.effect(rest or "confetti", {"amount": 100})
    yield turn.say("The page was sent a client effect.")


async def notice(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Show notices of every level."""
    for level in ("info", "warning", "danger"):
        yield turn.notice(f"A notice of level *{level}*.", level, title=level.title())


async def choices(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Tell what was chosen in the composer."""
    message = turn.message
    if message is None:
        return
    options = message.inference_options
    tool = options.tool_choice.id if options.tool_choice else "none"
    tags = [part.text for part in message.content if isinstance(part, UserMessageTagContent)]
    files = [attachment.name for attachment in message.attachments]
    yield turn.say(
        f"- model: {options.model or 'the usual one'}\n- tool: {tool}\n- tags: {', '.join(tags) or 'none'}\n"
        f"- files: {', '.join(files) or 'none'}\n- quote: {message.quoted_text or 'none'}\n"
    )


async def title(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Give the thread a title."""
    turn.thread.title = rest or "A title from the server"
    yield turn.say(f"This thread is now called **{turn.thread.title}**.")


async def lock(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Lock the thread; a button opens it again."""
    turn.thread.status = LockedStatus(reason=rest or "Locked by /lock")
    yield turn.widget(widgets.unlocking("The thread is locked."))


async def close(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Close the thread for good."""
    turn.thread.status = ClosedStatus(reason=rest or "Closed by /close")
    yield turn.say("The thread is closed. Start a new one.")


async def remove(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Say something and take it back."""
    said = turn.say("You will not see this for long.")
    yield said
    yield turn.progress("Thinking better of it…")
    yield turn.remove(said.item.id)
    yield turn.say("I took my words back.")


async def replace(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Say something and put something else in its place."""
    said = turn.say("First version.")
    yield said
    better = turn.say("Second version, in the place of the first.").item
    better.id, better.created_at = said.item.id, said.item.created_at
    yield turn.replace(better)


async def component(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Change one component of a widget that is there."""
    shown = turn.widget(widgets.card())
    yield shown
    changed = {"type": "Text", "id": "count", "value": "41 clicks"}
    yield ThreadItemUpdated(
        item_id=shown.item.id, update=u.WidgetComponentUpdated(component_id="count", component=changed)
    )


async def error(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Fail with a message."""
    yield turn.progress("About to fail…")
    raise CustomStreamError(rest or "This is an error with a message. Retry is allowed.", allow_retry=True)


async def crash(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """Fail without meaning to; the client is told only that it failed."""
    yield turn.progress("About to crash…")
    raise RuntimeError("the demo was told to crash")


async def hidden(turn: Turn, rest: str) -> AsyncIterator[Any]:
    """Keep something for the model alone."""
    yield turn.hidden(rest or "The user likes boats.")
    yield turn.say("I stored something that only the model sees.")


async def end(turn: Turn, _rest: str) -> AsyncIterator[Any]:
    """End the turn visibly."""
    yield turn.say("And that is the end of my turn.")
    yield turn.end_of_turn()


COMMANDS: dict[str, Command] = {
    "/help": Command("this list", help_),
    "/reasoning": Command("a reasoning summary, then an answer"),
    "/tool": Command("a tool of the server (`/tool Oslo`): progress, a step, a widget"),
    "/approve": Command(
        "a tool that needs your word (`/approve Oslo`); it waits for it, also when the server restarts"
    ),
    "/client-tool": Command("a tool of the page (`switch_theme`); its result comes back"),
    "/image": Command("a generated image, sketched first"),
    "/sources": Command("citations of a page and a file"),
    "/entities": Command("a citation of something of the app's own", entities),
    "/refusal": Command("a refusal"),
    "/long": Command("a long answer to stop (`/long 200`)"),
    "/widget": Command("a card with buttons", widget),
    "/stream-widget": Command("a widget that grows", stream_widget),
    "/component": Command("a widget of which one component changes", component),
    "/form": Command("a form", form),
    "/list": Command("a list to pick from", list_),
    "/gallery": Command("every component of the widgets", gallery_),
    "/workflow": Command("a workflow with every kind of task", workflow),
    "/task": Command("a single task", task),
    "/ask": Command("questions to answer (structured input)", ask),
    "/progress": Command("progress lines", progress),
    "/effect": Command("a client effect (`/effect name`)", effect),
    "/notice": Command("notices of each level", notice),
    "/choices": Command("what you chose in the composer: model, tool, tags, files, quote", choices),
    "/title": Command("a title (`/title My thread`)", title),
    "/lock": Command("a locked thread, with a button to unlock it", lock),
    "/close": Command("a closed thread", close),
    "/remove": Command("an answer that is taken back", remove),
    "/replace": Command("an answer that is replaced", replace),
    "/hidden": Command("something for the model alone", hidden),
    "/error": Command("an error with a message (`/error my words`)", error),
    "/crash": Command("an error without one", crash),
    "/end": Command("an end-of-turn mark", end),
}
