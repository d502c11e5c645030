"""The command line of `python flows/campaign.py --check`: all that can be known before anything is paid."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import Field

from flows.campaign_run.before_run import check_lasting
from flows.commands.answer import answer
from flows.commands.ask_beforehand import command_settings, named_server
from flows.commands.campaign_command import COMMAND
from flows.commands.check_server import check_notification, check_server
from flows.commands.check_signing import check_signing
from flows.commands.check_webhooks import check_webhooks
from flows.commands.finding import Findings
from flows.commands.options import Command
from flows.commands.screen import Screen
from sandbox.server import SandboxNotStarted
from tasks.api.ideogram import IdeogramClient
from tasks.api.usage import usage_between
from tasks.callbacks.callback_settings import UNSIGNED_NOTE, load_callback_settings
from tasks.callbacks.undialled import undialled_notes
from tasks.errors import CampaignStopped, CreditsExhausted, ImageRefused, NotAccepted, RequestRejected
from tasks.planning.called_hosts import hosts_of
from tasks.planning.prices import priced, read_prices
from tasks.planning.quoted_plan import name_of, to_ask
from tasks.planning.request_rules import build_request
from tasks.records.campaign import Campaign
from tasks.records.models import OFFERS
from tasks.records.money import usd
from tasks.records.plan import Plan
from tasks.records.quote import Quote
from tasks.records.request import GenerationRequest
from tasks.reporting.summarize import headline
from tasks.running.begin_run import NO_REMOVAL, WEAK_STORAGE
from tasks.running.claim_folder import told_of_folder
from tasks.running.plan_retry import plan_dry_run
from tasks.storage.public_address import VARIABLE, public_base
from tasks.storage.storage import CampaignStore

PROBED: Final = ".ideogram-campaigns-check"
"""A folder below the output, for as long as the storage is tried."""
BALANCE_UNKNOWN: Final = (
    "how much is left cannot be asked; a key whose balance came to zero is refused, and this one is not. An account "
    "that never had credit is told so by its first image (402), which costs nothing"
)


WITHOUT_PICTURES: Final = {"style_reference": None, "character_reference": None}


class Checkup(Campaign):
    """What is to be checked: a campaign as it would be started, or none in particular."""

    matrix: str = Field(default="", title="Matrix")
    """Path or URL of the campaign matrix, to be checked as well."""
    check: bool = Field(default=True, title="Check")
    """Look at key, balance, storage, callbacks, webhooks, notification and Prefect's server, and say what is wrong; it
    costs nothing."""


CHECK: Final = Command(
    typed=COMMAND.typed,
    asked=Checkup,
    says="Look at all that a campaign needs, with the options that it would be started with; pays nothing, and the "
    "matrix may be left out.",
    epilogue="Exit codes: 0 all right, 2 something is to be mended, 130 interrupted.",
    first="matrix",
    fields=COMMAND.fields,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(CHECK, run, arguments, also=(SandboxNotStarted,))


def run(wanted: Checkup) -> int:
    """Look at one thing after the other, and tell of each; none keeps another from being looked at."""
    findings = Findings(Screen(stderr=False))
    plan = None
    if wanted.matrix:
        with findings.of("matrix"):
            plan = check_matrix(findings, wanted)
    with findings.of("key"):
        asyncio.run(check_key(findings, wanted, plan))
    with findings.of("storage"):
        check_storage(findings, wanted.output)
    with findings.of("callbacks"):
        check_callbacks(findings, wanted, plan)
    with findings.of("signature"):
        check_signing(findings)
    with findings.of("page"):
        if base := public_base():
            findings.add("right", "page", f"{VARIABLE}: pages are told as below {base}")
    server = None
    with findings.of("prefect"):
        server = named_server()
        check_server(findings, server, os.environ)
    with findings.of("notification"):
        check_notification(findings, server)
    return findings.exit_code()


def check_matrix(findings: Findings, wanted: Checkup) -> Plan:
    """Every fault of the matrix is raised; what stands in the way of a run in its folder is told."""
    planned = plan_dry_run(wanted)
    plan = told_of_folder(planned)
    findings.add("right", "matrix", headline(plan))
    for note in plan.notes[len(planned.notes) :]:
        findings.add("wrong", "storage", note)
    return plan


async def check_key(findings: Findings, wanted: Checkup, plan: Plan | None) -> None:
    """The key by a quote, which is free; and the balance, as far as that tells of it."""
    request = sample(wanted, plan)
    async with command_settings(wanted) as settings, IdeogramClient.open(settings) as client:
        await check_webhooks(findings, settings, client.http)
        try:
            quote = await client.quote(request)
        except (CreditsExhausted, RequestRejected, ImageRefused) as error:
            findings.add("right", "key", f"{settings.made_by} accepts it")
            findings.add("wrong", "balance" if isinstance(error, CreditsExhausted) else "request", str(error))
            return
        what = "the stand-in needs none" if wanted.sandbox else f"{settings.made_by} accepts it"
        findings.add("right", "key", f"{what}, and {quotes(quote, request)}")
        if not wanted.sandbox:
            findings.add("note", "balance", BALANCE_UNKNOWN)
            await check_bill(findings, client)


def quotes(quote: Quote, request: GenerationRequest) -> str:
    """What an image costs, and whether the price list says otherwise."""
    which = priced(request)
    listed = read_prices()[which].usd_per_image
    differs = "" if quote.usd == listed else f"; the price list says {usd(listed)}: use --quote"
    return f"quotes {usd(quote.usd)} an image of {name_of(which)}{differs}"


async def check_bill(findings: Findings, client: IdeogramClient) -> None:
    """Whether the key may read what the account has used: no campaign needs that."""
    now = datetime.now(UTC)
    try:
        await usage_between(client, now - timedelta(hours=1), now)
    except (CampaignStopped, NotAccepted) as error:
        findings.add("note", "bill", f"python flows/reconcile.py cannot compare it. {error}")
    else:
        findings.add("right", "bill", "the key may read it: python flows/reconcile.py holds it against the ledgers")


def sample(wanted: Checkup, plan: Plan | None) -> GenerationRequest:
    """A request that can be quoted: of the matrix, else of the model that rows without one have, else of 4.5."""
    for cell in to_ask(plan.cells if plan is not None else ()).values():
        if not cell.request.source_image:  # its size and quality may be there beside one only
            return cell.request.model_copy(update=WITHOUT_PICTURES)
    model = wanted.model if OFFERS[wanted.model].route == "v2" else "ideogram-4-5"
    offer = OFFERS[model]
    quality = wanted.quality if wanted.quality in offer.qualities.keys() - offer.with_source_only else None
    return build_request({"prompt": "A teapot"} | ({"quality": quality} if quality else {}), model, 0)


def check_storage(findings: Findings, output: str) -> None:
    """Tried as a run tries it: written, created a second time, read and removed."""
    check_lasting(output)
    store = CampaignStore.at(output)
    probed = store.probe(PROBED)
    if store.is_local:
        with suppress(OSError):
            Path(store.address, PROBED).rmdir()
    findings.add("right", "storage", f"{store.root} can be written and read")
    if not probed.honours_create:
        findings.add("note", "storage", WEAK_STORAGE)
    if not probed.can_remove:
        findings.add("note", "storage", NO_REMOVAL)


def check_callbacks(findings: Findings, wanted: Checkup, plan: Plan | None) -> None:
    """Whether they are signed, and whether those that the options name would be called."""
    settings, hosts = load_callback_settings(), hosts_of(wanted.callback_url or "")
    if not hosts and not (plan is not None and plan.has_callbacks):
        findings.add("note", "callbacks", "nobody is to be called back")
        return
    for note in undialled_notes(hosts, allow_private=settings.allow_private or wanted.sandbox):
        findings.add("wrong", "callbacks", note)
    if settings.secrets is None:
        findings.add("note", "callbacks", UNSIGNED_NOTE)
    else:
        findings.add("right", "callbacks", "they are signed")
