"""Asks the receiver of webhooks which generations are done, as long as a run waits for some.

It only says where to look first: what is not heard, or heard wrongly, costs at most a poll, and a receiver that is away
costs nothing. The question waits at the receiver until there is an answer, so a run needs no address of its own.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from tasks.api.connection import read_body, reason
from tasks.callbacks.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, Secrets, sign
from tasks.webhooks.news import News, done_url, question, read_news

ANSWER_MAX_BYTES: Final = 1_000_000
TIMEOUT_S: Final = 20.0
"""The receiver waits for five seconds at most; the rest is the way there and back."""
REST_S: Final = 0.1
"""Between an answer that tells something and the next question."""
IDLE_REST_S: Final = 1.0
"""From a question to the next, where the answer tells nothing: one that does not wait is not asked all the time."""
AWAY_S: Final = (2.0, 60.0)
"""So long the receiver is left alone after it did not answer, then twice as long each time, up to the other."""


class NotTold(Exception):
    """The receiver does not say what is done; the sentence says why."""


@dataclass(frozen=True)
class Receiver:
    """Whoever takes the webhooks of this run."""

    http: httpx.AsyncClient
    webhook_url: str
    secrets: Secrets | None

    async def news(self, since: int | None, timeout_s: float = TIMEOUT_S) -> News:
        """What has come after the number that an earlier answer named, or lately. Raises NotTold."""
        text = "" if since is None else str(since)
        url = httpx.URL(done_url(self.webhook_url)).copy_merge_params({"since": text} if text else {})
        try:
            async with (
                asyncio.timeout(timeout_s),
                self.http.stream("GET", url, headers=self._headers(text), follow_redirects=False) as answer,
            ):
                status, body = answer.status_code, await read_body(answer, ANSWER_MAX_BYTES)
            news = read_news(body) if status == httpx.codes.OK else None
        except Exception as error:  # whatever it is, images are looked for without it
            raise NotTold(reason(error)) from error
        if news is None:
            raise NotTold(f"it answers {status}{_HELP.get(status, '')}")
        return news

    @property
    def host(self) -> str:
        """What a person is shown of the address, whose rest may hold a token."""
        return urlsplit(self.webhook_url).hostname or ""

    def note(self, why: NotTold) -> str:
        """What a person is told of it."""
        return f"the receiver of webhooks ({self.host}) does not tell which images are done, so polls alone do: {why}"

    def _headers(self, since: str) -> dict[str, str]:
        if self.secrets is None:
            return {}
        id_, now = uuid.uuid4().hex, int(time.time())
        signature = sign(self.secrets, id_, now, question(since))
        return {ID_HEADER: id_, TIMESTAMP_HEADER: str(now), SIGNATURE_HEADER: signature}


_HELP: Final = {
    401: "; CALLBACK_SECRET must be the same here and there, and the clocks within five minutes",
    404: "; IDEOGRAM_WEBHOOK_URL must be the address at which the receiver takes webhooks",
}


async def hear(receiver: Receiver, tell: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """`tell` each generation that is done, until cancelled; `warn` once each time that the receiver falls silent."""
    clock = asyncio.get_running_loop().time
    since: int | None = None
    away_s = 0.0
    while True:
        asked_at = clock()
        try:
            news = await receiver.news(since)
        except NotTold as why:
            if not away_s:
                warn(receiver.note(why))
            away_s = min(max(2 * away_s, AWAY_S[0]), AWAY_S[1])
            await asyncio.sleep(away_s)
            continue
        for generation_id in news.done:
            tell(generation_id)
        is_idle = since is not None and not news.done
        since, away_s = news.next, 0.0
        await asyncio.sleep(max(REST_S, IDLE_REST_S - (clock() - asked_at)) if is_idle else REST_S)
