"""Everything that is wrong is told at once, and no more than a person reads."""

import pytest

from tasks.errors import InputInvalid
from tasks.planning.faults import FAULTS_SHOWN, Faults
from tasks.records.fault import Fault


def test_the_first_hundred_are_kept_and_the_rest_counted() -> None:
    """A wrong column in a large matrix does not fill the screen, nor the memory."""
    faults = Faults()
    for row in range(FAULTS_SHOWN + 5):
        faults.add("m.csv", "is wrong", row)
    with pytest.raises(InputInvalid) as raised:
        faults.raise_if_any()
    assert ([fault.row for fault in raised.value.faults], raised.value.more) == (list(range(FAULTS_SHOWN)), 5)


def test_the_same_fault_is_told_once() -> None:
    """A fault of a format concerns every row of the matrix."""
    faults = Faults()
    faults.add("f.csv", "is wrong", 2, "style_type", "DESIGN")
    faults.add("f.csv", "is wrong", 2, "style_type", "DESIGN")
    assert (len(faults.found), faults.more) == (1, 0)


def test_faults_that_are_raised_are_collected_with_the_others() -> None:
    """A file that breaks off in its middle does not hide what was found above."""
    faults = Faults()
    faults.add("m.csv", "is wrong", 2)
    with faults.collected():
        raise InputInvalid([Fault(source="m.csv", problem="breaks off")], more=3)
    assert ([str(fault) for fault in faults.found], faults.more) == (["m.csv, row 2: is wrong", "m.csv: breaks off"], 3)


def test_nothing_wrong_raises_nothing() -> None:
    """No fault, no error."""
    Faults().raise_if_any()


@pytest.mark.parametrize(
    "value", ["http://user:s3cret@h/x", "https://a/ http://s3cret@h/x", "http://u:p@s3cret@h", "http://u:p/s3cret@h"]
)
def test_a_password_in_an_address_is_not_shown(value):
    """It would stand in a terminal's history, or in the state of a run."""
    assert "s3cret" not in str(Fault(source="--callback-url", value=value, problem="is not accepted"))
