"""The pause that the API has asked for."""

import asyncio
import random


class Pause:
    """Holds every request back while the API has asked for a pause, so that ten lanes don't ask ten times."""

    def __init__(self) -> None:
        self._over_at = 0.0

    def ask_for(self, wait_s: float) -> None:
        """No request leaves for `wait_s` seconds from now."""
        self._over_at = max(self._over_at, asyncio.get_running_loop().time() + wait_s)

    async def wait(self) -> None:
        """Return when the pause is over; a little later for each, so that they don't all come at once."""
        while (left := self._over_at - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110  it ends with time
            await asyncio.sleep(left + random.uniform(0, min(1.0, 0.1 * left)))  # noqa: S311
