"""Settings that make no sense are refused with the option's name."""

import math
from pathlib import Path

import pytest

from sandbox.options import SandboxOptions


@pytest.mark.parametrize(
    ("field", "value", "option"),
    [
        ("places", 0, "--places"),
        ("latency_scale", -1.0, "--latency-scale"),
        ("latency_scale", math.nan, "--latency-scale"),
        ("latency_range_s", (2.0, 1.0), "--latency"),
        ("latency_range_s", (0.0, math.inf), "--latency"),
        ("link_life_s", -1.0, "--link-life-s"),
        ("credits_usd", -0.01, "--credits-usd"),
        ("api_key", "", "--api-key"),
        ("polls_in_10_s", 0, "--polls-in-10-s"),
        ("pictures", Path("nowhere"), "--pictures"),
    ],
)
def test_nonsense_is_refused_by_name(field: str, value: object, option: str) -> None:
    """The message names the option to change."""
    with pytest.raises(ValueError, match=option):
        SandboxOptions(**{field: value})  # type: ignore[arg-type]
