"""Why requests of a batch that has ended failed, and what it cost: read once, for whoever is told that it ended."""

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
"""Seconds; a file of 100,000 results takes some two. The end is told without details rather than late."""


_NOBODY = Caller(UserId(""), TeamId(""), None)
"""Who reads where nobody asked: the bot itself, which no card and no question mentions."""


class FailureDetails:
    """Reads results because they are to be told of."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, batch: MessageBatch) -> Sequence[str]:
        """Return lines for a notice; none where the results cannot be read now."""
        if not batch.is_readable(self._services.now()):
            return ()
        try:
            async with asyncio.timeout(PATIENCE):
                fetched = await cached_summary(self._services, batch)
                fetched = fetched or await read_results(self._services, batch, _NOBODY, Progress())
        except (ExpectedError, TimeoutError) as error:
            log.warning("the end of %s is told without causes and cost: %s", batch.id, type(error).__name__)
            return ()
        return detail_lines(fetched.summary)
