"""What a command ends with."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The same for every command; `--help` says what each of them means by it."""

    DONE = 0
    SOME_NOT_DONE = 1
    BAD_INPUT = 2
    """Nothing was sent, nothing was paid."""
    STOPPED = 3
    """Early: what is done is kept, and the same command goes on."""
    INTERRUPTED = 130
