"""The parts of a worker put together, from its start to its end."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import chain, repeat

from bot.confirmations import EXECUTE
from bot.operations.services import Services
from bot.slack.bot_messages import BotMessages
from bot.slack.mentions import MentionReplacer
from bot.slack.upload import FileUploader
from bot.store.db.database import Database
from bot.store.db.retrying import retry
from bot.store.records.bulks import BULK
from bot.store.records.cards import DRAW
from bot.store.records.notices import DELIVER
from bot.store.transactions.announce import Announcer
from bot.store.transactions.begin_watch import SWEEP
from bot.store.transactions.retention import KEEP_ALL, Limits
from bot.worker.abandoned_drafts import AbandonedDrafts
from bot.worker.audit_log import AuditLog
from bot.worker.bulk import CALL_INTERVAL, AuditChannel, BulkRunner
from bot.worker.deliver_notice import NoticeDelivery
from bot.worker.digest import DigestPlan, DigestSender
from bot.worker.draw_card import CardDrawing
from bot.worker.engine import STOP_SECONDS, Engine, Work
from bot.worker.failure_details import FailureDetails
from bot.worker.home_refresh import DrawHome, HomeRefresh
from bot.worker.lost_events import LostEvents
from bot.worker.lost_readings import LostReadings
from bot.worker.maintenance import Chore, Maintenance
from bot.worker.reminders import ReminderSender
from bot.worker.rights import RightsCheck
from bot.worker.save_results import ResultsSaver
from bot.worker.settle_change import ChangeSettler
from bot.worker.slack_pacing import SlackPacing
from bot.worker.sweep import Sweep
from bot.worker.weekly_bill import WeeklyBill

log = logging.getLogger(__name__)

_PAUSES = (1, 5, 15, 30)
"""Seconds between the tries to start."""


AUDIT_LOG_INTERVAL = timedelta(seconds=5)
NOTICE_INTERVAL = timedelta(minutes=5)
"""How often reminders and the digest are checked."""
HOME_INTERVAL = timedelta(seconds=10)
"""How often Home tabs are compared with the store."""
RECOVERY_INTERVAL = timedelta(seconds=15)
"""How often the work of dead processes is checked."""


class Worker:
    """The parts of a worker in one workspace, connected. Each part can also be called by itself.

    `databases`: the store as each workspace sees it; None for a worker beside the first one of its process.
    """

    def __init__(
        self,
        services: Services,
        bot_messages: BotMessages,
        mentions: MentionReplacer,
        engine: Engine,
        pace: SlackPacing,
        uploader: FileUploader,
        rights: RightsCheck,
        *,
        feed_channel: str | None,
        shows_causes: bool = True,
        chores: Sequence[Chore],
        limits: Limits = KEEP_ALL,
        count_given_up_notice: Callable[[], None] = lambda: None,
        audit_channel: str | None = None,
        bulk_interval: timedelta = CALL_INTERVAL,
        databases: Sequence[Database] | None = (),
    ) -> None:
        self.services = services
        self.bot_messages = bot_messages
        self.mentions = mentions
        self.engine = engine
        self.pace = pace
        self.chores = chores
        workspace = services.workspace
        database = services.database
        announcer = Announcer(engine.enqueue)
        self.sweep = Sweep(workspace.batches, database, announcer, services.now, workspace.listing, feed_channel)
        details = FailureDetails(services, shows_causes=shows_causes)
        self.notices = NoticeDelivery(
            bot_messages, mentions, database, engine.enqueue, engine.worker_id, pace, details, count_given_up_notice
        )
        self.cards = CardDrawing(bot_messages, mentions, database, engine.enqueue, engine.worker_id, pace)
        self.changes = ChangeSettler(services, rights)
        saver = ResultsSaver(services, bot_messages, uploader)
        audit = None if audit_channel is None else AuditChannel(audit_channel, mentions.replace_mentions)
        self.bulks = BulkRunner(services, saver, audit, rights, pace.sleep, bulk_interval)
        resume = Chore("bulks", RECOVERY_INTERVAL, self.bulks.resume)
        self.maintenance = Maintenance(
            database, engine, services.now, (*chores, resume), limits=limits, databases=databases
        )

    @property
    def works(self) -> dict[str, Work]:
        """Return what the engine runs of it, by name."""
        return {
            SWEEP: self.sweep.run,
            DELIVER: self.notices.run,
            DRAW: self.cards.run,
            EXECUTE: self.changes.run,
            BULK: self.bulks.run,
        }


class RunningWorker:
    """A worker that runs enqueued work. `pulse` does the rest: it launches the engine, and does the maintenance.

    `others`: the workers of the same process in other workspaces.
    """

    def __init__(self, worker: Worker, others: Sequence[Worker], pulse: asyncio.Task[None]) -> None:
        self._worker = worker
        self._others = others
        self._pulse = pulse

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take no more work, and wait `seconds` for what is running. Stopping twice does no harm."""
        self._pulse.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pulse
        await asyncio.gather(*(each.bulks.stop(seconds / 2) for each in (self._worker, *self._others)))
        await self._worker.engine.destroy(seconds / 2)


