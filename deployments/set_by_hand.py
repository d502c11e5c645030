"""What people have set on a server by hand, carried into what is deployed: `prefect deploy` would undo it.

It resumes a deployment that was paused as a whole. And where one of a deployment's schedules has no slug, as those that
are added in the UI, it makes all of them anew: paused ones active, and without those that the file does not name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule

TIMES: Final = {"cron", "interval", "rrule", "anchor_date", "day_or", "timezone"}
"""The keys that say when, in `prefect.yaml` as in a schedule itself."""


def with_what_is_set(wanted: Mapping[str, Any], there: Iterable[DeploymentResponse]) -> dict[str, Any]:
    """The content of a `prefect.yaml`, with the pauses and further schedules of the deployments that are `there`."""
    known = {deployment.name: deployment for deployment in there}
    return {**wanted, "deployments": [_as_it_is(one, known.get(one["name"])) for one in wanted["deployments"]]}


def _as_it_is(wanted: Mapping[str, Any], there: DeploymentResponse | None) -> dict[str, Any]:
    if there is None:
        return dict(wanted)
    if "schedules" not in wanted:
        return {**wanted, "paused": there.paused}
    is_active = {schedule.slug: schedule.active for schedule in there.schedules}
    own = [one | {"active": is_active.get(one["slug"], True)} for one in wanted["schedules"]]
    slugs = {one["slug"] for one in own}
    added = [_schedule(schedule) for schedule in there.schedules if schedule.slug not in slugs]
    return {**wanted, "paused": there.paused, "schedules": [*own, *added]}


def _schedule(there: DeploymentSchedule) -> dict[str, Any]:
    """A schedule as `prefect.yaml` writes it."""
    times = there.schedule.model_dump(mode="json", include=TIMES)
    if isinstance(there.schedule, IntervalSchedule):
        times["interval"] = there.schedule.interval.total_seconds()
    facts = {"active": there.active, "parameters": there.parameters, "slug": there.slug}
    return {name: value for name, value in (times | facts).items() if value is not None}
