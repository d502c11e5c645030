"""A refused input is told in one screen: a sentence, and a table of what is to be mended."""

from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.reporting.report_campaign import markdown
from tasks.reporting.report_refusal import SHOWN_MAX, of_refusal, row_of, sentence
from tests.outside import ALL, commands_in

RATIO = Fault(
    source="a.csv",
    row=3,
    column="aspect_ratio",
    value="4:5",
    problem="is not accepted; use one of 1:1, 16:9, 9:16, 4:3, 3:4",
)
OPTION = Fault(source="--budget-usd", problem="is too small")


def test_each_fault_is_a_row_of_the_table():
    """File, row, column, value, and what is accepted; an option is called as the form has it."""
    text = markdown(of_refusal(InputInvalid([RATIO, OPTION])))
    assert "2 things to mend; nothing was sent, nothing was paid" in text
    assert r"| a.csv | 3 | aspect\_ratio | 4:5 | is not accepted; use one of 1:1, 16:9,<br>9:16, 4:3, 3:4 |" in text
    assert max(map(len, text.replace("<br>", "\n").splitlines())) < 120, "no line is cut off in Prefect's UI"
    assert r"| Budget in USD \(budget\_usd\) |  |  |  | is too small |" in text


def test_the_state_says_the_first_fault_and_where_the_others_are():
    """One that is alone is told whole."""
    assert sentence(InputInvalid([RATIO])) == f"Refused, 1 thing to mend; nothing was sent, nothing was paid: {RATIO}"
    assert sentence(InputInvalid([RATIO, OPTION])).endswith(f": {RATIO}. The run's artifact lists all")


def test_thousands_of_faults_are_no_page_of_thousands():
    """How many there are is told all the same."""
    refused = of_refusal(InputInvalid([RATIO] * (SHOWN_MAX + 5), more=1000))
    assert len(refused.tables[0].rows) == SHOWN_MAX
    assert refused.tables[0].more == "And 1,005 more."


def test_a_refusal_holds_no_commands_and_no_secrets():
    """What was typed is shown, and does nothing; signatures of addresses are left out."""
    fault = Fault(source=ALL, column=ALL, value=f"https://me:hidden@h/x?sig=hidden {ALL}", problem=ALL)
    text = markdown(of_refusal(InputInvalid([fault])))
    assert not commands_in(text)
    assert "hidden" not in text + sentence(InputInvalid([fault]))


def test_a_fault_of_a_spreadsheet_is_shown_with_its_cell():
    """Under which the person finds it."""
    fault = Fault(source="launch.xlsx#P", row=14, column="prompt", cell="C14", value="#N/A", problem="is an error")
    assert row_of(fault) == ("launch.xlsx#P", "14", "prompt (C14)", "#N/A", "is an error")
