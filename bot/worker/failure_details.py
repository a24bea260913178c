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
from bot.results.totals import add_up_summaries
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

    async def __call__(self, batches: Sequence[MessageBatch], *, with_causes: bool = True) -> Sequence[str]:
        """Return lines for a notice about one batch, or about the parts of a file; none if they cannot be read now.

        `with_causes` False: some who read this notice may not read why requests failed.
        """
        if not all(batch.is_readable(self._services.now()) for batch in batches):
            return ()
        summaries = []
        try:
            async with asyncio.timeout(PATIENCE * len(batches)):
                for batch in batches:
                    fetched = await cached_summary(self._services, batch)
                    fetched = fetched or await read_results(self._services, batch, _THE_BOT, Progress())
                    summaries.append(fetched.summary)
        except (ExpectedError, TimeoutError) as error:
            reason = str(error) or f"they took longer than {PATIENCE:g} s"
            log.warning("the notice of the end of %s has no causes and no cost: %s", batches[0].id, reason)
            return ()
        return detail_lines(add_up_summaries(summaries), with_causes=with_causes and self._shows_causes)
