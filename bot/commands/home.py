"""The board of the Home tab: what waits for a person, what runs, ended and expires, and what the month has cost."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MAX_PAGE, MessageBatch
from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments
from bot.operations.approval import MonthSpend
from bot.operations.find_batch import incomplete_list
from bot.operations.services import Services
from bot.operations.snapshots import restore_batch
from bot.operations.spending import find_month_spend
from bot.operations.waiting import Waiting, read_waiting
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import batches as batch_records
from bot.store.records import labels, summaries

MOST_RUNNING = 10
MOST_OTHERS = 5
"""Ended and expiring batches that are shown."""
EXPIRES_WITHIN = timedelta(days=7)
_RETENTION = timedelta(days=29)


class HomeShown(Struct, frozen=True):
    """The board. Each list holds the batches to show; each count is of all of them.

    `running` begins with the caller's own batches; after them the newest come first. `ended` begins with the batch that
    ended last. `expiring` are batches whose results nobody has downloaded; the first to expire comes first. `month` and
    `waiting` are None if the store fails. If `more`, older batches were not read, and some of them may be running.
    """

    running: tuple[MessageBatch, ...] = ()
    running_count: int = 0
    ended: tuple[MessageBatch, ...] = ()
    expiring: tuple[MessageBatch, ...] = ()
    expiring_count: int = 0
    waiting: Waiting | None = None
    month: MonthSpend | None = None
    budget: Decimal | None = None
    more: bool = False


HomeOutcome = HomeShown


class _Stored(Struct, frozen=True):
    """What the store knows: what waits, whose batches run, which results were downloaded, which others expire."""

    waiting: Waiting
    mine: frozenset[str]
    downloaded: frozenset[str]
    old: tuple[MessageBatch, ...]


class HomeBoard(DirectCommand[HomeOutcome], frozen=True):
    """Show the board. The Home tab asks for it; it is not in the help."""

    verb: ClassVar[str] = "home"
    permission: ClassVar[Permission] = Permission.READ

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read no words. Raises UsageError."""
        arguments.at_most(0)
        return cls()

    def spell(self) -> str:
        """Return `home`."""
        return self.verb

    async def run(self, services: Services, caller: Caller) -> HomeOutcome:
        """Read the newest batches in one call, and the store. Raises ApiError."""
        page = await services.workspace.batches.list(limit=MAX_PAGE)
        if not page.data and (page.has_more or page.unreadable):
            raise incomplete_list()
        now = services.now()
        running = [batch for batch in page.data if not batch.has_ended]
        try:
            stored = await services.database.run(
                lambda connection: _read_store(connection, services, caller, [batch.id for batch in page.data])
            )
            month = await find_month_spend(services)
        except StoreUnavailable:
            stored, month = _Stored(Waiting(), frozenset(), frozenset(), ()), None
        ended = [batch for batch in page.data if batch.has_ended]
        listed = {batch.id for batch in page.data}
        expiring = [
            batch
            for batch in (*ended, *(batch for batch in stored.old if batch.id not in listed))
            if batch.is_readable(now)
            and batch.readable_until - now <= EXPIRES_WITHIN
            and batch.id not in stored.downloaded
        ]
        running.sort(key=lambda batch: batch.id not in stored.mine)  # stable: the newest stay first
        ended.sort(key=lambda batch: batch.ended_at or batch.created_at, reverse=True)
        expiring.sort(key=lambda batch: batch.created_at)
        return HomeShown(
            running=tuple(running[:MOST_RUNNING]),
            running_count=len(running),
            ended=tuple(ended[:MOST_OTHERS]),
            expiring=tuple(expiring[:MOST_OTHERS]),
            expiring_count=len(expiring),
            waiting=stored.waiting if month is not None else None,
            month=month,
            budget=services.drafts.approval_limit.budget,
            more=page.has_more and page.data[-1].expires_at > now,
        )


def _read_store(connection: Connection, services: Services, caller: Caller, batch_ids: list[str]) -> _Stored:
    now = services.now()
    names = labels.get_names(connection, batch_ids)
    expiring = batch_records.list_ended(
        connection, created_after=now - _RETENTION, created_before=now - _RETENTION + EXPIRES_WITHIN
    )
    read = summaries.get_many(connection, [*batch_ids, *(batch.id for batch in expiring)])
    downloaded = {batch_id for batch_id, summary in read.items() if summary.taken_at is not None}
    return _Stored(
        read_waiting(connection, caller.user, now),
        frozenset(id for id, each in names.items() if caller.user in (each.owner, each.sent_by)),
        frozenset(downloaded | {batch.id for batch in expiring if batch.fetched_at is not None}),
        tuple(restore_batch(batch) for batch in expiring if batch.missing_since is None),
    )
