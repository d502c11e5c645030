"""From a campaign that a person has asked for in a terminal to its run, and to an exit code."""

import asyncio
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from flows.campaign_run.before_run import check_lasting, claim_output, known_output
from flows.commands.ask_beforehand import quoted_plan
from flows.commands.last_callbacks import callbacks_told
from flows.commands.screen import Screen
from flows.commands.terminal import Terminal, print_finished, print_plan
from flows.prefect_server.embedded_server import EmbeddedServer, start_embedded_server
from flows.prefect_server.named_server import ServerNotStarted, import_prefect
from flows.prefect_server.prefect_home import has_settings_of_its_own
from flows.prefect_server.quiet import quieten
from tasks.api.proxies import check_way_out
from tasks.api.settings import is_key_set, load_settings
from tasks.errors import Interrupted
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.exit_code import ExitCode
from tasks.records.plan import Plan
from tasks.records.result import NotCompleted
from tasks.reporting.reporter import watched_by
from tasks.reviewing.takes import with_takes
from tasks.running.claim_folder import told_of_folder
from tasks.running.finished_campaign import finished_result
from tasks.running.plan_retry import plan_dry_run, store_of
from tasks.storage.public_address import public_base

if TYPE_CHECKING:
    from tasks.records.result import CampaignResult

LEFT: Final = "What was in flight may be paid; the same command again looks for it first, and pays nothing twice"
SERVER_GONE: Final = "Prefect's server does not answer; it does not know how this run ended"


def start_run(campaign: Campaign) -> int:
    """Plan, and unless that is all, carry the plan out. The plan is made while Prefect's server starts."""
    if campaign.dry_run:
        print_plan(Screen(stderr=False), told_of_folder(plan_dry_run(campaign, quoted_plan)))
        return ExitCode.DONE
    check_way_out()
    public_base()  # raises where it is malformed
    has_own_settings = has_settings_of_its_own(os.environ, Path.cwd())
    if not campaign.sandbox and (is_key_set() or not has_own_settings):
        load_settings()
    check_lasting(campaign.output)
    plan = None
    if known_output(campaign) and not has_own_settings:
        # Whoever keeps a server of their own wants to see every run there; otherwise one that has nothing to do needs
        # none, and is over before a server would have started.
        plan = plan_campaign(campaign)
        claim_output(plan)
        result = finished_result(plan)
        if result is not None:
            with callbacks_told(plan):
                print_finished(Screen(), with_takes(plan, store_of(plan)), result)
            return result.exit_code
    return carry_out(campaign, start_embedded_server(), plan)


def carry_out(campaign: Campaign, server: EmbeddedServer | None, plan: Plan | None) -> int:
    """Run the flow of `campaign` with the terminal as its reporter."""
    import_prefect()
    from httpx import HTTPError  # noqa: PLC0415  Prefect's engine is imported while its server starts
    from prefect.exceptions import PrefectException  # noqa: PLC0415

    from flows.campaign import campaign as flow  # noqa: PLC0415
    from flows.prefect_server.stored_key import load_run_settings  # noqa: PLC0415

    quieten()
    plan = plan or plan_campaign(campaign)
    terminal = Terminal(plan)
    claim_output(plan)
    if server is not None:
        server.wait_until_ready()
    with callbacks_told(plan), watched_by(terminal), closing(terminal):
        try:
            if not campaign.sandbox:
                asyncio.run(load_run_settings())  # a key that is nowhere is told before there is a run
            result: CampaignResult = asyncio.run(flow(**dict(campaign.told())))
        except (HTTPError, PrefectException) as error:
            return without_server(terminal, error)
        except NotCompleted as told:
            return told.result.exit_code
        except KeyboardInterrupt:
            raise Interrupted("The run was interrupted" if campaign.sandbox else LEFT) from None
    return result.exit_code


def without_server(terminal: Terminal, error: Exception) -> int:
    """The exit code of a run whose end Prefect's server did not hear of, or whose beginning."""
    if terminal.result is None:
        raise ServerNotStarted(f"Prefect's server failed, and with it the run; run again: {error}") from error
    stopped = terminal.result.stopped_because
    said = f"[red]Stopped:[/] {escape(stopped)}" if stopped else f"[yellow]Note:[/] {SERVER_GONE}"
    Screen(soft_wrap=True).print(said)
    return terminal.result.exit_code
