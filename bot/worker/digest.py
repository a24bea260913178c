"""The daily digest: when it is due and what it contains. It is sent only if it contains something."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.client import BatchesClient
from bot.api.ids import BatchId
from bot.api.models import RETENTION, MessageBatch
from bot.operations.read_results import decode_summary
from bot.settings.model import Settings
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import batches as batch_records
from bot.store.records import labels, notices, summaries, watches
from bot.store.records.notices import Notice
from bot.ui.notices.digest import ROWS, Digest, Share, render_digest

DAY = timedelta(days=1)
EXPIRES_WITHIN = timedelta(days=7)
LATEST_HOURS = 3
"""How many hours a digest may be late, if no worker ran to send it on time."""
MOST_BATCHES = 20_000
"""How many batches a digest covers, newest first. If a workspace has more in 29 days, the digest says so."""


class DigestPlan(Struct, frozen=True):
    """Where the digest goes, and at which local hour."""

    channel: str
    hour: int
    zone: tzinfo


def make_digest_plan(settings: Settings) -> DigestPlan | None:
    """Return where and when the digest goes; None if there is none."""
    channel = settings.digest_destination
    hour = settings.digest_hour
    return DigestPlan(channel, hour, settings.zone) if channel is not None and hour is not None else None


def find_due_day(plan: DigestPlan, now: datetime) -> date | None:
    """Return the local day whose digest is due now, or None. An hour that summer time skips is due after the gap."""
    since = now.astimezone(plan.zone).replace(tzinfo=None) - timedelta(hours=plan.hour)  # wall-clock time
    return since.date() if since.hour < LATEST_HOURS else None


def make_digest(batches: Iterable[MessageBatch], fetched: Collection[str], now: datetime) -> Digest:
    """Return the batches of the last 24 hours, and those whose results expire within 7 days without a download."""
    since = now - DAY
    kinds: dict[str, list[MessageBatch]] = {"running": [], "succeeded": [], "failed": [], "expiring": []}
    for batch in batches:
        if kind := _kind(batch, since):
            kinds[kind].append(batch)
        if batch.results_url and batch.id not in fetched and now < batch.readable_until <= now + EXPIRES_WITHIN:
            kinds["expiring"].append(batch)
    kinds["expiring"].sort(key=lambda batch: batch.readable_until)
    share = {kind: Share(total=len(found), shown=tuple(found[:ROWS])) for kind, found in kinds.items()}
    return Digest(since, share["running"], share["succeeded"], share["failed"], share["expiring"])


def _kind(batch: MessageBatch, since: datetime) -> str | None:
    if not batch.has_ended:
        return "running"
    if batch.ended_at is None or batch.ended_at <= since:
        return None
    return "succeeded" if batch.request_counts.succeeded == batch.request_counts.total else "failed"


class DigestSender:
    """Sends each day's digest once, from whichever process is first."""

    def __init__(
        self,
        database: Database,
        batches: BatchesClient,
        enqueue: Enqueue,
        now: Callable[[], datetime],
        plan: DigestPlan,
        most: int = MOST_BATCHES,
    ) -> None:
        self._database = database
        self._batches = batches
        self._enqueue = enqueue
        self._now = now
        self._plan = plan
        self._most = most

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
        digest = await self._read(now)
        if digest.is_empty:
            return False
        message = render_digest(digest)
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        notice = Notice(key, None, "digest", plan.channel, (), created_at=now, payload=payload)
        return await self._database.run(lambda connection: notices.send(connection, self._enqueue, notice))

    async def _read(self, now: datetime) -> Digest:
        found: list[MessageBatch] = []
        async with aclosing(self._batches.list_all(limit=1_000)) as listed:
            async for batch in listed:
                if batch.created_at < now - RETENTION or len(found) > self._most:
                    break
                found.append(batch)
        whole, found = len(found) <= self._most, found[: self._most]
        ids = [batch.id for batch in found if batch.readable_until <= now + EXPIRES_WITHIN]
        digest = make_digest(found, await self._database.run(lambda connection: _find_downloaded(connection, ids)), now)
        shown = [one.id for share in (digest.failed, digest.expiring, digest.running) for one in share.shown]
        names = await self._database.run(lambda connection: labels.get_names(connection, shown))
        digest = replace(digest, names=names, looked_at=None if whole else self._most)
        return await self._with_cost(digest, [one.id for one in found if one.ended_at and one.ended_at > now - DAY])

    async def _with_cost(self, digest: Digest, ended: list[BatchId]) -> Digest:
        """Add up the stored costs of the batches that ended. No results are read for a digest."""
        stored = await self._database.run(lambda connection: summaries.get_many(connection, ended))
        known = [fetched.summary.cost for one in stored.values() if (fetched := decode_summary(one)) is not None]
        whole = len(known) == len(ended) and all(cost.complete for cost in known)
        return replace(digest, spent=sum((cost.amount for cost in known), Decimal(0)), spent_whole=whole)


def _find_downloaded(connection: Connection, ids: Sequence[BatchId]) -> set[str]:
    """Return the batches whose results were downloaded through the bot, watched or not."""
    seen = batch_records.get_many(connection, ids)
    read = summaries.get_many(connection, ids)
    return {one.id for one in seen.values() if one.fetched_at} | {one.batch_id for one in read.values() if one.taken_at}


def _is_settled(connection: Connection, key: str, channel: str, now: datetime) -> bool:
    return notices.get(connection, key) is not None or watches.is_muted(connection, [channel], now)
