"""The safety net of changes: what a dead process left unfinished is finished, after a look at the batch."""

import logging
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.api.errors import ApiError, ApiUnavailable, BatchNotFound, RateLimited
from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.cancel import Cancel, CancelChange
from bot.commands.delete import Delete, DeleteChange, forget
from bot.commands.registry import parse
from bot.errors import ExpectedError
from bot.operations.follow import is_direct
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.store.records import audit, confirmations, notices
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.store.records.notices import Notice
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch
from bot.ui.notices.settled_change import (
    CancelAccepted,
    Finding,
    OutcomeUnknown,
    Settlement,
    SettlingFailed,
    settled_change_words,
)

log = logging.getLogger(__name__)

CHANGE_LIFETIME = timedelta(minutes=30)
"""A change that was confirmed longer ago is not carried out any more."""


class ChangeSettler:
    """Finishes changes whose audit entry has no outcome."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, entry_id: int) -> None:
        """Finish a change that has no outcome. While the API does not answer, leave it to redrive, but not for long."""
        entry = await self._services.database.run(lambda connection: audit.get(connection, entry_id))
        if entry is None or entry.outcome is not None or entry.subject is None:
            return
        log.warning("finishing the %s of a dead process: entry %d", entry.verb, entry.id)
        try:
            outcome, finding = await self._finish(entry, BatchId(entry.subject))
        except ApiError as error:
            passes = isinstance(error, ApiUnavailable | RateLimited)
            if passes and self._services.now() - entry.at <= CHANGE_LIFETIME:
                log.warning("entry %d waits for the API: %s", entry.id, error.kind)
                return
            outcome = "unknown"
            finding = OutcomeUnknown(error.kind)
        except ExpectedError as error:
            outcome = "failed"
            finding = SettlingFailed(str(error))
        await self._services.database.run(partial(self._settle, entry=entry, outcome=outcome, finding=finding))

    async def _finish(self, entry: AuditEntry, batch_id: BatchId) -> tuple[RecordedOutcome, Finding]:
        """Look at the batch first: it shows what the dead process did. Do only what it did not do, once."""
        try:
            batch = await self._services.workspace.batches.retrieve(batch_id)
        except BatchNotFound:
            if entry.verb != "delete":
                return "refused", Settlement.BATCH_MISSING
            await forget(batch_id, self._services, deleted_here=True)
            return "done", Settlement.BATCH_DELETED
        if entry.verb == "cancel" and batch.cancel_initiated_at is not None:
            await self._follow_cancel(entry, batch)
            return "done", CancelAccepted(batch)
        if self._services.now() - entry.at > CHANGE_LIFETIME:
            return "failed", Settlement.TOO_OLD
        return await self._act(entry, batch)

    async def _act(self, entry: AuditEntry, batch: MessageBatch) -> tuple[RecordedOutcome, Finding]:
        change: CancelChange | DeleteChange
        match parse(entry.command):
            case Cancel() as command:
                change = CancelChange(command, batch, asks=False)
            case Delete() as command:
                change = DeleteChange(command, batch)
            case _:
                return "failed", Settlement.UNKNOWN_COMMAND
        if not await self._services.database.run(partial(_is_still_wanted, entry=entry, state=change.state)):
            return "refused", Settlement.BATCH_CHANGED
        outcome = (await change.apply(self._services, _caller(entry))).audit_outcome
        found = {"done": Settlement.DONE, "unknown": Settlement.IN_DOUBT}
        return outcome, found.get(outcome, Settlement.NOT_DONE)

    async def _follow_cancel(self, entry: AuditEntry, batch: MessageBatch) -> None:
        now = self._services.now()
        channel = entry.channel_id
        place = entry.user_id if channel is None or is_direct(channel) else channel
        watch = StoredWatch(batch.id, entry.user_id, place, "cancel", now)
        if not batch.has_ended:
            await self._services.database.run(
                lambda c: begin_watch.start_watch(c, self._services.enqueue, watch, snapshot_batch(batch, now), now)
            )

    def _settle(self, connection: Connection, entry: AuditEntry, outcome: RecordedOutcome, finding: Finding) -> None:
        """Record the outcome and notify the person, in one transaction. Only the first process that settles it does."""
        now = self._services.now()
        detail = f"{entry.detail}; after a restart" if entry.detail else "after a restart"
        if not audit.record_outcome(connection, entry.id, outcome=outcome, detail=detail, at=now):
            return
        words = settled_change_words(entry.verb, entry.subject or "", finding)
        key = f"act:{entry.id}"
        notice = Notice(key, None, "act", entry.user_id, (entry.user_id,), now, {"words": words})
        notices.send(connection, self._services.enqueue, notice)


def _is_still_wanted(connection: Connection, entry: AuditEntry, state: str) -> bool:
    """Return whether the batch is as it was confirmed; True for a change that needed no confirmation."""
    if entry.confirmation_id is None:
        return True
    question = confirmations.get(connection, entry.confirmation_id)
    return question is not None and question.state == state


def _caller(entry: AuditEntry) -> Caller:
    channel = ChannelId(entry.channel_id) if entry.channel_id else None
    return Caller(UserId(entry.user_id), TeamId(entry.team_id), channel)
