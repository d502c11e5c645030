"""The budget of deployed runs that name none: an operator sets it once, and it stays when they are deployed again."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from prefect.client.schemas.responses import DeploymentResponse

from tasks.records.money import usd

PAYING: Final = frozenset({"campaign", "nightly"})
"""The deployments whose runs pay."""
BUDGET: Final = "budget_usd"
FIRST_BUDGET_USD: Final = 25
"""Of a deployment that is made anew: some 300 images of V_2."""


def with_budgets(
    wanted: Mapping[str, Any], there: Iterable[DeploymentResponse], budget_usd: Decimal | None
) -> dict[str, Any]:
    """The content of a `prefect.yaml`, with a budget for runs that name none.

    It is `budget_usd`, else the file's own, else what is set on the server; a deployment that was there without one
    stays so, since it may be what somebody relies on.
    """
    known = {deployment.name: deployment for deployment in there}
    return {
        **wanted,
        "deployments": [_limited(one, known.get(one["name"]), budget_usd) for one in wanted["deployments"]],
    }


def _limited(wanted: Mapping[str, Any], there: DeploymentResponse | None, budget_usd: Decimal | None) -> dict[str, Any]:
    own = wanted["parameters"]
    if wanted["name"] not in PAYING or (budget_usd is None and BUDGET in own):
        return dict(wanted)
    kept = FIRST_BUDGET_USD if there is None else there.parameters.get(BUDGET)
    budget = kept if budget_usd is None else float(budget_usd)
    return {**wanted, "parameters": own if budget is None else own | {BUDGET: budget}}


def what_became_of_budgets(
    before: Mapping[str, DeploymentResponse], after: Mapping[str, DeploymentResponse]
) -> Iterator[tuple[str, str]]:
    """What each paying deployment (by `flow/deployment`) has now, and whether that is new."""
    for name in sorted(name for name in after if name.rpartition("/")[2] in PAYING):
        now, was = after[name].parameters.get(BUDGET), before.get(name)
        text = budget_text(now)
        then = text if was is None else budget_text(was.parameters.get(BUDGET))
        change = "created" if was is None else "unchanged" if then == text else f"updated from {then}"
        advice = "; its runs may spend without a limit, --budget-usd sets one" if now is None else ""
        yield f"budget {name} = {text}", f"{change}{advice}"


def budget_text(budget_usd: float | None) -> str:
    """Such as `$25.00`, or `none`."""
    return "none" if budget_usd is None else usd(Decimal(str(budget_usd)))
