"""When a generation is looked for follows from how long others of its kind took."""

from itertools import pairwise

import pytest

from tasks.api.poll_times import LIKELY, Durations


def first_look_s(durations: Durations, pending_at_s: float = 0.0) -> float:
    """The first age, in steps of 0.05 s, at which a look is worth a poll."""
    ages = (pending_at_s + 0.05 * step for step in range(1, 20_000))
    return next(age_s for age_s in ages if durations.likelihood(pending_at_s, age_s) >= LIKELY)


def seen(*durations_s: float) -> Durations:
    """Where generations took so long, each found done 0.2 s after it had been pending."""
    durations = Durations()
    for duration_s in durations_s:
        durations.note(duration_s - 0.2, duration_s)
    return durations


def test_before_anything_is_known_looks_grow_apart():
    """A fast model is found out within a second, a slow one costs few polls."""
    looks, age_s = [], 0.0
    while age_s < 60:
        age_s = first_look_s(Durations(), age_s)
        looks.append(age_s)
    assert looks[0] < 1
    assert len(looks) < 25
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert gaps == sorted(gaps)


def test_a_model_whose_images_take_long_is_looked_for_when_they_come():
    """Most of the way to the shortest that was seen, nothing is asked more than a few times."""
    durations = seen(*(13 + 0.1 * n for n in range(30)))
    looks, age_s = [], 0.0
    while age_s < 17:
        age_s = first_look_s(durations, age_s)
        looks.append(age_s)
    assert len([age_s for age_s in looks if age_s < 12]) <= 1
    assert len([age_s for age_s in looks if 13 <= age_s <= 16]) >= 8


def test_each_kind_of_api_is_learned_anew_as_it_changes():
    """What is long ago is forgotten: an API that has become slower is looked for later."""
    durations = seen(*[3.0] * 40)
    assert first_look_s(durations) < 3
    for _ in range(40):
        durations.note(19.8, 20.0)
    assert first_look_s(durations) > 15


@pytest.mark.parametrize("age_s", [30.0, 100.0, 599.0, 3600.0, 1e6])
@pytest.mark.parametrize("durations", [Durations(), seen(3.0), seen(*[3.0] * 40)])
def test_what_takes_longer_than_anything_is_still_looked_for(durations, age_s):
    """At distances that grow with its age, and never not at all."""
    wait_s = first_look_s(durations, age_s) - age_s
    assert 0 < wait_s <= max(1.0, 0.5 * age_s)


def test_the_likelihood_is_one():
    """Between 0 and 1 at any two ages, and the later the likelier."""
    for durations in (Durations(), seen(2.0, 6.0), seen(*[0.1] * 3)):
        for pending_at_s in (0.0, 0.3, 5.0, 50.0, 5000.0):
            row = [durations.likelihood(pending_at_s, pending_at_s + 0.1 * step) for step in range(200)]
            assert row == sorted(row)
            assert 0 <= row[0] <= row[-1] <= 1
