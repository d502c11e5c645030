"""What Prefect keeps of task runs for the whole of a flow run, held against Prefect's own functions."""

import asyncio
import gc
from uuid import uuid4

import pytest
from prefect.assets import Asset
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.states import Completed
from prefect.utilities.engine import get_state_for_result, link_state_to_task_run_result

from flows.prefect_server.memory import keep_what_is_in_hand
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_original
from tests.tasks.harness import CELLS, Api, run, without_engine  # noqa: F401  a fixture


@pytest.fixture
def context():
    """A flow run that keeps what is in hand."""
    with FlowRunContext.model_construct(run_results={}, task_run_assets={}) as context:
        keep_what_is_in_hand()
        yield context


def test_a_result_in_hand_is_linked_to_its_run_and_forgotten_with_it(context):
    """The UI draws what was made of it behind it; once it is gone, nobody can ask."""
    result, state = an_original(a_cell()), Completed()
    link_state_to_task_run_result(state, result)
    linked, _ = get_state_for_result(result)
    assert linked.id == state.id
    assert list(context.run_results) == [id(result)], "not its texts and numbers"
    del result
    gc.collect()
    assert context.run_results == {}


def test_a_link_that_prefect_finds_stale_can_be_made_again(context):
    """Prefect drops links by itself where another object has their id."""
    result = an_original(a_cell())
    link_state_to_task_run_result(Completed(), result)
    context.run_results.pop(id(result))
    link_state_to_task_run_result(Completed(name="again"), result)
    linked, _ = get_state_for_result(result)
    assert linked.name == "again"
    del result
    gc.collect()
    assert context.run_results == {}


@pytest.mark.usefixtures("context")
def test_texts_are_not_linked():
    """A text has no end that can be seen, and its id goes to the next."""
    text = "a text"
    link_state_to_task_run_result(Completed(), text)
    assert get_state_for_result(text) is None


def test_only_runs_that_have_assets_are_remembered(context):
    """Images have none."""
    assets = {Asset(key="s3://bucket/image")}
    context.task_run_assets["one"] = set()
    context.task_run_assets["other"] = assets
    assert context.task_run_assets == {"other": assets}


def test_outside_of_a_flow_there_is_nothing_to_keep():
    """Tasks are called in tests, and by a recut."""
    keep_what_is_in_hand()
    assert FlowRunContext.get() is None


@pytest.mark.usefixtures("without_engine")
def test_a_campaign_keeps_what_is_in_hand(tmp_path):
    """From its first image on."""
    flow_run = FlowRun(flow_id=uuid4())
    with FlowRunContext.model_construct(flow_run=flow_run, run_results={}, task_run_assets={}) as context:
        ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), Api()))
        result = ended.outcomes[CELLS[0].cell_id].original
        link_state_to_task_run_result(Completed(), result)
        assert set(context.run_results) == {id(result), id(result.marks)}, "with the record in it"
        del ended, result
        gc.collect()
        assert context.run_results == {}
