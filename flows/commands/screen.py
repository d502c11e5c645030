"""The terminal as everything is written to it: texts from outside are shown there, and command nothing."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from tasks.records.fault import visible


class Screen(Console):
    """A console on which control characters are written out, and words between colons stay words.

    Rich's own markup is told from a text's brackets by whoever prints: `markup=False`, or `escape`.
    """

    def __init__(self, *, stderr: bool = True, soft_wrap: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, width=width, highlight=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401  those of rich
        """`text` as rich shows it, in lines and in the cells of tables."""
        return super().render_str(visible(text), **options)


def progress_bar(screen: Screen) -> Progress:
    """A bar on `screen`, with how many there are of how many, and a description beside it."""
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    return Progress(*columns, console=screen, refresh_per_second=8, disable=not screen.is_terminal)
