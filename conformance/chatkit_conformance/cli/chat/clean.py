"""What a server says, without the control characters that would take over the terminal."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


class Clean:
    """Shows another renderable; escape sequences in its text and links do nothing."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            if segment.control:
                yield segment
            else:
                yield Segment(segment.text.translate(_CONTROL), _harmless(segment.style))


def _harmless(style: Style | None) -> Style | None:
    if style is None or style.link is None or style.link == style.link.translate(_CONTROL):
        return style
    return style.update_link(None)


class Wrapped:
    """Shows another renderable whole inside a frame, which would cut off long lines where lines are not wrapped."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._inner, options.update(no_wrap=False, overflow="fold"))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._inner)


class Tail:
    """Shows the end of another renderable, as much as fits the screen: an answer that grows stays in sight."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._inner, options, pad=False)
        for line in lines[-max(1, console.height - 2) :]:
            yield from line
            yield Segment.line()
