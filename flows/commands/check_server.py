"""Prefect's server, and the block that tells people how a campaign ended: looked at before there is a run."""

import asyncio
from collections.abc import Mapping

from flows.commands.finding import Findings
from flows.prefect_server.embedded_server import check_home
from flows.prefect_server.named_server import reach
from flows.prefect_server.prefect_home import prefect_home
from tasks.api.settings import load_notification_block
from tasks.records.fault import without_secrets

WITHIN_S = 10.0


def check_server(findings: Findings, server: str | None, env: Mapping[str, str]) -> None:
    """The one that is named, or whether one can be started. Raises ServerNotStarted."""
    if server is None:
        home = prefect_home(env)
        check_home(home)
        findings.add("right", "prefect", f"no server is named; the command starts one, with its database in {home}")
        return
    reach(server)
    findings.add("right", "prefect", f"the server at {without_secrets(server)} answers")


def check_notification(findings: Findings, server: str | None) -> None:
    """Whether the block is there that the environment names. What its failure says may be secret, and is not told."""
    name = load_notification_block()
    if name is None:
        findings.add("note", "notification", "CAMPAIGN_NOTIFY is not set: nobody is told how a campaign ends")
    elif server is None:
        findings.add("note", "notification", f"{name} is not looked for: no Prefect server is named (PREFECT_API_URL)")
    else:
        problem = asyncio.run(why_unusable(name))
        used = f"CAMPAIGN_NOTIFY={name}"
        if problem:
            findings.add("wrong", "notification", f"{used} {problem}; nobody would be told")
        else:
            findings.add("right", "notification", f"{used} is there")


async def why_unusable(name: str) -> str:
    """Why a block notifies nobody, as the end of a sentence; empty where it does."""
    from prefect.blocks.abstract import NotificationBlock  # noqa: PLC0415  whoever names a server waits for it anyway
    from prefect.blocks.core import Block  # noqa: PLC0415

    try:
        async with asyncio.timeout(WITHIN_S):
            block = await Block.aload(name)
    except Exception as error:  # noqa: BLE001  each kind of block has its own
        return f"cannot be loaded ({type(error).__name__}); it is written KIND/NAME, as Prefect lists its blocks"
    return "" if isinstance(block, NotificationBlock) else "is no notification block"
