"""What this project needs of a machine, told in a sentence where an import fails for want of it.

Any Python since 3.7 reads this file, and it imports nothing that is not Python's own.
"""

from __future__ import annotations  # older Pythons do not look at types then

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Final, NoReturn

LACKING: Final = 2
"""The exit code: bad input, nothing paid."""
OLDEST: Final = (3, 11)


def explain_imports() -> None:
    """From now on, an import that fails for what this machine lacks ends the process with a sentence."""
    usual = sys.excepthook

    def explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        lacking = what_is_lacking(error)
        if lacking is None:
            usual(kind, error, trace)
        else:
            sys.stderr.write(f"{lacking}\n")
            sys.exit(LACKING)

    sys.excepthook = explain


def run_command(name: str) -> NoReturn:
    """Run the command of this name in `flows.commands`, before anything else is imported, and end with its code."""
    explain_imports()
    try:
        main = importlib.import_module(f"flows.commands.{name}").main
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main())


def what_is_lacking(error: BaseException, version: tuple[int, ...] = sys.version_info[:3]) -> str | None:
    """The sentence for an error that comes of what this machine lacks; None for any other."""
    if version < OLDEST:
        return "Python {}.{} or newer is needed; this is {}.{}.{} ({})".format(*OLDEST, *version, sys.executable)
    if getattr(error, "is_for_people", False):
        return str(error)
    module = error.name if isinstance(error, ModuleNotFoundError) else None
    if module == "fcntl":
        return f"This system ({sys.platform}) is not supported: use Linux or macOS, or on Windows its Linux, WSL"
    if module is None or "." in module or importlib.util.find_spec(module) is not None:
        return None
    return f"{module} is not installed for {sys.executable}; start with .venv/bin/python, as README.md says under Start"
