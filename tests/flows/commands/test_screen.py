"""Texts from outside reach a terminal as texts: they command nothing, forge no line, and are not taken for markup."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.progress import TextColumn

from flows.commands import campaign_command as command_line
from flows.commands import deliver_command, export_command, recut_command
from flows.commands.answer import print_faults
from flows.commands.screen import Screen, progress_bar
from flows.commands.terminal import Terminal, facts, print_finished, print_plan
from tasks.callbacks.delivery_report import Line, Report
from tasks.errors import InputInvalid, StorageFailed
from tasks.exporting.export import ExportResult
from tasks.publishing.recut import RecutResult
from tasks.records.fault import Fault
from tasks.run_state.tally import Tally
from tests.matrices import a_file
from tests.outside import ALL, COMMANDS, a_plan, a_result, commands_in


def told_by_terminal(text: str) -> None:
    """All that the reporter of a run says."""
    terminal = Terminal(a_plan(text))
    tally = Tally(3)
    tally.trouble = text
    terminal.started(a_plan(text), tally, (text,))
    terminal.warn(text)
    terminal.ended(a_result(text))


def told_of_callbacks(text: str) -> None:
    """The lines and the table of the outboxes."""
    line = Line(
        campaign=text, event_id=text, event=text, job_id=text, endpoint=text, state="dead", attempts=1, why=text
    )
    report = Report(campaign=text, counts={"dead": 1}, lines=(line,), due_count=0, sent={})
    deliver_command.print_reports(Screen(stderr=False, width=2000), [report])


PRINTERS: dict[str, Callable[[str], object]] = {
    "the plan": lambda text: print_plan(Screen(width=2000), a_plan(text)),
    "faults": lambda text: print_faults(
        Screen(soft_wrap=True),
        InputInvalid([Fault(source=text, row=1, column=text, value=text, problem=text)]),
        "nothing was sent",
    ),
    "a finished campaign": lambda text: print_finished(Screen(), a_plan(text), a_result(text)),
    "a run": told_by_terminal,
    "callbacks": told_of_callbacks,
    "a recut": lambda text: Screen(soft_wrap=True).print(
        recut_command.summary(RecutResult(name=text, folder=text, images=1, variants=(), troubles=(text,))),
        markup=False,
    ),
    "an export": lambda text: Screen(soft_wrap=True).print(
        export_command.summary(
            ExportResult(
                name=text, folder=text, to=text, images=1, files=(text,), tables=(text,), written=1, notes=(text,)
            )
        ),
        markup=False,
    ),
}


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=PRINTERS)
def test_no_control_character_reaches_the_terminal(printer, capsys):
    """Each is written out, markup and emoji codes stand as they were written, and a line feed begins no line."""
    printer(ALL)
    said = "".join(capsys.readouterr())
    assert not commands_in(said)
    assert "\\x1b" in said
    assert "\\u202e" in said
    assert ":fire:" in said
    assert "[red]" in said
    assert not [line for line in said.splitlines() if line.startswith("]0;")]


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=PRINTERS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_is_printed(printer, capsys, text):
    """Whatever it holds."""
    printer(text)
    said = "".join(capsys.readouterr())
    assert not commands_in(said)
    said.encode()


def test_the_bar_shows_what_it_is_told():
    """On a terminal, where rich itself writes escapes: the words beside the bar are not among them."""
    tally = Tally(3)
    tally.trouble = ALL
    (said,) = facts(tally)[-1:]
    assert not COMMANDS & set(said)
    column = next(one for one in progress_bar(Screen()).columns if isinstance(one, TextColumn))
    assert not column.markup


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize(
    "note",
    ["", "The API is busy (429): " + "try again later; " * 20, "只今混み合っております。" * 30, "cafe\u0301 🫖 " * 60],
)
def test_whatever_there_is_to_say_the_bar_stays_where_it_is(width, note):
    """One line with bar, counts and cost, one below it with the note, and neither is wider than the terminal."""
    screen = Screen(width=width)
    bar = progress_bar(screen)
    bar.add_task("$1,234.56 · about 3 h 20 min left · 1,234 without an image", total=12_000, completed=12_000)
    bar.note = note
    lines = ["".join(part.text for part in line) for line in screen.render_lines(bar.get_renderable(), pad=False)]
    assert len(lines) == (2 if note else 1)
    assert all(cell_len(line) <= width for line in lines)
    assert "━" * 8 in lines[0]
    assert " 12000/12000 $1" in lines[0]
    assert ("without an image" in lines[0]) == (width > 80)
    assert note[:6] in "".join(lines[1:])


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (command_line.main, ["absent\x1b[31m.csv", "--dry-run"]),
        (command_line.main, ["m.csv", "--model", "\x1b[31m[red]"]),
        (command_line.main, ["m.csv", "--variant", "\x1b[31m[red]"]),
        (command_line.main, ["m.csv", "--\x1b[31m[red]"]),
        (recut_command.main, ["absent\x1b[31m[red]", "--variant", "a=1x1"]),
        (recut_command.main, ["absent", "--variant", "\x1b[31m[red]"]),
        (export_command.main, ["absent\x1b[31m[red]", "to"]),
        (export_command.main, ["absent", "to", "--feeds", "\x1b[31m[red]"]),
        (deliver_command.main, ["absent\x1b[31m[red]"]),
        (deliver_command.main, ["--replay-since", "\x1b[31m[red]"]),
    ],
)
def test_arguments_are_told_as_they_were_written(main, arguments, capsys, monkeypatch, tmp_path):
    """By every command."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = "".join(capsys.readouterr())
    assert "\x1b" not in said
    assert r"\x1b[31m" in said


def test_a_matrix_full_of_them_is_planned_and_its_faults_are_told(capsys, tmp_path):
    """Header, prompt, format and value."""
    text = ALL.replace("\0", "")
    right = a_file(tmp_path, f'"product","prompt","note {text}"\n"{text}","{text}",x\n')
    wrong = a_file(tmp_path, f'"product","seed","note {text}"\n"{text}","{text}",x\n', "w.csv")
    assert command_line.main([right, "--dry-run"]) == 0
    assert command_line.main([wrong, "--dry-run"]) == 2
    said = "".join(capsys.readouterr())
    assert not commands_in(said)


def test_errors_tell_no_commands_to_logs():
    """They are logged, shown in states, and kept in the manifest."""
    assert str(StorageFailed("\x1b[31mred")) == r"\x1b[31mred"
