"""The daily digest: when it is due and what it contains. It is sent only if it contains something."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.ids import BatchId
from bot.api.models import RETENTION, MessageBatch
from bot.operations.bill_check import BillCheck
from bot.operations.cost_totals import sum_costs, sum_deleted
from bot.operations.ledger import find_entry, read_entry
from bot.operations.retiring_use import find_retiring_use
from bot.operations.workspace import Workspace
from bot.settings.model import Settings
from bot.settings.workspaces import WorkspaceSettings
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import batches as batch_records
from bot.store.records import labels, ledger, notices, summaries, watches
from bot.store.records.ledger import LedgerRow
from bot.store.records.notices import Notice
from bot.store.transactions import unlisted_batches
from bot.ui.notices.digest import ROWS, Digest, Share, count_failed, render_digest
from bot.ui.reply import Message

DAY = timedelta(days=1)
OVERLAP = timedelta(minutes=15)
"""By how much the API's clock, or what its list shows, may be behind this machine's clock."""
REPORTED = "reported"
"""The key in the payload of a digest for the batches that the next one must not repeat."""
WEEK = "week"
"""The key in the payload of a digest for the local day of the last weekly part."""
BILL_WEEK = "bill_week"
"""The key in the payload of a digest for the Monday of the last week that was compared with Anthropic's bill."""
EXPIRES_WITHIN = timedelta(days=7)
LATEST_HOURS = 3
"""How many hours a digest may be late, if no worker ran to send it on time. Later, the next one covers its time."""
MOST_BATCHES = 20_000
"""How many batches a digest covers, newest first. If a workspace has more in 29 days, the digest says so."""


class DigestPlan(Struct, frozen=True):
    """Where the digest goes, and at which local hour."""

    channel: str
    hour: int
    zone: tzinfo


def make_digest_plan(settings: Settings, workspace: WorkspaceSettings) -> DigestPlan | None:
    """Return where and when the digest of a workspace goes; None if there is none."""
    channel = workspace.digest_destination
    hour = settings.digest_hour
    return DigestPlan(channel, hour, settings.zone) if channel is not None and hour is not None else None


def find_due_day(plan: DigestPlan, now: datetime) -> date | None:
    """Return the local day whose digest is due now, or None. An hour that summer time skips is due after the gap."""
    since = now.astimezone(plan.zone).replace(tzinfo=None) - timedelta(hours=plan.hour)  # wall-clock time
    return since.date() if since.hour < LATEST_HOURS else None


class Coverage(Struct, frozen=True):
    """What a digest covers: the batches that ended since a time, except those that the last digest reported."""

    since: datetime
    reported: frozenset[str] = frozenset()
    """The batches of the last digest that ended shortly before `since`."""
    overlap: timedelta = timedelta(0)
    """How long before `since` a batch may have ended that the last digest could not see yet."""

    def includes(self, batch_id: str, ended_at: datetime | None) -> bool:
        """Return whether the digest reports the end of this batch."""
        return ended_at is not None and ended_at > self.since - self.overlap and batch_id not in self.reported


def read_coverage(last: Notice | None, now: datetime) -> Coverage:
    """Return what a digest at `now` covers, after the last one. Without one it covers a day."""
    if last is None:
        return Coverage(now - DAY)
    since = max(last.created_at, now - RETENTION)
    reported = last.payload.get(REPORTED)
    if reported is None:  # version 0.1.0 did not store it
        return Coverage(since)
    return Coverage(since, frozenset(map(str, reported)), OVERLAP)


def read_week(last: Notice | None, key: str = WEEK) -> date | None:
    """Return the day under a key of the last digest's payload; None if it has none."""
    day = last.payload.get(key) if last is not None else None
    return None if day is None else date.fromisoformat(str(day))


def is_weekly_due(week: date | None, day: date) -> bool:
    """Return whether the digest of a day has the weekly part, after the last one that had it."""
    return week is None or day - week >= timedelta(weeks=1)


def make_digest(batches: Iterable[MessageBatch], fetched: Collection[str], now: datetime, covers: Coverage) -> Digest:
    """Return the batches that ended, those that run, and those whose results expire within 7 days without a download.

    Those with failures come first by how many of their requests failed. A batch is listed once.
    """
    kinds: dict[str, list[MessageBatch]] = {"running": [], "ended": [], "failed": [], "expiring": []}
    for batch in batches:
        if kind := _kind(batch, covers):
            kinds[kind].append(batch)
        elif batch.results_url and batch.id not in fetched and now < batch.readable_until <= now + EXPIRES_WITHIN:
            kinds["expiring"].append(batch)
    kinds["failed"].sort(key=count_failed, reverse=True)
    kinds["expiring"].sort(key=lambda batch: batch.readable_until)
    kinds["ended"].sort(key=lambda batch: batch.request_counts.canceled, reverse=True)
    kinds["running"].sort(key=lambda batch: batch.created_at)
    share = {kind: Share(total=len(found), shown=tuple(found[:ROWS])) for kind, found in kinds.items()}
    return Digest(
        covers.since,
        failed=share["failed"],
        expiring=share["expiring"],
        ended=share["ended"],
        running=share["running"],
        canceled=sum(1 for batch in kinds["ended"] if batch.request_counts.canceled),
    )


def _kind(batch: MessageBatch, covers: Coverage) -> str | None:
    """Return the group of a batch. Requests that were canceled on purpose are no failures."""
    if not batch.has_ended:
        return "running"
    if not covers.includes(batch.id, batch.ended_at):
        return None
    return "failed" if count_failed(batch) else "ended"