@asynccontextmanager
async def run_worker(
    worker: Worker, begin: asyncio.Event | None = None, others: Sequence[Worker] = ()
) -> AsyncIterator[RunningWorker]:
    """Run enqueued work until the block is left; then wait for what is running, and leave the rest to other workers.

    The engine is launched in the background after `begin`, so no command waits for it. `others`: workers of the same
    engine in other workspaces.
    """
    running = RunningWorker(worker, others, asyncio.create_task(_work(worker, others, begin)))
    try:
        yield running
    finally:
        await running.stop()
        with contextlib.suppress(Exception):  # if the store fails now, others wait for a minute instead
            await worker.maintenance.mark_stopped()


async def _work(worker: Worker, others: Sequence[Worker], begin: asyncio.Event | None) -> None:
    if begin is not None:
        await begin.wait()
    other_works = {each.services.workspace.id: each.works for each in others}

    async def launch() -> None:
        try:
            await worker.engine.launch(worker.works, other_works)
        except Exception:
            await worker.engine.destroy()
            raise

    # A store that is locked or away for a while; /readyz reports meanwhile that nothing is swept.
    await retry(launch, chain(_PAUSES, repeat(_PAUSES[-1])), errors=Exception, report=_report_failed_start)
    async with asyncio.TaskGroup() as running:
        for each in (worker, *others):
            running.create_task(each.maintenance.run())


def _report_failed_start(error: Exception, pause: float) -> None:
    log.error("the worker does not start, and tries again in %d s", pause, exc_info=error)


async def _report_lost(services: Services, bot_messages: BotMessages) -> int:
    """Report the work of dead processes; return how much. A message that began a long reading is left to its report."""
    return await LostEvents(services).report_lost() + await LostReadings(services, bot_messages).report_lost()


def make_chores(
    services: Services,
    bot_messages: BotMessages,
    mentions: MentionReplacer,
    draw_home: DrawHome,
    rights: RightsCheck,
    plan: DigestPlan | None,
    audit_log: AuditLog | None = None,
) -> tuple[Chore, ...]:
    """Return the chores of a worker. Without a plan there is no digest."""
    parts = services.database, services.workspace.batches, services.enqueue, services.now
    digest: tuple[Chore, ...] = ()
    if plan is not None:
        sender = DigestSender(
            services.database,
            services.workspace,
            services.enqueue,
            services.now,
            plan,
            mentions.replace_mentions,
            check_week=WeeklyBill(services).check,
        )
        digest = (Chore("digest", NOTICE_INTERVAL, sender.send_due),)
    return (
        Chore("reminders", NOTICE_INTERVAL, ReminderSender(*parts).send_due),
        Chore("interrupted", RECOVERY_INTERVAL, AbandonedDrafts(services).settle),
        Chore("interrupted-changes", RECOVERY_INTERVAL, ChangeSettler(services, rights).settle_interrupted),
        Chore("lost-readings", RECOVERY_INTERVAL, partial(_report_lost, services, bot_messages)),
        Chore("home-tabs", HOME_INTERVAL, HomeRefresh(services, draw_home).redraw_changed),
        *digest,
        *((Chore("audit-log", AUDIT_LOG_INTERVAL, audit_log.copy),) if audit_log is not None else ()),
    )
