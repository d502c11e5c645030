"""What is deployed is complete, and shown so that a person can fill in the form."""

import importlib
import re
from typing import Any

import pytest
import yaml
from prefect.utilities.callables import parameter_schema

from deployments.setup import POOL, PREFECT_FILE

TEXT = PREFECT_FILE.read_text(encoding="utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
DEPLOYMENTS = {one["name"]: one for one in FILE["deployments"]}
FOR_PEOPLE = [name for name in DEPLOYMENTS if name != "shard"]
"""A shard is started by its campaign, as many as that asks for."""


def form_of(name: str) -> dict[str, Any]:
    """The schema of a deployment's form."""
    module, _, function = DEPLOYMENTS[name]["entrypoint"].rpartition(".")
    return parameter_schema(getattr(importlib.import_module(module), function)).model_dump()


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_parameter_of_the_form_says_what_it_is(name: str):
    """With a title in a person's words and a description; fields of a nested record too, in their own order."""
    form = form_of(name)
    for key, field in form["properties"].items():
        assert field["title"][0].isupper(), key
        assert "_" not in field["title"], key
        assert field["description"], key
    for record in form["definitions"].values():
        fields = record["properties"].values()
        assert all(field["title"] and field["description"] for field in fields)
        assert [field["position"] for field in fields] == list(range(len(fields)))


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_sets_only_what_its_flow_knows(name: str):
    """And says what it is and where it runs."""
    one = DEPLOYMENTS[name]
    assert set(one["parameters"]) <= set(form_of(name)["properties"])
    assert one["work_pool"]["name"] == POOL
    assert one["description"].strip()


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_what_happens_when_one_is_started_beside_another_is_said(name: str):
    """It waits, or it is not run."""
    limit = DEPLOYMENTS[name]["concurrency_limit"]
    assert limit["limit"] >= 1
    assert limit["collision_strategy"] in {"ENQUEUE", "CANCEL_NEW"}


@pytest.mark.parametrize("name", [name for name, one in DEPLOYMENTS.items() if "schedules" in one])
def test_a_schedule_is_the_same_after_another_deploy(name: str):
    """It has a name, no anchor that moves, and does not resume what somebody has paused."""
    for schedule in DEPLOYMENTS[name]["schedules"]:
        assert set(schedule) == {"slug", "cron", "timezone"}


def test_nothing_of_one_machine_or_secret_is_deployed():
    """Paths are relative to the worker's folder; values come from no environment, and no block is resolved here."""
    assert [list(step) for step in FILE["pull"]] == [["deployments.home.enter_home"]]
    assert not re.search(r"\{\{|: /|~/|KEY:|SECRET:", TEXT)
