"""How far a job has come."""

from enum import IntEnum


class Stage(IntEnum):
    """How far a job has come. What is paid never becomes unpaid again."""

    IDLE = 0
    """No request is out: it can be given back as if it had never begun."""
    SENT = 1
    """A request is out whose answer is not known: it may have been paid."""
    ACCEPTED = 2
    """The API draws it, under an id by which any run can fetch it. It is paid unless that fails."""
    ANSWERED = 3
    """It is paid, and its image is on its way."""
    STORED = 4
    """Its original is stored, and waits to be cut."""
