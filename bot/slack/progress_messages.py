"""The progress of a long reading, shown where its answer will be.

After a command in a channel, and after a press on a message that others read, it is one private line, which Slack lets
no one edit. In place of a private message whose button was pressed it counts, a few times, and so it does in a modal;
the answer replaces it there. In direct messages, and in the thread of a mention, it is a message that counts and is
deleted at the end.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

from msgspec import Struct

from bot.caller import Caller
from bot.operations.progress import Phase, Progress
from bot.operations.services import Services
from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    BotRefused,
    MessageCallFailed,
    MessageGone,
    MessageRefused,
    SlackRateLimited,
    make_reply_key,
)
from bot.store.db.database import StoreUnavailable
from bot.store.records import long_readings
from bot.store.records.long_readings import LongReading, make_reading_id
from bot.ui.components.progress import render_progress, render_progress_line
from bot.ui.reply import Message

log = logging.getLogger(__name__)

_SLOWER = 4
"""How many times longer each edit of a private message waits than the one before."""


class ProgressTiming(Struct, frozen=True):
    """Seconds: before a reading is shown, between two edits, and between two checks whether someone stopped it.

    `end_delays`: before each further try to delete the message at the end. Nothing would delete it later.

    chat.update allows about 50 calls a minute for a whole workspace (docs.slack.dev, rate limits), so messages that
    are shown at the same time share the edits of one.
    """

    show_after: float = 2.0
    edit_interval: float = 2.0
    poll_interval: float = 0.5
    end_delays: tuple[float, ...] = (1.0, 5.0, 20.0, 60.0)


class ProgressPlace(Struct, frozen=True):
    """Where an answer will be. `show` shows a message there, and returns whether it did. `can_edit`: also again.

    `is_message`: it is the private message whose button was pressed. Its response_url takes five posts in all
    (docs.slack.dev, interaction), so it is edited ever more rarely.
    """

    show: Callable[[Message], Awaitable[bool]]
    can_edit: bool
    is_message: bool = False


class ProgressThread(Struct, frozen=True):
    """The thread of a mention of the bot."""

    channel: str
    ts: str


class ProgressMessages:
    """Shows long readings, and stops one when its caller asks. The reading goes on if anything here fails."""

    def __init__(self, messages: BotMessages, services: Services, timing: ProgressTiming = ProgressTiming()) -> None:
        self._messages = messages
        self._services = services
        self._timing = timing
        self._under_way: set[Progress] = set()
        self._shown: set[_ProgressMessage] = set()

    def stop_all(self) -> None:
        """Stop every reading, because the process is about to end."""
        for progress in self._under_way:
            progress.stop(closing=True)

    async def show(
        self, progress: Progress, caller: Caller, place: ProgressPlace | ProgressThread | None = None
    ) -> None:
        """Show a reading from the moment it takes long until it has ended. Raises nothing.

        Without a place, or if that shows nothing, it is shown in the caller's direct messages.
        """
        self._under_way.add(progress)
        message = _ProgressMessage(self._messages, self._services, self._timing, progress, self._shown)
        try:
            await message.record_start(caller)
            has_ended = await progress.wait_for_end(self._timing.show_after)
            if has_ended or (isinstance(place, ProgressPlace) and await message.run_in_place(place)):
                return
            await message.run(caller, place if isinstance(place, ProgressThread) else None)
        except Exception:
            log.exception("cannot show the progress of a reading")
        finally:
            self._under_way.discard(progress)
            await message.remove_record()


class _ProgressMessage:
    """One progress message. `shown` holds every message that is shown now, and shares their edits."""

    def __init__(
        self,
        messages: BotMessages,
        services: Services,
        timing: ProgressTiming,
        progress: Progress,
        shown: "set[_ProgressMessage]",
    ) -> None:
        self._messages = messages
        self._services = services
        self._timing = timing
        self._progress = progress
        self._shown = shown
        self._database = services.database
        self._id: str | None = make_reading_id()
        self._key = make_reply_key(self._id)
        self._started = time.monotonic()
        self._last_shown = progress.reading
        self._posted_to: tuple[str, str | None] = ("", None)  # a person, or a channel and a thread
        self._place: tuple[str, str] | None = None  # channel and ts of the message
        self._is_in_doubt = False  # the message may be there, and its place is unknown
        self._recorded: tuple[tuple[str, str], str] | None = None  # the place and the command, as the store has them

    async def record_start(self, caller: Caller) -> None:
        """Record the reading and its command, so that another process can report it if this one dies."""
        services = self._services
        reading = LongReading(
            self._id or "",
            caller.user,
            caller.team,
            services.now(),
            held_by=services.process_id,
            again=self._progress.retry_command,
        )
        if not await self._write(self._database.run(lambda connection: long_readings.add(connection, reading))):
            self._id = None  # without the record, the Stop button would find nothing

    async def remove_record(self) -> None:
        """Remove the record of the reading, which has ended."""
        if (reading_id := self._id) is not None:
            await self._write(self._database.run(lambda connection: long_readings.remove(connection, reading_id)))

    async def run_in_place(self, place: ProgressPlace) -> bool:
        """Show the reading where its answer will be until it ends; False if that place shows nothing."""
        if not await self._show_in(place):
            return False
        if place.can_edit:
            self._shown.add(self)
        try:
            edit = (lambda: self._show_in(place)) if place.can_edit else None
            await self._edit_until_end(edit, slower=_SLOWER if place.is_message else 1)
        finally:
            self._shown.discard(self)
        return True

    async def _show_in(self, place: ProgressPlace) -> bool:
        """Show the reading, unless it has ended meanwhile: its answer must be the last that appears."""
        async with self._progress.display:
            if self._progress.phase is not Phase.UNDER_WAY:
                return True
            if not place.can_edit:
                return await place.show(render_progress_line(self._progress.reading, self._id))
            is_shown = await place.show(self._render(will_be_replaced=place.is_message))
            self._progress.is_in_place |= is_shown and place.is_message
            return is_shown

    async def run(self, caller: Caller, thread: ProgressThread | None = None) -> None:
        """Post the message, edit it until the reading ends, and delete it: the answer says how it ended.

        What Slack refuses in a thread goes to direct messages.
        """
        self._shown.add(self)
        try:
            if thread is not None:
                await self._post(thread.channel, thread.ts)
            if self._place is None and not self._is_in_doubt:
                await self._post(caller.user)
            await self._record_place()
            await self._edit_until_end(self._try_edit)
        finally:
            self._shown.discard(self)
            await self._remove()

    async def _edit_until_end(
        self, edit: Callable[[], Coroutine[None, None, object]] | None, *, slower: int = 1
    ) -> None:
        """Stop the reading if its caller asks, and show how far it got with `edit`; each time `slower` than before."""
        edited = time.monotonic()
        interval = self._timing.edit_interval * slower
        editing: asyncio.Task[object] = asyncio.create_task(asyncio.sleep(0))
        try:
            while not await self._progress.wait_for_end(self._timing.poll_interval):
                await self._record_place()
                if await self._is_stopped():
                    self._progress.stop()
                due = time.monotonic() - edited >= interval * len(self._shown)
                changed = self._progress.reading != self._last_shown
                if due and changed and editing.done() and edit is not None:
                    edited = time.monotonic()
                    interval *= slower
                    # In a task, because Slack may delay an edit for a minute and Stop has to work meanwhile.
                    editing = asyncio.create_task(edit())
        finally:
            await editing

    async def _post(self, channel: str, thread_ts: str | None = None) -> None:
        """Post the message. If its answer is lost and it is not found, it may be there all the same."""
        self._posted_to = (channel, thread_ts)
        try:
            self._place = await self._messages.post_once(channel, self._render(), self._key, thread_ts)
        except MessageCallFailed as error:
            log.warning("cannot show a progress message: %s", error)
            self._is_in_doubt = isinstance(error, AnswerUncertain)

    async def _edit(self) -> None:
        if self._place is not None:
            await self._messages.update(*self._place, self._render())

    async def _try_edit(self) -> None:
        try:
            await self._edit()
        except MessageCallFailed as error:
            log.warning("cannot edit a progress message: %s", error)

    async def _remove(self) -> None:
        """Delete the message, and keep trying where that may still succeed. A report that it is lost stays."""
        if await self._is_reported_lost():
            return
        for delay in (*self._timing.end_delays, None):
            try:
                if self._is_in_doubt:
                    await self._find()
                await self._delete_or_end()
                return
            except (AnswerUncertain, SlackRateLimited) as error:
                if delay is None:
                    log.error("a progress message stays after its reading ended: %s", error)
                    return
                log.warning("cannot delete a progress message, retrying: %s", error)
                await asyncio.sleep(delay)
            except MessageCallFailed as error:
                log.warning("cannot delete a progress message: %s", error)
                return

    async def _is_reported_lost(self) -> bool:
        """Return whether another process took this one for dead, and turned the message into its report."""
        reading_id = self._id
        if reading_id is None:
            return False
        try:
            return await self._database.run(lambda connection: long_readings.get(connection, reading_id)) is None
        except StoreUnavailable:
            return False

    async def _delete_or_end(self) -> None:
        """Delete the message. In a workspace whose rules forbid that, show how the reading ended."""
        if self._place is None:
            return
        try:
            await self._messages.delete(*self._place)
        except MessageGone:
            pass  # an earlier call whose answer was lost deleted it, or its reader did
        except (BotRefused, MessageRefused) as error:
            log.warning("cannot delete a progress message, so it shows the end: %s", error)
            await self._edit()

    async def _find(self) -> None:
        """Look for the message whose posting was not answered."""
        place, thread_ts = self._posted_to
        channel = place if thread_ts is not None else await self._messages.open_direct_message(place)
        found = await self._messages.find(channel, self._key, thread_ts)
        self._place = (channel, found) if found is not None else None
        self._is_in_doubt = False

    def _render(self, *, will_be_replaced: bool = False) -> Message:
        seconds = time.monotonic() - self._started
        self._last_shown = self._progress.reading
        return render_progress(
            self._last_shown, self._progress.phase, seconds, self._id, will_be_replaced=will_be_replaced
        )

    async def _record_place(self) -> None:
        """Record the message and the command, so that another process can report the reading in the message."""
        reading_id = self._id
        place = self._place
        command = self._progress.retry_command
        if reading_id is None or place is None or self._recorded == (place, command):
            return
        self._recorded = (place, command)
        await self._write(
            self._database.run(lambda connection: long_readings.set_message(connection, reading_id, *place, command))
        )

    async def _is_stopped(self) -> bool:
        reading_id = self._id
        if reading_id is None:
            return False
        try:
            return await self._database.run(lambda connection: long_readings.is_stopped(connection, reading_id))
        except StoreUnavailable:
            return False

    async def _write(self, work: Coroutine[None, None, None]) -> bool:
        try:
            await work
        except StoreUnavailable:
            log.warning("cannot write the record of a reading", exc_info=True)
            return False
        return True
