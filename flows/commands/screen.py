"""The terminal as everything is written to it: texts from outside are shown there, and command nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TextColumn
from rich.table import Column, Table
from rich.text import Text

from tasks.records.fault import one_line, visible
from tasks.reporting.summarize import ShownTable

BAR_MIN_CHARS: Final = 8
BAR_MAX_CHARS: Final = 40
BESIDE_CHARS: Final = 65
"""What stands beside a bar: how many, what they cost, how long it takes, and how many have no image."""


class Screen(Console):
    """A console on which control characters are written out, and words between colons stay words.

    Rich's own markup is told from a text's brackets by whoever prints: `markup=False`, or `escape`.
    """

    def __init__(self, *, stderr: bool = True, soft_wrap: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, width=width, highlight=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401  those of rich
        """`text` as rich shows it, in lines and in the cells of tables."""
        return super().render_str(visible(text), **options)


def table_of(told: ShownTable) -> Table:
    """A table for it. What is too long for its column is folded, not cut: ids are copied, and models differ late."""
    table = Table(*(Column(name, overflow="fold") for name in told.header), title=told.title, title_justify="left")
    for row in told.rows:
        table.add_row(*(escape(one_line(text)) for text in row))
    return table


class Description(TextColumn):
    """The description as far as there is room for it. A table would take some from the bar, or begin another line."""

    def __init__(self, screen: Screen, bar_chars: int) -> None:
        super().__init__("{task.description}", markup=False)
        self._screen, self._bar_chars = screen, bar_chars

    def render(self, task: Task) -> Text:
        """Cut by the room that its characters take, of which some are wide."""
        text = super().render(task)
        counts = 2 * len(f"{task.total or 0:.0f}") + 1
        text.truncate(max(1, self._screen.width - len("⠋    ") - self._bar_chars - counts), overflow="ellipsis")
        return text


class Bar(Progress):
    """A line with a bar, and below it why nothing moves: each is cut where the terminal ends, and none is wrapped."""

    note = ""
    """What stands below the bar."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """What is on the screen."""
        yield from super().get_renderables()
        if self.note:
            yield Text(f"  {visible(self.note)}", style="yellow", no_wrap=True, overflow="ellipsis")


@contextmanager
def counting(screen: Screen, *, is_seen_at_once: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on `screen`; gives what is to be told how many are done, of how many. Seen from then on, or at once."""
    with progress_bar(screen) as bar:
        task = bar.add_task("", visible=is_seen_at_once)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def progress_bar(screen: Screen) -> Bar:
    """A bar on `screen`, with how many there are of how many, and a description beside it."""
    width = max(BAR_MIN_CHARS, min(BAR_MAX_CHARS, screen.width - BESIDE_CHARS))
    columns = (SpinnerColumn(), BarColumn(width), MofNCompleteColumn(), Description(screen, width))
    return Bar(*columns, console=screen, refresh_per_second=8, disable=not screen.is_terminal)
