"""From what was typed to an exit code, for every command: what went wrong is told in a sentence."""

import sys
from collections.abc import Callable, Sequence

from rich.markup import escape

from flows.commands.options import Asked, Command
from flows.commands.screen import Screen
from tasks.errors import CampaignFault, InputInvalid
from tasks.records.exit_code import ExitCode
from tasks.records.money import counted


def answer(
    command: Command[Asked],
    run: Callable[[Asked], int],
    arguments: Sequence[str] | None,
    *,
    also: tuple[type[Exception], ...] = (),
    interrupted: str = "Interrupted.",
) -> int:
    """The exit code of `run`, or of why it could not; `also` are errors that tell a person enough.

    Every sentence goes to standard error.
    """
    errors = Screen(soft_wrap=True)
    try:
        asked = command.read(sys.argv[1:] if arguments is None else arguments)
        return ExitCode.DONE if asked is None else run(asked)
    except InputInvalid as invalid:
        print_faults(errors, invalid, command.untouched)
        return invalid.exit_code
    except CampaignFault as fault:
        errors.print(f"[red]Stopped:[/] {escape(str(fault))}")
        return fault.exit_code
    except also as error:
        errors.print(str(error), markup=False)
        return getattr(error, "exit_code", ExitCode.STOPPED)
    except KeyboardInterrupt:
        errors.print(interrupted)
        return ExitCode.INTERRUPTED


def print_faults(console: Screen, invalid: InputInvalid, untouched: str) -> None:
    """Every fault on a line of its own, under how many there are and what has not happened because of them."""
    count = len(invalid.faults) + invalid.more
    console.print(f"[bold red]{counted(count, 'thing')} to mend; {untouched}:[/]")
    for fault in invalid.faults:
        console.print(f"  {fault}", markup=False)
    if invalid.more:
        console.print(f"  ... and {invalid.more:,} more", markup=False)
