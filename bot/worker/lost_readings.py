"""Lost readings: the progress message of a dead process says so, and how to try again."""

import logging
from functools import partial

from bot.operations.services import Services
from bot.slack.bot_messages import AnswerUncertain, BotMessages, BotRefused, MessageCallFailed, SlackRateLimited
from bot.store.records import long_readings
from bot.store.records.long_readings import LongReading
from bot.ui.components.lost_reading import render_reading_lost

log = logging.getLogger(__name__)


class LostReadings:
    """Reports readings whose process died."""

    def __init__(self, services: Services, bot_messages: BotMessages) -> None:
        self._services = services
        self._bot_messages = bot_messages

    async def report_lost(self) -> int:
        """Edit the progress message of each lost reading, and delete the reading; return how many.

        What Slack does not accept now is retried later. Raises StoreUnavailable.
        """
        services = self._services
        told = 0
        now = services.now()
        me = services.process_id
        for reading in await services.database.run(lambda connection: long_readings.find_lost(connection, now, me)):
            if await self._report(reading):
                await services.database.run(partial(long_readings.remove, id=reading.id))
                told += 1
        return told

    async def _report(self, reading: LongReading) -> bool:
        if reading.channel_id is None or reading.ts is None:
            return False  # its process died as it posted; the record answers a press on Stop
        try:
            await self._bot_messages.update(reading.channel_id, reading.ts, render_reading_lost(reading.again or ""))
        except (AnswerUncertain, BotRefused, SlackRateLimited):
            return False
        except MessageCallFailed as error:
            log.warning("a progress message cannot be edited: %s", error)
        return True
