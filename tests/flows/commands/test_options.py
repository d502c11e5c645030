"""An option is declared once, as a field of a record: command, flow and form say of it what the field says."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from prefect import Flow
from prefect.utilities.callables import parameter_schema

from deployments import callback_receiver, setup
from flows.campaign import campaign
from flows.commands import campaign_command as command_line
from flows.commands import deliver_command, export_command, recut_command
from flows.commands.answer import answer
from flows.commands.options import Command
from flows.deliver_callbacks import deliver_callbacks
from flows.export import export_campaign
from flows.parameters import EMPTY_BOX
from flows.prefect_server.named_server import ServerNotStarted
from flows.recut_variants import recut_variants
from flows.run_inbox import run_inbox
from tasks.callbacks.delivery_report import Wish
from tasks.errors import CampaignStopped, InputInvalid, Interrupted
from tasks.exporting.export import ExportOrder
from tasks.publishing.recut import Recut
from tasks.records.campaign import Campaign
from tasks.records.fault import Fault
from tasks.records.record import Order, explained
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tests.flows.conftest import ROOT

OF_A_SHAPE = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "minItems", "items", "anyOf", "default")
FLOWS: list[tuple[Flow[..., Any], type[Order]]] = [
    (campaign, Campaign),
    (recut_variants, Recut),
    (export_campaign, ExportOrder),
    (deliver_callbacks, Wish),
]
COMMANDS: list[Command[Any]] = [
    command_line.COMMAND,
    recut_command.COMMAND,
    export_command.COMMAND,
    deliver_command.COMMAND,
    setup.COMMAND,
    callback_receiver.COMMAND,
]


@pytest.mark.parametrize(("flow", "order"), FLOWS, ids=lambda one: getattr(one, "__name__", None))
def test_a_flow_takes_what_its_command_takes(flow: Flow[..., Any], order: type[Order]):
    """Under the same names, in the same order, with the same defaults."""
    parameters = inspect.signature(flow.fn).parameters
    assert list(parameters) == list(order.model_fields)
    for name, field in order.model_fields.items():
        assert parameters[name].default == (inspect.Parameter.empty if field.is_required() else field.default), name


@pytest.mark.parametrize(("flow", "order"), FLOWS, ids=lambda one: getattr(one, "__name__", None))
def test_a_form_says_what_the_record_says(flow: Flow[..., Any], order: type[Order]):
    """Titles, texts, limits and choices, also where Prefect has its own mind; for a text that may be none, a box."""
    form, record = parameter_schema(flow).properties, order.model_json_schema(ref_template="#/definitions/{model}")
    for name, field in order.model_fields.items():
        shape = record["properties"][name]
        if {"type": "string"} in shape.get("anyOf", ()):
            shape |= EMPTY_BOX
        assert (form[name]["title"], form[name]["description"]) == (field.title, explained(field)), name
        assert {key: form[name].get(key) for key in OF_A_SHAPE} == {key: shape.get(key) for key in OF_A_SHAPE}, name


def test_the_inbox_asks_of_each_campaign_what_a_campaign_asks():
    """In the same words, but for where its matrices are."""
    forms = [parameter_schema(flow).properties for flow in (campaign, run_inbox)]
    of_a_campaign, of_an_inbox = [{name: one | {"position": 0} for name, one in form.items()} for form in forms]
    assert of_an_inbox.pop("inbox")["description"]
    assert of_an_inbox.items() <= of_a_campaign.items()
    of_one = {"matrix", "formats", "name", "do", "retry", "shards", "same_campaign", "dry_run"}
    assert of_a_campaign.keys() - of_an_inbox.keys() == of_one, "nobody says these of every matrix that may come"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.typed)
def test_help_explains_each_option(command: Command[Any], capsys: pytest.CaptureFixture[str], monkeypatch):
    """By the text of its field, with its default where that is a word or a number."""
    monkeypatch.setenv("COLUMNS", "2000")
    assert command.read(["--help"]) is None
    lines = capsys.readouterr().out.splitlines()
    for name, field in command.options.items():
        (line,) = [line for line in lines if re.match(rf"│ [* ]*([A-Z-]+ )?{command.option_of(name)}\s", line)]
        assert explained(field).replace("`", "") in line
        is_told = isinstance(field.default, str | int) and not isinstance(field.default, bool)
        assert (f"[default: {field.default}]" in line) is is_told


def test_the_many_options_of_a_campaign_stand_under_titles(capsys: pytest.CaptureFixture[str]):
    """Each under one, and what a newcomer needs first in front."""
    command = next(one for one in COMMANDS if one.asked is Campaign)
    assert sorted(name for names in command.groups.values() for name in names) == sorted(command.options)
    assert command.read(["--help"]) is None
    said = capsys.readouterr().out
    places = [said.index(f" {words} ") for words in ("The tables", "--brand", "Look, try, pay", "--dry-run", "--model")]
    assert places == sorted(places)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.example], ids=lambda command: command.typed)
def test_whoever_types_nothing_is_told_what_to_type(command: Command[Any]):
    """By the word that `--help` has for what is missing, with an example that is one."""
    with pytest.raises(InputInvalid) as told:
        command.read([])
    (fault,) = told.value.faults
    assert fault.source == command.shown(command.first)
    assert fault.problem == f"is missing; type for example: {command.typed} {command.example}"
    assert command.read(command.example.split()) is not None
    assert (ROOT / command.typed.split()[-1]).exists()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ([], {}),
        (["--budget-usd", "0.1"], {"budget_usd": "0.1"}),
        (["--retry", "failed", "--retry=unknown"], {"retry": ("failed", "unknown")}),
        (["--callback-url", "http://a/", "--callback-url", "http://b/"], {"callback_url": "http://a/ http://b/"}),
        (["--callback-url", "http://a/ http://b/"], {"callback_url": "http://a/ http://b/"}),
        (["--variant", "a=1x2,png"], {"variants": (Variant(name="a", width=1, height=2, format="png"),)}),
        (["--callback-events", "campaign.failed"], {"callback_events": ("campaign.failed",)}),
        (["--sandbox", "--dry-run", "--same-campaign"], {"sandbox": True, "dry_run": True, "same_campaign": True}),
        (["--sandbox=false"], {}),
        (["--name", "none", "--formats=null"], {"name": "none", "formats": "null"}),
        (["--name", "[1, 2]", "--encoding", "-5"], {"name": "[1, 2]", "encoding": "-5"}),
        (["--max-in-flight", "25", "--shards", "2"], {"max_in_flight": 25, "shards": 2}),
    ],
)
def test_options_become_the_campaign_that_they_say(written: list[str], asked: dict[str, Any]):
    """Words stay words, sums are those that were written, and what was not given is as the record has it."""
    assert command_line.COMMAND.read(["m.csv", *written]) == Campaign(matrix="m.csv", **asked)
    assert command_line.COMMAND.read([*written, "--matrix", "m.csv"]) == Campaign(matrix="m.csv", **asked)


def test_a_flow_gets_the_campaign_that_the_command_has_read():
    """Through Prefect's own reading of the parameters, from this process or as JSON from a server."""
    asked = Campaign(matrix="m.csv", budget_usd="12.10", retry=("failed",), variants=DEFAULT_VARIANTS[:1])
    here = campaign.validate_parameters(dict(asked))
    served = campaign.validate_parameters(campaign.serialize_parameters(dict(asked)))
    assert Campaign(**here) == Campaign(**served) == asked


