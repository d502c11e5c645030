"""How long a server asks to be left alone."""

from datetime import UTC
from email.utils import parsedate_to_datetime


def parse_retry_after(header: str | None, now_unix_s: float, max_s: float) -> float | None:
    """Seconds to wait, from seconds or a date (RFC 9110, 10.2.3), at most `max_s`; None where it says nothing."""
    if header is None:
        return None
    try:
        wait_s = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        wait_s = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - now_unix_s
    return min(max(wait_s, 0.0), max_s) if wait_s == wait_s else None  # noqa: PLR0124  not a number
