"""The progress message of a long reading: one, in the caller's messages with the bot, edited in place."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine

from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller
from bot.operations.progress import Phase, Progress
from bot.operations.services import Services
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.store.db.database import StoreUnavailable
from bot.store.records import long_readings
from bot.store.records.long_readings import LongReading
from bot.ui.components.progress import render_progress
from bot.ui.reply import Message

log = logging.getLogger(__name__)


class ProgressTiming(Struct, frozen=True):
    """Seconds: how long a work takes before it is shown, between two edits, and between two looks for a stop.

    chat.update takes some 50 calls a minute of a whole workspace (docs.slack.dev, rate limits): works that are shown
    beside each other share the edits of one.
    """

    show_after: float = 2.0
    edit_interval: float = 2.0
    poll_interval: float = 0.5


class ProgressMessages:
    """Shows what takes long, and hears of a stop; whatever fails here, the work itself goes on."""

    def __init__(self, client: AsyncWebClient, services: Services, timing: ProgressTiming = ProgressTiming()) -> None:
        self._client = client
        self._services = services
        self._timing = timing
        self._under_way: set[Progress] = set()
        self._shown: set[_Shown] = set()

    def stop_all(self) -> None:
        """Stop every reading, because the process is about to end."""
        for progress in self._under_way:
            progress.stop(closing=True)

    async def show(self, progress: Progress, caller: Caller) -> None:
        """Show a work from the moment it takes long until it has ended; raises nothing."""
        self._under_way.add(progress)
        try:
            if not await progress.ended_within(self._timing.show_after):
                await _Shown(self._client, self._services, self._timing, progress, self._shown).run(caller)
        except Exception:
            log.exception("the progress of a reading could not be shown")
        finally:
            self._under_way.discard(progress)


class _Shown:
    """One progress message; `beside` are those shown now."""

    def __init__(
        self,
        client: AsyncWebClient,
        services: Services,
        timing: ProgressTiming,
        progress: Progress,
        beside: "set[_Shown]",
    ) -> None:
        self._client, self._services, self._timing, self._progress = client, services, timing, progress
        self._database = services.database
        self._beside = beside
        self._id: str | None = secrets.token_hex(8)
        self._started = time.monotonic() - timing.show_after
        self._told = progress.reading
        self._place: tuple[str, str] | None = None  # channel and ts of the message
        self._noted: str | None = None  # what the record says that spells it again

    async def run(self, caller: Caller) -> None:
        if not await self._in_store(self._begin(caller)):
            self._id = None  # without the record a press on Stop would find nothing
        self._beside.add(self)
        try:
            await self._show(lambda: self._post(caller))
            await self._note()
            await self._follow()
        finally:
            self._beside.discard(self)
            if self._place is not None:
                await self._show(self._edit)
            if self._id is not None:
                await self._in_store(
                    self._database.run(lambda connection: long_readings.end(connection, self._id or ""))
                )

    async def _follow(self) -> None:
        edited, editing = time.monotonic(), asyncio.create_task(asyncio.sleep(0))
        try:
            while not await self._progress.ended_within(self._timing.poll_interval):
                await self._note()
                if await self._is_stopped():
                    self._progress.stop()
                due = time.monotonic() - edited >= self._timing.edit_interval * len(self._beside)
                if due and editing.done() and self._place is not None and self._progress.reading != self._told:
                    edited = time.monotonic()
                    # Beside the look for a stop: Slack may keep an edit waiting for a minute.
                    editing = asyncio.create_task(self._show(self._edit))
        finally:
            await editing

    async def _post(self, caller: Caller) -> None:
        message = self._message()
        posted = await self._client.chat_postMessage(
            channel=caller.user, text=message.text, blocks=[dict(block) for block in message.blocks]
        )
        self._place = (posted["channel"], posted["ts"])

    async def _edit(self) -> None:
        assert self._place is not None  # noqa: S101 - edited only after it was posted
        (channel, ts), message = self._place, self._message()
        await self._client.chat_update(
            channel=channel, ts=ts, text=message.text, blocks=[dict(block) for block in message.blocks]
        )

    async def _show(self, call: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await call()
        except SLACK_ERRORS as error:
            log.warning("a progress message could not be shown: %s", describe_error(error))
            if self._progress.phase is not Phase.UNDER_WAY:
                await self._last_try(call)

    async def _last_try(self, call: Callable[[], Coroutine[None, None, None]]) -> None:
        """The final state is worth a second try: nothing comes after it that would put it right."""
        try:
            await call()
        except SLACK_ERRORS as error:
            log.error("a progress message is left as it was: %s", describe_error(error))

    def _message(self) -> Message:
        seconds, self._told = time.monotonic() - self._started, self._progress.reading
        return render_progress(self._told, self._progress.phase, seconds, self._id)

    def _begin(self, caller: Caller) -> Coroutine[None, None, None]:
        services = self._services
        reading = LongReading(self._id or "", caller.user, caller.team, services.now(), held_by=services.process_id)
        return self._database.run(lambda connection: long_readings.begin(connection, reading))

    async def _note(self) -> None:
        """Record where the message stands and what spells it again, for whoever finds that this process has died."""
        id, place, again = self._id, self._place, self._progress.again
        if id is None or place is None or self._noted == again:
            return
        self._noted = again
        await self._in_store(self._database.run(lambda connection: long_readings.show(connection, id, *place, again)))

    async def _is_stopped(self) -> bool:
        id = self._id
        if id is None:
            return False
        try:
            return await self._database.run(lambda connection: long_readings.is_stopped(connection, id))
        except StoreUnavailable:
            return False

    async def _in_store(self, work: Coroutine[None, None, None]) -> bool:
        try:
            await work
        except StoreUnavailable:
            log.warning("the record of a reading could not be written", exc_info=True)
            return False
        return True
