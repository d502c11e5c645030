"""A wait is read however it is written, and kept within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.api.retry_after import parse_retry_after

NOW = 1_790_000_000.0
MAX_S = 300.0


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("0", 0),
        ("7", 7),
        ("2.5", 2.5),
        ("-3", 0),
        ("99999", MAX_S),
        ("inf", MAX_S),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30),
        ("Mon, 21 Sep 2026 14:13:50 -0000", 30),
        ("Mon, 21 Sep 2026 10:13:20 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_S),
        ("1 Jan 99999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999", None),
    ],
)
def test_the_wait_asked_for_is_read_from_seconds_or_a_date(header, wait_s):
    """Never negative, never longer than we allow, and nothing where nothing is said."""
    assert parse_retry_after(header, NOW, MAX_S) == wait_s


@given(st.text())
def test_any_header_gives_a_wait_within_bounds_or_none(header):
    """No header makes us wait for ever, or fail."""
    wait_s = parse_retry_after(header, NOW, MAX_S)
    assert wait_s is None or 0 <= wait_s <= MAX_S
