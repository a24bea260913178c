"""Goes through confirmed lists of batches: one list a process at a time, and at most one call to the API a second.

What is about to be done to a batch is recorded before the call, and what came of it after. A list whose process died is
taken over: a batch that was being acted on is looked up first, and one whose file was on its way is not deleted.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection

from bot.api.errors import ApiError, BatchNotFound
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.cancel import Cancel, CancelChange, CancelTooLate
from bot.commands.delete import AlreadyGone, Delete, DeleteChange, forget
from bot.errors import ExpectedError
from bot.operations.bulk import can_save, describe_state
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.permissions import NotPermitted
from bot.store.db.database import StoreUnavailable
from bot.store.records import audit, bulks, labels, notices, summaries, workers
from bot.store.records import batches as batch_records
from bot.store.records.audit import Intent, RecordedOutcome
from bot.store.records.bulks import (
    BULK,
    Bulk,
    BulkItem,
    FailReason,
    SavedFile,
    SettledState,
    SkipReason,
    StepState,
    UntouchedState,
)
from bot.store.records.notices import Notice
from bot.store.transactions.stop_list import leave_rest
from bot.ui.notices.bulk_outcome import count_words, render_bulk_audit_line, render_bulk_outcome
from bot.ui.reply import Message
from bot.worker.rights import RightsCheck, RightsUnknown
from bot.worker.save_results import NotSaved, ResultsSaver

log = logging.getLogger(__name__)

CALL_INTERVAL = timedelta(seconds=1)
"""The time between two calls to the API for lists, all processes together."""
_PLACE = "api:bulk"
"""What the interval is stored under."""
_PATIENCE = timedelta(minutes=5)
LIFETIME = timedelta(minutes=30)
"""A list to which nothing was done for so long is not gone on with: its person may not want it any more."""

Pause = Callable[[float], Awaitable[None]]


class AuditChannel(Struct, frozen=True):
    """The channel that hears of each outcome. `replace_mentions` names people, so that no one is notified."""

    id: str
    replace_mentions: Callable[[Message], Awaitable[Message]]


class BulkRunner:
    """Works on lists. `pause` waits for seconds; tests let their clock pass instead. `interval`: between two calls."""

    def __init__(
        self,
        services: Services,
        saver: ResultsSaver,
        audit_channel: AuditChannel | None,
        rights: RightsCheck,
        pause: Pause = asyncio.sleep,
        interval: timedelta = CALL_INTERVAL,
    ) -> None:
        self._services = services
        self._saver = saver
        self._audit_channel = audit_channel
        self._rights = rights
        self._pause = pause
        self._interval = interval
        self._running: dict[str, asyncio.Task[None]] = {}
        self._is_stopping = False

    async def run(self, bulk_id: str) -> None:
        """Begin to work on a list in the background: it may take longer than a workflow."""
        if bulk_id not in self._running and not self._is_stopping:
            task = asyncio.create_task(self._work_safely(bulk_id))
            self._running[bulk_id] = task
            task.add_done_callback(lambda _: self._running.pop(bulk_id, None))

    async def resume(self) -> int:
        """Go on with the lists that no living process works on; return how many."""
        found = await self._services.database.run(self._find_unheld)
        for bulk_id in found:
            await self.run(bulk_id)
        return len(found)

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, and wait `seconds` for what is being done to a batch. Another process goes on."""
        self._is_stopping = True
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def work(self, bulk_id: str) -> None:
        """Work on a list until each of its batches is settled, unless another living process does.

        Raises StoreUnavailable, RightsUnknown: what was done is recorded, and `resume` goes on.
        """
        database, me = self._services.database, self._services.process_id
        if not await database.run(partial(self._claim, bulk_id=bulk_id)):
            return
        try:
            may_act = not await database.run(partial(self._has_lapsed, bulk_id=bulk_id))
            while not self._is_stopping:
                bulk, item = await database.run(lambda c: (bulks.get(c, bulk_id), bulks.find_next(c, bulk_id)))
                if bulk is None or bulk.held_by != me:
                    return
                if item is None:
                    items = await database.run(lambda connection: bulks.list_items(connection, bulk_id))
                    line = await self._draw_audit_line(bulk, items)
                    await database.persist(partial(self._end, bulk=bulk, items=items, line=line))
                    return
                await self._advance(bulk, item, may_act=may_act)
        finally:
            with contextlib.suppress(StoreUnavailable):
                await database.run(lambda connection: bulks.release(connection, bulk_id, me))

    async def _work_safely(self, bulk_id: str) -> None:
        try:
            await self.work(bulk_id)
        except StoreUnavailable as error:
            log.warning("the list %s waits for the store: %s", bulk_id, error)
        except RightsUnknown as error:
            log.warning("the list %s waits for Slack: %s", bulk_id, error)
        except Exception:
            log.exception("the work on the list %s failed, and is tried again", bulk_id)

    def _find_unheld(self, connection: Connection) -> list[str]:
        others = workers.list_alive_ids(connection, self._services.now()) - {self._services.process_id}
        return bulks.list_unheld(connection, others)

    def _claim(self, connection: Connection, bulk_id: str) -> bool:
        alive = workers.list_alive_ids(connection, self._services.now())
        return bulks.claim(connection, bulk_id, self._services.process_id, alive)

    def _has_lapsed(self, connection: Connection, bulk_id: str) -> bool:
        """Return whether the newest act of a list, or its confirmation, is too long ago."""
        bulk = bulks.get(connection, bulk_id)
        if bulk is None:
            return False
        entries = [bulk.entry_id, *(item.entry_id for item in bulks.list_items(connection, bulk_id))]
        newest = max((entry for entry in entries if entry is not None), default=None)
        act = audit.get(connection, newest) if newest is not None else None
        return self._services.now() - (act.at if act else bulk.created_at) > LIFETIME

    async def _advance(self, bulk: Bulk, item: BulkItem, *, may_act: bool) -> None:
        """Bring a batch one state further. Every state is stored, so that another process can go on from it."""
        match item.state:
            case "saving":  # its process died: the file may have arrived or not
                detail = "after a restart"
                await self._settle(item, "failed", "restarted", audit_outcome="unknown", detail=detail)
            case "acting":
                await self._finish_act(bulk, item, may_act=may_act)
            case _ if not may_act:
                await self._skip(bulk, item, "lapsed")
            case _:
                await self._begin(bulk, item)

    async def _begin(self, bulk: Bulk, item: BulkItem) -> None:
        """Look at a batch, and save, delete or cancel it if it is as it was listed."""
        try:
            batch = await self._retrieve(item)
        except BatchNotFound:
            await self._skip(bulk, item, "gone")
            return
        except ApiError as error:
            await self._refuse(bulk, item, error)
            return
        if (reason := await self._find_change(bulk, item, batch)) is not None:
            await self._skip(bulk, item, reason)
        elif (refusal := await self._rights.find_list_refusal(bulk)) is not None:
            await self._leave_rest(bulk, refusal)
        elif bulk.saves and item.state == "waiting":
            await self._save(bulk, item, batch)
        else:
            await self._act(bulk, item, batch)

    async def _leave_rest(self, bulk: Bulk, refusal: NotPermitted) -> None:
        """Do nothing more to a list whose person lost the right to it."""
        why = f"not permitted: {refusal.rule_name}"
        now = self._services.now()
        await self._services.database.persist(
            lambda connection: leave_rest(connection, bulk, "not_permitted", why, now)
        )

    async def _find_change(self, bulk: Bulk, item: BulkItem, batch: MessageBatch) -> SkipReason | None:
        """Return why a batch is not what the person confirmed any more; None if it is."""
        if bulk.verb == "cancel":
            if batch.has_ended:
                return "ended"
            if batch.cancel_initiated_at is not None:
                return "canceling"
        elif describe_state(batch) != item.seen:
            return "changed"
        names = (await self._services.database.run(lambda c: labels.get_names(c, [item.batch_id])))[item.batch_id]
        if "--label" in bulk.command and names.label != item.label:
            return "label"
        if "--owner" in bulk.command and names.owner != item.owner:
            return "owner"
        if bulk.saves and item.state == "waiting" and not can_save(batch, self._services.now()):
            return "no_results"
        return None

    async def _save(self, bulk: Bulk, item: BulkItem, batch: MessageBatch) -> None:
        """Deliver the results. That they are saved is recorded with the enqueued delete, in one transaction."""
        database = self._services.database
        reading = f"results {item.batch_id} --file"
        saving = await database.run(partial(self._begin_step, bulk=bulk, item=item, state="saving", command=reading))
        if saving is None:
            return
        names = (await database.run(lambda c: labels.get_names(c, [item.batch_id])))[item.batch_id]
        await self._wait_turn()
        try:
            file = await self._saver.save(batch, names, _caller(bulk))
        except NotSaved as error:
            outcome: RecordedOutcome = "unknown" if error.reason == "unconfirmed" else "failed"
            await self._settle(saving, "failed", error.reason, audit_outcome=outcome, detail=error.detail)
            return
        await database.persist(partial(self._record_saved, bulk=bulk, item=saving, file=file))

    async def _act(self, bulk: Bulk, item: BulkItem, batch: MessageBatch) -> None:
        """Record the intent, and make the change as for a single batch."""
        change = _make_change(bulk, batch)
        detail = change.audit_detail
        acting = await self._services.database.run(
            partial(self._begin_step, bulk=bulk, item=item, state="acting", command=change.spell(), detail=detail)
        )
        if acting is None:
            return
        await self._wait_turn()
        me = self._services.process_id
        if not await self._services.database.run(lambda connection: bulks.is_held(connection, bulk.id, me)):
            return  # this process was taken for dead while it waited, and another one acts
        try:
            applied = await change.apply(self._services, _caller(bulk))
        except BatchNotFound:
            await self._settle(acting, "skipped", "gone", audit_outcome="refused")
            return
        except ExpectedError as error:
            state: Literal["unknown", "failed"] = "unknown" if error.may_have_happened else "failed"
            await self._settle(acting, state, "api", audit_outcome=state, detail=str(error))
            return
        match applied.outcome:
            case AlreadyGone() if item.state == "acting":
                await self._settle_gone(acting)  # the DELETE of the dead process was still on its way
            case AlreadyGone():
                await self._settle(acting, "skipped", "gone", audit_outcome="refused")
            case CancelTooLate():
                await self._settle(acting, "skipped", "ended", audit_outcome="refused")
            case _ if applied.audit_outcome == "done":
                await self._settle(acting, "done", audit_outcome="done")
            case _ if applied.audit_outcome == "unknown":
                await self._settle(acting, "unknown", "api", audit_outcome="unknown")
            case _:
                await self._settle(acting, "failed", "not_done", audit_outcome=applied.audit_outcome)

    async def _settle_gone(self, item: BulkItem) -> None:
        """Record that a batch is deleted, by the process that began to."""
        await forget(check_batch_id(item.batch_id), self._services, deleted_here=True)
        await self._settle(item, "done", audit_outcome="done", detail="after a restart")

    async def _finish_act(self, bulk: Bulk, item: BulkItem, *, may_act: bool) -> None:
        """Look what a dead process did to a batch. Do only what it did not do, if that is still what was confirmed."""
        try:
            batch = await self._retrieve(item)
        except BatchNotFound:
            if bulk.verb == "delete":
                await self._settle_gone(item)
            else:
                await self._settle(item, "skipped", "gone", audit_outcome="refused", detail="after a restart")
            return
        except ApiError as error:
            await self._settle(item, "unknown", "api", audit_outcome="unknown", detail=str(error))
            return
        if bulk.verb == "cancel" and batch.cancel_initiated_at is not None:
            await self._settle(item, "done", audit_outcome="done", detail="after a restart")
        elif not may_act:
            await self._settle(item, "skipped", "lapsed", audit_outcome="refused", detail="after a restart")
        elif (reason := await self._find_change(bulk, item, batch)) is not None:
            await self._settle(item, "skipped", reason, audit_outcome="refused", detail="after a restart")
        elif (refusal := await self._rights.find_list_refusal(bulk)) is not None:
            why = f"not permitted: {refusal.rule_name}"
            await self._settle(item, "skipped", "not_permitted", audit_outcome="refused", detail=why)
        else:
            await self._act(bulk, item, batch)

    async def _retrieve(self, item: BulkItem) -> MessageBatch:
        await self._wait_turn()
        return await self._services.workspace.batches.retrieve(check_batch_id(item.batch_id))

    async def _wait_turn(self) -> None:
        """Wait until the API may be called."""
        now = self._services.now()
        wait, _ = await self._services.database.run(
            lambda c: workers.reserve_call(c, {_PLACE: self._interval}, now, _PATIENCE)
        )
        if wait > timedelta(0):
            await self._pause(wait.total_seconds())

    def _begin_step(
        self,
        connection: Connection,
        *,
        bulk: Bulk,
        item: BulkItem,
        state: StepState,
        command: str,
        detail: str | None = None,
    ) -> BulkItem | None:
        """Record the state and the intent in one transaction; None if the batch is not as it was read."""
        if not bulks.begin_step(connection, item, state):
            return None
        if item.state != "acting":  # else it is recorded, by the process that died
            intent = self._describe(bulk, item, command, detail)
            entry_id = audit.record_intent(connection, intent, held_by=self._services.process_id)
            bulks.set_item_entry(connection, item, entry_id)
        return bulks.get_item(connection, item.bulk_id, item.position)

    def _record_saved(self, connection: Connection, *, bulk: Bulk, item: BulkItem, file: SavedFile) -> None:
        now = self._services.now()
        if not bulks.record_saved(connection, item, file):
            return
        summaries.record_download(connection, item.batch_id, "jsonl", by=bulk.user_id, at=now)
        batch_records.mark_fetched(connection, item.batch_id, now)
        if item.entry_id is not None:
            audit.record_outcome(
                connection, item.entry_id, outcome="done", detail=f"{file.name}, {file.lines:,} lines", at=now
            )
        self._services.enqueue(connection, BULK, f"bulk:{item.bulk_id}:{item.position}", "api", [item.bulk_id])

    async def _skip(self, bulk: Bulk, item: BulkItem, reason: SkipReason) -> None:
        """Record that nothing is done to a batch, in the audit too."""
        await self._services.database.persist(
            partial(self._record_untouched, bulk=bulk, item=item, state="skipped", reason=reason)
        )

    async def _refuse(self, bulk: Bulk, item: BulkItem, error: ApiError) -> None:
        """Record that the batch could not be read, so nothing was done to it."""
        await self._services.database.persist(
            partial(self._record_untouched, bulk=bulk, item=item, state="failed", reason="api", detail=str(error))
        )

    def _record_untouched(
        self,
        connection: Connection,
        *,
        bulk: Bulk,
        item: BulkItem,
        state: UntouchedState,
        reason: SkipReason | FailReason,
        detail: str | None = None,
    ) -> None:
        if bulks.settle(connection, item, state, reason, detail):
            why = f"skipped: {reason.replace('_', ' ')}" if state == "skipped" else detail
            intent = self._describe(bulk, item, f"{bulk.verb} {item.batch_id}", why)
            audit.record_act(connection, intent, "refused" if state == "skipped" else "failed", intent.at)

    async def _settle(
        self,
        item: BulkItem,
        state: SettledState,
        reason: SkipReason | FailReason | None = None,
        *,
        audit_outcome: RecordedOutcome,
        detail: str | None = None,
    ) -> None:
        """Record what came of a batch, with its audit entry, in one transaction."""

        def record(connection: Connection) -> None:
            if bulks.settle(connection, item, state, reason, detail if state != "done" else None):
                now = self._services.now()
                if item.entry_id is not None:
                    audit.record_outcome(connection, item.entry_id, outcome=audit_outcome, detail=detail, at=now)

        await self._services.database.persist(record)

    async def _draw_audit_line(self, bulk: Bulk, items: list[BulkItem]) -> Notice | None:
        if self._audit_channel is None:
            return None
        line = await self._audit_channel.replace_mentions(render_bulk_audit_line(bulk, items))
        return self._make_notice(f"bulk:{bulk.id}:audit", self._audit_channel.id, (), line)

    def _end(self, connection: Connection, *, bulk: Bulk, items: list[BulkItem], line: Notice | None) -> None:
        """Record the end of a list, and notify its person and the audit channel, in one transaction."""
        now = self._services.now()
        if not bulks.end(connection, bulk.id, now):
            return
        if bulk.entry_id is not None:
            outcome = _sum_up(items)
            audit.record_outcome(connection, bulk.entry_id, outcome=outcome, detail=count_words(bulk, items), at=now)
        told = self._make_notice(f"bulk:{bulk.id}", bulk.user_id, (bulk.user_id,), render_bulk_outcome(bulk, items))
        for notice in filter(None, (told, line)):
            notices.send(connection, self._services.enqueue, notice)

    def _make_notice(self, key: str, place: str, people: tuple[str, ...], message: Message) -> Notice:
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        return Notice(key, None, "act", place, people, self._services.now(), payload)

    def _describe(self, bulk: Bulk, item: BulkItem, command: str, detail: str | None) -> Intent:
        return Intent(
            at=self._services.now(),
            user_id=bulk.user_id,
            team_id=bulk.team_id,
            channel_id=bulk.channel_id,
            verb=command.partition(" ")[0],
            command=command,
            subject=item.batch_id,
            confirmation_id=None,
            detail=detail,
        )


def _make_change(bulk: Bulk, batch: MessageBatch) -> CancelChange | DeleteChange:
    if bulk.verb == "cancel":
        return CancelChange(Cancel(Reference(batch.id)), batch, asks=False, follows=False)
    return DeleteChange(Delete(Reference(batch.id)), batch)


def _sum_up(items: list[BulkItem]) -> RecordedOutcome:
    """Return the outcome of the whole list: done if anything was done."""
    states = {item.state for item in items}
    if "done" in states:
        return "done"
    if "unknown" in states:
        return "unknown"
    return "failed" if "failed" in states else "refused"


def _caller(bulk: Bulk) -> Caller:
    return Caller(UserId(bulk.user_id), TeamId(bulk.team_id), ChannelId(bulk.channel_id) if bulk.channel_id else None)
