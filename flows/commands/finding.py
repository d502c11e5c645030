"""What was looked at beforehand: one line each, right or wrong, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple

from rich.markup import escape

from flows.commands.screen import Screen
from flows.prefect_server.named_server import ServerNotStarted
from tasks.api.settings import POLLING
from tasks.api.webhook_url import VARIABLE
from tasks.errors import CampaignFault, CellError, InputInvalid
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line
from tasks.signing.settings import SIGNING_VARIABLES

Verdict = Literal["right", "wrong", "note"]
"""A note is what nobody can tell beforehand, or what is to be known and no fault."""
COLOURS: Final[dict[Verdict, str]] = {"right": "green", "wrong": "red", "note": "yellow"}
SUBJECT_CHARS: Final = 13
SUBJECT_OF: Final = (
    {VARIABLE: "webhooks"} | dict.fromkeys(POLLING, "polling") | dict.fromkeys(SIGNING_VARIABLES, "signature")
)
"""What a setting is about that is read together with others."""


class Finding(NamedTuple):
    """What was found out about one thing."""

    verdict: Verdict
    subject: str
    said: str


class Findings:
    """All that was found so far, each shown at once."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.found: list[Finding] = []

    def add(self, verdict: Verdict, subject: str, said: str) -> None:
        """Show one more, unless it was shown."""
        if (finding := Finding(verdict, subject, said)) in self.found:
            return
        self.found.append(finding)
        colour, named = COLOURS[verdict], f"{subject:<{SUBJECT_CHARS}}"
        self._screen.print(f"[{colour}]{verdict:<5}[/]  {named}{escape(one_line(said))}", soft_wrap=True)

    @contextmanager
    def of(self, subject: str) -> Iterator[None]:
        """What stops whatever is looked at inside is what is wrong with it."""
        try:
            yield
        except InputInvalid as invalid:
            for fault in invalid.faults:
                self.add("wrong", SUBJECT_OF.get(fault.source, subject), str(fault))
            if invalid.more:
                self.add("wrong", subject, f"and {invalid.more:,} more")
        except (CampaignFault, CellError, ServerNotStarted) as error:
            self.add("wrong", subject, str(error))

    def exit_code(self) -> ExitCode:
        """Whether anything has to be mended."""
        is_wrong = any(finding.verdict == "wrong" for finding in self.found)
        return ExitCode.BAD_INPUT if is_wrong else ExitCode.DONE
