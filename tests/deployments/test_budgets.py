"""The budget of deployed runs that name none: set once by an operator, and kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import yaml
from prefect.client.schemas.responses import DeploymentResponse

from deployments.budgets import BUDGET, FIRST_BUDGET_USD, PAYING, what_became_of_budgets, with_budgets
from deployments.setup import PREFECT_FILE

FILE: Mapping[str, Any] = yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))


def there(**parameters: Any) -> DeploymentResponse:
    """The campaign's deployment as it is on a server."""
    return DeploymentResponse.model_construct(name="campaign", parameters=parameters)


def budgets(file: Mapping[str, Any]) -> dict[str, Any]:
    """The budget of each deployment that has one, none included."""
    return {one["name"]: one["parameters"][BUDGET] for one in file["deployments"] if BUDGET in one["parameters"]}


def test_a_new_server_has_a_budget_wherever_runs_pay():
    """Those alone whose flow knows one."""
    assert budgets(with_budgets(FILE, [], None)) == dict.fromkeys(PAYING, FIRST_BUDGET_USD)


@pytest.mark.parametrize(
    ("on_server", "asked", "of_the_file", "wanted"),
    [
        ({BUDGET: 40}, None, {}, {"campaign": 40}),
        ({BUDGET: 40}, Decimal("12.50"), {}, {"campaign": 12.5}),
        ({BUDGET: 40}, None, {BUDGET: 7}, {"campaign": 7}),
        ({BUDGET: 40}, None, {BUDGET: None}, {"campaign": None}),
        ({BUDGET: 40}, Decimal(9), {BUDGET: None}, {"campaign": 9}),
        ({}, None, {}, {}),
        ({}, Decimal(9), {}, {"campaign": 9}),
    ],
)
def test_what_an_operator_has_set_stays(on_server, asked, of_the_file, wanted):
    """What is asked for now comes first, then the file, then the server; a schedule without a limit stays one."""
    one = {"name": "campaign", "parameters": {"output": "campaigns", **of_the_file}}
    deployed = with_budgets({"deployments": [one]}, [there(**on_server)], asked)
    assert budgets(deployed) == wanted
    assert deployed["deployments"][0]["parameters"]["output"] == "campaigns"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, 25, ("budget campaign/campaign = $25.00", "created")),
        (25, 25.0, ("budget campaign/campaign = $25.00", "unchanged")),
        (25, 12.5, ("budget campaign/campaign = $12.50", "updated from $25.00")),
    ],
)
def test_an_operator_is_told_what_runs_may_spend(before, after, said):
    """At every setup."""
    name = "campaign/campaign"
    was = {} if before is None else {name: there(budget_usd=before)}
    assert list(
        what_became_of_budgets(was, {name: there(budget_usd=after), "recut-variants/recut-variants": there()})
    ) == [said]


def test_an_operator_is_told_where_there_is_no_limit():
    """And what sets one."""
    deployed = {"run-inbox/nightly": there(budget_usd=None)}
    ((what, change),) = what_became_of_budgets(deployed, deployed)
    assert what == "budget run-inbox/nightly = none"
    assert change == "unchanged; its runs may spend without a limit, --budget-usd sets one"
