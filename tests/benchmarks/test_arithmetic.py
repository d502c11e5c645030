"""The ratios are only as good as the arithmetic under them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tasks.images.geometry import Size
from tests.benchmarks.load import Load, greedy_makespan_s
from tests.benchmarks.rows import Row
from tests.benchmarks.similarity import brightness, ideal_cut, similarity

latencies_s = st.lists(st.floats(0.01, 10), min_size=1, max_size=30)
rng = np.random.default_rng(1)
PLANE = rng.uniform(0, 255, (24, 32)).astype(np.float32)


def test_a_greedy_schedule_of_known_length():
    """Two places, 3 + 1 + 1 + 1 s: the first is as long as the other three."""
    assert greedy_makespan_s([3, 1, 1, 1], 2) == 3
    assert greedy_makespan_s([1, 1, 1, 3], 2) == 4


@given(latencies_s, st.integers(1, 40))
def test_a_greedy_schedule_lies_between_its_bounds(each_s, places):
    """No schedule beats the longest image or the mean load; the last image adds no more than its own length."""
    makespan_s = greedy_makespan_s(each_s, places)
    assert makespan_s >= max(*each_s, sum(each_s) / places, 0) * (1 - 1e-9)
    assert makespan_s <= (sum(each_s) / places + max(each_s)) * (1 + 1e-9)


@given(latencies_s)
def test_one_place_takes_one_image_after_the_other(each_s):
    """The sum of all."""
    assert greedy_makespan_s(each_s, 1) == pytest.approx(sum(each_s))


def test_a_load_asks_for_each_prompt_once_and_knows_how_long_it_takes(tmp_path):
    """The matrix holds its prompts, and every latency lies in the range."""
    load = Load(20, subject="Lamp")
    lines = load.write_matrix(tmp_path / "m.csv").read_text().splitlines()
    assert lines == ["prompt,model", *(f'"{prompt}",V_2' for prompt in load.prompts)]
    assert len(set(load.prompts)) == 20
    assert all(2 <= each_s <= 6 for each_s in load.latencies_s)
    assert not set(load.prompts) & set(Load(20, subject="Chair").prompts)


def test_the_likeness_of_equal_planes_is_one():
    """And only theirs."""
    assert similarity(PLANE, PLANE) == pytest.approx(1)
    assert similarity(PLANE, 255 - PLANE) < 0


def test_the_likeness_falls_with_noise():
    """More noise is less like."""
    likes = [similarity(PLANE, PLANE + rng.normal(0, noise, PLANE.shape)) for noise in (0, 5, 20, 80)]
    assert all(more > less for more, less in pairwise(likes))


def test_the_likeness_of_two_even_planes_is_that_of_their_light():
    """Without any contrast, 2ab / (a^2 + b^2) is left, with its stabilizer."""
    one, other, c = 100.0, 120.0, (0.01 * 255) ** 2
    alike = similarity(np.full((12, 12), one), np.full((12, 12), other))
    assert alike == pytest.approx((2 * one * other + c) / (one**2 + other**2 + c))


def test_the_ideal_cut_of_an_even_picture_is_even():
    """In the size asked for."""
    plane = ideal_cut(Image.new("RGB", (40, 20), (10, 200, 30)), Size(16, 16))
    assert plane.shape == (16, 16)
    assert np.allclose(plane, brightness(Image.new("RGB", (1, 1), (10, 200, 30)))[0, 0], atol=1e-3)


def test_a_row_that_could_not_be_measured_shows_none():
    """It still stands in the table."""
    assert Row("x", None, details="skipped: no node").shown == "-"
    assert Row("x", 1.25, unit="s").shown == "1.250 s"
