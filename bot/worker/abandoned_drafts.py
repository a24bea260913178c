"""Settles the drafts that a dead process was reading or sending, and notifies their askers."""

from functools import partial

from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.operations.send_draft import find_new_batches
from bot.operations.services import Services
from bot.store.records import notices
from bot.store.records.drafts import Draft
from bot.store.records.notices import Notice
from bot.store.transactions import abandoned_drafts
from bot.ui.notices.abandoned_draft import render_interrupted

CandidateBatches = tuple[MessageBatch, ...] | None
"""The batches that a draft may have become; None if the API could not be asked."""


class AbandonedDrafts:
    """Settles abandoned drafts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def settle_interrupted(self) -> int:
        """Settle the abandoned drafts and notify their askers; return how many."""
        services = self._services
        settled = 0
        now = services.now()
        me = services.process_id
        for draft in await services.database.run(
            lambda connection: abandoned_drafts.find_abandoned(connection, now, me)
        ):
            may_have_arrived = draft.state == "sending" and not draft.is_unparted
            found = await find_new_batches(services, draft) if may_have_arrived else ()
            settled += await services.database.run(partial(self._settle, draft=draft, found=found))
        return settled

    def _settle(self, connection: Connection, draft: Draft, found: CandidateBatches) -> bool:
        """Settle one draft and enqueue its notice, in one transaction; False if another process did."""
        now = self._services.now()
        if not abandoned_drafts.settle_draft(connection, draft, now):
            return False
        message = render_interrupted(draft, found)
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        key = f"draft:{draft.id}:{int(draft.changed_at.timestamp() * 1_000)}"
        notice = Notice(key, None, "act", draft.user_id, (draft.user_id,), now, payload)
        return notices.send(connection, self._services.enqueue, notice)