@pytest.mark.parametrize("text", ["2026", "20261120", "yesterday", "2026-13-01", "2026-11-20 25:00"])
def test_a_number_is_no_time(text: str):
    """Pydantic would take it for seconds since 1970, and every dead letter would be sent once more."""
    with pytest.raises(InputInvalid, match="it must be a date or a time, such as 2026-11-20"):
        deliver_command.COMMAND.read(["--replay-since", text])


def interrupt(_: Campaign) -> int:
    """A run that somebody ends at once."""
    raise KeyboardInterrupt


def failing(error: Exception) -> Callable[[Campaign], int]:
    """A run that comes to `error`."""

    def run(_: Campaign) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "code", "said"),
    [
        (lambda _: 1, 1, ""),
        (
            failing(InputInvalid([Fault(source="x", problem="is wrong")])),
            2,
            "1 thing to mend; nothing was sent, nothing",
        ),
        (failing(CampaignStopped("The disk is full")), 3, "Stopped: The disk is full"),
        (failing(ServerNotStarted("No server")), 3, "No server"),
        (failing(Interrupted("Ended")), 130, "Stopped: Ended"),
        (interrupt, 130, "Interrupted.\n"),
    ],
)
def test_how_it_ended_is_told_in_a_sentence_and_a_code(run: Callable[[Campaign], int], code: int, said: str, capsys):
    """On standard error; the same for every command."""
    ended = answer(command_line.COMMAND, run, ["m.csv"], also=(ServerNotStarted,))
    printed = capsys.readouterr()
    assert (ended, printed.out) == (code, "")
    assert printed.err.startswith(said)


def test_wrong_options_are_told_before_anything_large_is_imported():
    """Prefect takes seconds, and pandas half of one."""
    large = "print({'prefect', 'pandas'} & {*sys.modules})"
    script = f"import sys; from flows.commands.campaign_command import main; main(['x', '--nope']); {large}"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ended.stdout == "set()\n"
