"""Lost readings: the progress message of a dead process says so, and how to try again."""

import logging
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.operations.follow import is_direct
from bot.operations.services import Services
from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    BotRefused,
    MessageCallFailed,
    MessageGone,
    MessageRefused,
    ScopeMissing,
    SlackRateLimited,
    make_reply_key,
)
from bot.store.records import drafts, long_readings, notices
from bot.store.records.long_readings import LongReading
from bot.store.records.notices import Notice
from bot.ui.components.lost_reading import render_reading_lost
from bot.ui.reply import Message

log = logging.getLogger(__name__)

_CLOCK_SKEW = timedelta(minutes=5)
"""How far Slack's clock may be behind when the bot looks for a message by its time."""
DRAFT_VERBS = ("create", "retry")
"""The verbs whose reading makes a draft. A worker reports the draft of a dead process too."""


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
        reported = 0
        now = services.now()
        me = services.process_id
        for reading in await services.database.run(lambda connection: long_readings.find_lost(connection, now, me)):
            if await self._report(reading):
                await services.database.run(partial(long_readings.remove, id=reading.id))
                reported += 1
        return reported

    async def _report(self, reading: LongReading) -> bool:
        """Say in the progress message that the reading is lost, or in a new message if there is none."""
        message = render_reading_lost(reading.again or "")
        try:
            place = await self._find_message(reading)
            if place is None:
                return await self._services.database.run(partial(self._send, reading=reading, message=message))
            if is_direct(place[0]):
                await self._bot_messages.update(*place, message)
                return True
            await self._delete(*place)  # others read a thread, so the person gets a message of their own
            return await self._services.database.run(partial(self._send, reading=reading, message=message))
        except (AnswerUncertain, BotRefused, SlackRateLimited):
            return False
        except MessageCallFailed as error:
            log.warning("a progress message cannot be edited: %s", error)
        return True

    async def _delete(self, channel: str, ts: str) -> None:
        try:
            await self._bot_messages.delete(channel, ts)
        except MessageGone:
            pass
        except MessageRefused as error:
            log.warning("a progress message cannot be deleted: %s", error)

    async def _find_message(self, reading: LongReading) -> tuple[str, str] | None:
        """Return where the progress message is. Its process may have died as it posted it, or before."""
        if reading.channel_id is not None and reading.ts is not None:
            return reading.channel_id, reading.ts
        channel = await self._bot_messages.open_direct_message(reading.user_id)
        oldest = (reading.started_at - _CLOCK_SKEW).timestamp()
        try:
            ts = await self._bot_messages.find(channel, make_reply_key(reading.id), oldest=oldest)
        except ScopeMissing:
            return None
        return (channel, ts) if ts is not None else None

    def _send(self, connection: Connection, reading: LongReading, message: Message) -> bool:
        """Enqueue a notice to the person, unless a notice about the draft that the reading made says the same."""
        now = self._services.now()
        makes_draft = (reading.again or "").startswith(DRAFT_VERBS)
        if not (makes_draft and drafts.was_begun(connection, reading.user_id, reading.started_at)):
            payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
            user = reading.user_id
            notice = Notice(f"reading:{reading.id}", None, "act", user, (user,), now, payload)
            notices.send(connection, self._services.enqueue, notice)
        return True
