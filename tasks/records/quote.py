"""What the API says that a request would cost."""

from decimal import Decimal

from tasks.records.record import Record


class Quote(Record):
    """The price of one image, asked for beforehand."""

    usd: Decimal
    """What is booked: of an estimate its upper bound, where there is one."""
    is_estimate: bool = False
