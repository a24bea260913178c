"""Readings that were left: the progress message of a process that died says so, and how to ask again."""

import logging
from functools import partial

from bot.operations.services import Services
from bot.slack.bot_messages import AnswerUncertain, BotMessages, MessageCallFailed, SlackRateLimited
from bot.store.records import long_readings
from bot.store.records.long_readings import LongReading
from bot.ui.components.lost_reading import render_reading_lost

log = logging.getLogger(__name__)


class LostReadings:
    """Looks after readings that nobody is at."""

    def __init__(self, services: Services, posting: BotMessages) -> None:
        self._services = services
        self._posting = posting

    async def report_lost(self) -> int:
        """Put the truth into each message, and forget its reading; say how many. What Slack does not take comes again.

        Raises StoreUnavailable.
        """
        services, told = self._services, 0
        now, me = services.now(), services.process_id
        for reading in await services.database.run(lambda connection: long_readings.find_lost(connection, now, me)):
            if await self._is_told(reading):
                await services.database.run(partial(long_readings.remove, id=reading.id))
                told += 1
        return told

    async def _is_told(self, reading: LongReading) -> bool:
        if reading.channel_id is None or reading.ts is None:
            return False  # it died as it posted: a press on Stop is answered as long as the record is there
        try:
            await self._posting.update(reading.channel_id, reading.ts, render_reading_lost(reading.again or ""))
        except (AnswerUncertain, SlackRateLimited):
            return False
        except MessageCallFailed as error:
            log.warning("a progress message is left as it was: %s", error)
        return True