CheckWeek = Callable[[datetime, date | None], Awaitable[BillCheck | None]]
"""Compares a week with Anthropic's bill; None if there is nothing new to compare."""


class DigestSender:
    """Sends each day's digest once, from whichever process is first. It names owners and notifies no one."""

    def __init__(
        self,
        database: Database,
        workspace: Workspace,
        enqueue: Enqueue,
        now: Callable[[], datetime],
        plan: DigestPlan,
        replace_mentions: Callable[[Message], Awaitable[Message]],
        most: int = MOST_BATCHES,
        check_week: CheckWeek | None = None,
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._enqueue = enqueue
        self._now = now
        self._plan = plan
        self._replace_mentions = replace_mentions
        self._most = most
        self._check_week = check_week

    async def send_due(self) -> bool:
        """Send the digest that is due; False if none is, or it was sent. Raises ApiError, StoreUnavailable."""
        now = self._now()
        plan = self._plan
        day = find_due_day(plan, now)
        if day is None:
            return False
        key = f"digest:{plan.channel}:{day.isoformat()}"
        if await self._database.run(lambda connection: _is_settled(connection, key, plan.channel, now)):
            return False
        last = await self._database.run(lambda connection: notices.find_last_digest(connection, plan.channel))
        covers = read_coverage(last, now)
        digest, recent = await self._read(now, covers)
        week = read_week(last)
        if is_weekly_due(week, day):
            retiring = await find_retiring_use(self._database, self._workspace, now)
            week = week if retiring is None else day  # without an answer the next digest has it
            digest = replace(digest, retiring=retiring or ())
        if digest.is_empty:
            return False
        bill_week = read_week(last, BILL_WEEK)
        if self._check_week is not None and (bill := await self._check_week(now, bill_week)) is not None:
            bill_week = bill.start.date()
            digest = replace(digest, bill=bill)
        message = await self._replace_mentions(render_digest(digest))
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks], REPORTED: recent}
        days = {WEEK: week, BILL_WEEK: bill_week}
        payload |= {name: each.isoformat() for name, each in days.items() if each is not None}
        notice = Notice(key, None, "digest", plan.channel, (), created_at=now, payload=payload)
        return await self._database.run(lambda connection: notices.send(connection, self._enqueue, notice))

    async def _read(self, now: datetime, covers: Coverage) -> tuple[Digest, list[str]]:
        """Return the digest, and the batches whose recent end it reports."""
        found: list[MessageBatch] = []
        whole = True
        async with aclosing(self._workspace.batches.list_pages(limit=1_000)) as pages:
            async for page in pages:
                whole = whole and page.is_whole
                found += [batch for batch in page.data if batch.created_at >= now - RETENTION]
                if len(found) > self._most or (page.data and page.data[-1].created_at < now - RETENTION):
                    break
        whole, found = whole and len(found) <= self._most, found[: self._most]
        ids = [batch.id for batch in found if batch.readable_until <= now + EXPIRES_WITHIN]
        downloaded = await self._database.run(lambda connection: _find_downloaded(connection, ids))
        digest = make_digest(found, downloaded, now, covers)
        groups = (digest.failed, digest.expiring, digest.ended, digest.running)
        shown = [one.id for share in groups for one in share.shown]
        names = await self._database.run(lambda connection: labels.get_names(connection, shown))
        digest = replace(digest, names=names, looked_at=None if whole else len(found))
        unlisted = await self._database.run(
            partial(
                unlisted_batches.list_unlisted,
                listed={batch.id for batch in found},
                since=now - RETENTION,
                now=now,
                is_whole=whole,
            )
        )
        ended = [batch for batch in found if covers.includes(batch.id, batch.ended_at)]
        gone = [row for row in unlisted if covers.includes(row.batch_id, row.ended_at or row.deleted_at)]
        ends = [*((batch.id, batch.ended_at) for batch in ended), *((row.batch_id, row.ended_at) for row in gone)]
        recent = [batch_id for batch_id, ended_at in ends if ended_at and ended_at > now - OVERLAP]
        return await self._with_cost(digest, ended, gone), recent

    async def _with_cost(self, digest: Digest, ended: list[MessageBatch], gone: list[LedgerRow]) -> Digest:
        """Add up what the ledger has of the batches that ended. No results are read for a digest."""
        rows = await self._database.run(partial(ledger.get_many, batch_ids=[batch.id for batch in ended]))
        listed = [find_entry(batch, rows.get(batch.id)) for batch in ended]
        kept = [read_entry(row) for row in gone]
        spent = sum_costs([entry for entry in (*listed, *kept) if entry is not None])
        deleted = sum_deleted([row for row in gone if row.deleted_at is not None])
        return replace(
            digest, spent=spent.amount, spent_whole=spent.complete, unread=listed.count(None), deleted=deleted
        )


def _find_downloaded(connection: Connection, ids: Sequence[BatchId]) -> set[str]:
    """Return the batches whose results were downloaded through the bot, watched or not."""
    seen = batch_records.get_many(connection, ids)
    read = summaries.get_many(connection, ids)
    return {one.id for one in seen.values() if one.fetched_at} | {one.batch_id for one in read.values() if one.taken_at}


def _is_settled(connection: Connection, key: str, channel: str, now: datetime) -> bool:
    return notices.get(connection, key) is not None or watches.is_muted(connection, [channel], now)
