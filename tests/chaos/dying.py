"""The real command, killed by SIGKILL at a named point: `dying.py MODULE:NAME:before|after:COUNT OPTIONS...`.

`tasks.ledger.ledger:Ledger.intend:after:3` ends the process when the third intent is on the storage.
"""

import functools
import importlib
import inspect
import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flows.commands.campaign_command import main


def deadly(real: Callable[..., Any], when: str, count: int) -> Callable[..., Any]:
    """`real`, whose `count`-th call is the last thing that this process does, or the last but it."""
    calls = itertools.count(1)

    @contextmanager
    def counted() -> Iterator[None]:
        is_last = next(calls) == count
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(real)
    def call(*args: Any, **kwargs: Any) -> Any:
        with counted():
            return real(*args, **kwargs)

    @functools.wraps(real)
    async def acall(*args: Any, **kwargs: Any) -> Any:
        with counted():
            return await real(*args, **kwargs)

    return acall if inspect.iscoroutinefunction(real) else call


def arm(point: str) -> None:
    """Put death at `point`."""
    module, name, when, count = point.split(":")
    *path, last = name.split(".")
    owner = functools.reduce(getattr, path, importlib.import_module(module))
    setattr(owner, last, deadly(getattr(owner, last), when, int(count)))


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
