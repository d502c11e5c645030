"""What a person sees of a run that is interrupted."""

import asyncio
import logging
import os
import signal

import pytest

from flows.terminal import Terminal
from tasks.errors import Interrupted
from tests.outside import a_plan


def test_what_a_second_ctrl_c_cuts_off_is_no_fault(caplog: pytest.LogCaptureFixture):
    """It is meant to be: no traceback of a flow that was about to say that it was interrupted."""
    terminal = Terminal(a_plan("tea"))

    async def run() -> None:
        interruption = asyncio.create_task(terminal.interruption())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGINT)
        await interruption
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise Interrupted("The run was interrupted") from None

    with caplog.at_level(logging.INFO), pytest.raises(KeyboardInterrupt):
        asyncio.run(run())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
