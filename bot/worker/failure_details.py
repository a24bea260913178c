"""Why requests of an ended batch failed, and what it cost. The results are read once, for all notices of the end."""

import asyncio
import logging
from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.caller import Caller, TeamId, UserId
from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.operations.read_results import cached_summary, read_results
from bot.operations.services import Services
from bot.ui.notices.notice import detail_lines

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds; 100,000 results take about two. A notice without details is better than a late one."""


_THE_BOT = Caller(UserId(""), TeamId(""), None)
"""The caller when no one asked: the bot itself. No card and no question mentions it."""


class FailureDetails:
    """Reads the results of a batch for its notices. `shows_causes` False: not everyone may read why requests failed."""

    def __init__(self, services: Services, *, shows_causes: bool) -> None:
        self._services = services
        self._shows_causes = shows_causes

    async def __call__(self, batch: MessageBatch, *, with_causes: bool = True) -> Sequence[str]:
        """Return lines for a notice; none if the results cannot be read now.

        `with_causes` False: some who read this notice may not read why requests failed.
        """
        if not batch.is_readable(self._services.now()):
            return ()
        try:
            async with asyncio.timeout(PATIENCE):
                fetched = await cached_summary(self._services, batch)
                fetched = fetched or await read_results(self._services, batch, _THE_BOT, Progress())
        except (ExpectedError, TimeoutError) as error:
            reason = str(error) or f"they took longer than {PATIENCE:g} s"
            log.warning("the notice of the end of %s has no causes and no cost: %s", batch.id, reason)
            return ()
        return detail_lines(fetched.summary, with_causes=with_causes and self._shows_causes)
