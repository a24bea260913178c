"""The safety net of changes: what a dead process left is finished or reported, after a look at its subject."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.errors import ApiError, ApiUnavailable, BatchNotFound, RateLimited
from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.commands.cancel import Cancel, CancelChange
from bot.commands.delete import Delete, DeleteChange, forget
from bot.commands.registry import parse
from bot.errors import ExpectedError
from bot.operations.follow import is_direct
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.operations.whole_batch import find_whole
from bot.store.records import audit, bulks, confirmations, drafts, labels, notices, workers
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.store.records.labels import BatchNames
from bot.store.records.notices import Notice
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch
from bot.ui.notices.settled_change import (
    ApprovalNotAsked,
    CancelAccepted,
    DraftNotSent,
    DraftSent,
    Finding,
    OutcomeUnknown,
    Settlement,
    SettlingFailed,
    settled_change_words,
    waiting_change_words,
)
from bot.worker.rights import RightsCheck, RightsUnknown

log = logging.getLogger(__name__)

REPORTED_FOR = timedelta(days=1)
"""A change that began longer ago and has no outcome is left as it is: an older version did not report it."""
ANSWERED_WITHIN = timedelta(hours=1)
"""An act that ended longer ago was answered, although that is not recorded: the store failed at that moment."""
CHANGE_LIFETIME = timedelta(minutes=30)
"""A change that was confirmed longer ago is not carried out any more."""


class ChangeSettler:
    """Finishes changes whose audit entry has no outcome."""

    def __init__(self, services: Services, rights: RightsCheck) -> None:
        self._services = services
        self._rights = rights

    async def settle_interrupted(self) -> int:
        """Settle the changes whose process died, all at once: an API that hangs delays each; return how many."""
        interrupted = await self._services.database.run(self._find_interrupted)
        async with asyncio.TaskGroup() as settling:
            for entry in interrupted:
                settling.create_task(self._settle_one(entry))
        return len(interrupted) + await self._services.database.run(self._report_unanswered)

    async def run(self, entry_id: int) -> None:
        """Settle a change if it has no outcome and its process died."""
        for entry in await self._services.database.run(self._find_interrupted):
            if entry.id == entry_id:
                await self._settle_one(entry)

    def _find_interrupted(self, connection: Connection) -> list[AuditEntry]:
        now = self._services.now()
        alive = workers.list_alive_ids(connection, now) | {self._services.process_id}
        in_lists = bulks.list_entry_ids(connection)  # who works on the list settles them
        return [
            entry
            for entry in audit.list_unfinished(connection, now - REPORTED_FOR)
            if entry.id not in in_lists
            and (
                workers.is_held_by_no_one(entry.held_by, entry.at, alive, now)
                or now - entry.at > workers.LONGEST_CALL  # a living process could not record the outcome
            )
        ]

    def _report_unanswered(self, connection: Connection) -> int:
        """Notify the people whose change ended before their process died without an answer; return how many."""
        now = self._services.now()
        alive = workers.list_alive_ids(connection, now) | {self._services.process_id}
        dead = [e for e in audit.list_unanswered(connection, now - ANSWERED_WITHIN) if e.held_by not in alive]
        for entry in dead:
            finding = _find_recorded(connection, entry)
            if audit.mark_answered(connection, entry.id) and finding is not None:
                names = _find_names(connection, entry)
                self._notify(
                    connection, entry, "", settled_change_words(entry.verb, entry.subject or "", finding, names)
                )
        return len(dead)

    async def _settle_one(self, entry: AuditEntry) -> None:
        database = self._services.database
        if not await database.run(partial(audit.take_over, entry=entry, held_by=self._services.process_id)):
            return
        settled = False
        try:
            settled = await self._try_to_settle(entry)
        finally:
            if not settled:
                await database.run(partial(audit.release, entry_id=entry.id))

    async def _try_to_settle(self, entry: AuditEntry) -> bool:
        """Settle a change, and return whether that is done. While the API does not answer, the person is notified."""
        try:
            found = await self._finish(entry)
        except ApiError as error:
            until = entry.at + CHANGE_LIFETIME
            if isinstance(error, ApiUnavailable | RateLimited) and self._services.now() <= until:
                log.warning("entry %d waits for the API: %s", entry.id, error.kind)
                await self._services.database.run(partial(self._notify_of_wait, entry=entry, until=until))
                return False
            found = "unknown", OutcomeUnknown(error.kind)
        except RightsUnknown as error:
            log.warning("entry %d waits for Slack: %s", entry.id, error)
            return False
        except ExpectedError as error:
            found = "failed", SettlingFailed(str(error))
        if found is None:
            return False
        outcome, finding = found
        log.warning("settled the %s of a dead process: entry %d", entry.verb, entry.id)
        await self._services.database.run(partial(self._settle, entry=entry, outcome=outcome, finding=finding))
        return True

    async def _finish(self, entry: AuditEntry) -> tuple[RecordedOutcome, Finding] | None:
        """Return what became of a change; None if another part of the bot settles it."""
        if await self._services.database.run(lambda connection: bulks.find_by_entry(connection, entry.id)) is not None:
            return "started", Settlement.GOES_ON
        match entry.verb:
            case "cancel" | "delete":
                return await self._finish_batch_change(entry, BatchId(entry.subject or ""))
            case "send" | "approve" | "decline" | "discard" | "drop":
                return await self._services.database.run(partial(_find_draft_outcome, entry=entry))
            case _:  # one transaction of the store, which happened or not
                return "unknown", Settlement.REPEATABLE

    async def _finish_batch_change(self, entry: AuditEntry, batch_id: BatchId) -> tuple[RecordedOutcome, Finding]:
        """Look at the batch first: it shows what the dead process did. Do only what it did not do, once."""
        try:
            batch = await self._services.workspace.batches.retrieve(batch_id)
        except BatchNotFound:
            if entry.verb != "delete":
                return "refused", Settlement.BATCH_MISSING
            await forget(batch_id, self._services, deleted_here=True)
            return "done", Settlement.BATCH_DELETED
        whole = await find_whole(self._services, batch) if entry.verb == "cancel" else None
        batch = whole.batch if whole is not None else batch
        if entry.verb == "cancel" and batch.cancel_initiated_at is not None:
            await self._follow_cancel(entry, whole.parts[0] if whole is not None else batch)
            return "done", CancelAccepted(batch)
        if self._services.now() - entry.at > CHANGE_LIFETIME:
            return "failed", Settlement.TOO_OLD
        return await self._act(entry, batch, whole.parts if whole is not None else ())

    async def _act(
        self, entry: AuditEntry, batch: MessageBatch, parts: tuple[MessageBatch, ...]
    ) -> tuple[RecordedOutcome, Finding]:
        change: CancelChange | DeleteChange
        match parse(entry.command):
            case Cancel() as command:
                change = CancelChange(command, batch, asks=False, parts=parts)
            case Delete() as command:
                change = DeleteChange(command, batch)
            case _:
                return "failed", Settlement.UNKNOWN_COMMAND
        if not await self._services.database.run(partial(_is_still_wanted, entry=entry, state=change.state)):
            return "refused", Settlement.BATCH_CHANGED
        caller = _caller(entry)
        needed = Permission.OPERATE if entry.verb == "cancel" else Permission.ADMINISTER
        if await self._rights.find_refusal(replace(caller, channel=None), (needed,)) is not None:
            return "refused", Settlement.NOT_PERMITTED
        outcome = (await change.apply(self._services, caller)).audit_outcome
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
        batch_id = finding.batch_id if isinstance(finding, DraftSent) else None
        if not audit.record_outcome(connection, entry.id, outcome=outcome, detail=detail, at=now, subject=batch_id):
            return
        names = _find_names(connection, entry)
        self._notify(connection, entry, "", settled_change_words(entry.verb, entry.subject or "", finding, names))

    def _notify_of_wait(self, connection: Connection, entry: AuditEntry, until: datetime) -> None:
        words = waiting_change_words(entry.verb, entry.subject or "", until, _find_names(connection, entry))
        self._notify(connection, entry, "waits", words)

    def _notify(self, connection: Connection, entry: AuditEntry, what: str, words: str) -> None:
        """Enqueue a notice for the person, once for each thing to say."""
        key = ":".join(filter(None, ("act", str(entry.id), what)))
        notice = Notice(key, None, "act", entry.user_id, (entry.user_id,), self._services.now(), {"words": words})
        notices.send(connection, self._services.enqueue, notice)


def _find_names(connection: Connection, entry: AuditEntry) -> BatchNames | None:
    subject = entry.subject or ""
    return labels.get_names(connection, [subject]).get(subject)


def _find_recorded(connection: Connection, entry: AuditEntry) -> Finding | None:
    """Return what to say about the recorded outcome of an act; None if another part of the bot says it."""
    is_about_draft = entry.verb in ("send", "approve")
    match entry.outcome:
        case "done" if is_about_draft:
            return DraftSent(entry.subject or "")
        case "done":
            return Settlement.DONE
        case "waiting":
            return ApprovalNotAsked(entry.subject or "")
        case "started":
            return Settlement.GOES_ON
        case "unknown":
            return None if is_about_draft else Settlement.IN_DOUBT
        case "failed" if is_about_draft:
            return DraftNotSent(entry.subject or "")
        case _:
            return Settlement.NOT_DONE


def _find_draft_outcome(connection: Connection, entry: AuditEntry) -> tuple[RecordedOutcome, Finding] | None:
    """Return what became of a draft by its state; None while it is being sent, or its batch is looked for."""
    draft = drafts.get(connection, entry.subject or "")
    if draft is not None and draft.state == "split":
        draft = drafts.get_sample(connection, draft.id) or draft
    match draft.state if draft is not None else "dropped":
        case "sending" | "unknown" | "checking" | "split" | "held":
            return None
        case "sent":
            return "done", DraftSent(draft.batch_id or "" if draft is not None else "")
        case "waiting":
            return "waiting", ApprovalNotAsked(entry.subject or "")
        case "dropped":
            is_meant = entry.verb in ("decline", "discard", "drop")
            return ("done", Settlement.DONE) if is_meant else ("failed", Settlement.NOT_DONE)
        case "failed":
            return "refused", Settlement.DRAFT_REFUSED
        case _:
            return "failed", DraftNotSent(entry.subject or "")


def _is_still_wanted(connection: Connection, entry: AuditEntry, state: str) -> bool:
    """Return whether the batch is as it was confirmed; True for a change that needed no confirmation."""
    if entry.confirmation_id is None:
        return True
    question = confirmations.get(connection, entry.confirmation_id)
    return question is not None and question.state == state


def _caller(entry: AuditEntry) -> Caller:
    channel = ChannelId(entry.channel_id) if entry.channel_id else None
    return Caller(UserId(entry.user_id), TeamId(entry.team_id), channel)
