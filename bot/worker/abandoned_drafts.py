"""Settles the drafts that a dead process was reading or sending, and those whose outcome is unknown."""

from functools import partial

from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.operations.send_draft import (
    SEARCH_WITHOUT_ANSWER,
    archive_requests,
    find_new_batches,
    find_watch_place,
    has_rival,
    record_batch,
)
from bot.operations.services import Services
from bot.operations.split_sample import remove_requests_files
from bot.operations.unsent_parts import read_unsent_parts
from bot.store.records import drafts, notices
from bot.store.records.drafts import Draft
from bot.store.records.notices import Notice
from bot.store.transactions import abandoned_drafts, divided_drafts
from bot.ui.notices.abandoned_draft import (
    render_batch_found,
    render_batch_not_created,
    render_batch_undecided,
    render_interrupted,
)
from bot.ui.reply import Message

CandidateBatches = tuple[MessageBatch, ...] | None
"""The batches that a draft may have become; None if the API could not be asked."""


class AbandonedDrafts:
    """Settles drafts, and notifies their askers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def settle(self) -> int:
        """Settle what can be settled now; return how many drafts."""
        return await self.settle_interrupted() + await self.settle_uncertain()

    async def settle_interrupted(self) -> int:
        """Settle the drafts whose process died; return how many."""
        services = self._services
        settled = 0
        now = services.now()
        me = services.process_id
        for draft in await services.database.run(
            lambda connection: abandoned_drafts.find_abandoned(connection, now, me)
        ):
            may_have_arrived = draft.state == "sending" and not (draft.is_unparted or draft.is_divided)
            candidates = await find_new_batches(services, draft) if may_have_arrived else ()
            if candidates and await self._adopt(draft, candidates):
                settled += 1
                continue
            settled += await services.database.run(partial(self._settle, draft=draft, candidates=candidates))
            if draft.state == "checking":
                await remove_requests_files(services, draft)
        return settled

    async def settle_uncertain(self) -> int:
        """Look for the batches of the drafts whose outcome is unknown; return how many drafts are settled."""
        settled = 0
        for draft in await self._services.database.run(drafts.list_uncertain):
            candidates = await find_new_batches(self._services, draft)
            if candidates is None:  # the API does not answer: look again later, however late it gets
                continue
            settled += await self._adopt(draft, candidates) or await self._give_up(draft, candidates)
        return settled

    async def _adopt(self, draft: Draft, candidates: tuple[MessageBatch, ...]) -> bool:
        """Record the one batch that a draft can have become; False if there is none, or another one is possible."""
        if len(candidates) != 1:
            return False
        [batch] = candidates
        services = self._services
        place = await find_watch_place(services, draft)

        def record(connection: Connection) -> bool:
            now = services.now()
            if not abandoned_drafts.is_as_found(connection, draft) or has_rival(connection, draft, batch):
                return False
            record_batch(connection, services, draft, place, batch)
            if draft.part is not None:
                divided_drafts.settle_whole(connection, draft, now)
            abandoned_drafts.record_outcome(connection, draft, "done", abandoned_drafts.FOUND, now, batch.id)
            rest = _find_unsent(connection, draft)
            return self._notify(connection, draft, "found", render_batch_found(draft, batch, rest))

        if not await services.database.run(record):
            return False
        await archive_requests(services, draft, batch.id, batch.created_at)
        return True

    async def _give_up(self, draft: Draft, candidates: tuple[MessageBatch, ...]) -> bool:
        """Stop looking once the time for it is over. Return whether this process did."""
        services = self._services
        if draft.settles_at is None or services.now() < draft.settles_at:
            return False

        def record(connection: Connection) -> bool:
            exists = None if candidates else False
            if not abandoned_drafts.give_up_search(connection, draft, services.now(), exists=exists):
                return False
            rest = _find_unsent(connection, draft)
            message = (
                render_batch_undecided(draft, candidates, rest) if candidates else render_batch_not_created(draft, rest)
            )
            return self._notify(connection, draft, "undecided" if candidates else "absent", message)

        given_up = await services.database.run(record)
        if given_up and candidates and draft.part is None:
            await remove_requests_files(services, draft)
        return given_up

    def _settle(self, connection: Connection, draft: Draft, candidates: CandidateBatches) -> bool:
        """Settle one draft and enqueue its notice, in one transaction; False if another process did."""
        now = self._services.now()
        if not abandoned_drafts.settle_draft(connection, draft, now, SEARCH_WITHOUT_ANSWER):
            return False
        rest = _find_unsent(connection, draft)
        return self._notify(connection, draft, "", render_interrupted(draft, candidates, rest))

    def _notify(self, connection: Connection, draft: Draft, what: str, message: Message) -> bool:
        """Enqueue a notice for the asker, once for each state that the draft was in."""
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        parts = ("draft", draft.id, str(int(draft.changed_at.timestamp() * 1_000)), what)
        key = ":".join(filter(None, parts))
        notice = Notice(key, None, "act", draft.user_id, (draft.user_id,), self._services.now(), payload)
        return notices.send(connection, self._services.enqueue, notice)


def _find_unsent(connection: Connection, draft: Draft) -> Draft | None:
    """Return what is left of the divided draft that this is, or is a part of, if it can be sent now."""
    if draft.parts is None:
        return None
    whole = drafts.get(connection, draft.file_id)
    return read_unsent_parts(connection, whole) if whole is not None and whole.state == "ready" else None
