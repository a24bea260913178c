"""The one POST that makes a batch of a draft, and every way of not being sure of it."""

import asyncio
import logging
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused, RequestsUnreadable
from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.operations.drafts import RequestsFileMissing
from bot.operations.follow import CardPlace, add_notify_level, find_card_place
from bot.operations.send_outcomes import AnswerLost, BatchCreated, NotSent, SendOutcome, SendRefused
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.operations.split_sample import DraftParts, remove_requests_files, split_off_sample
from bot.requests.request_files import find_refused_id
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records import cards, drafts, labels
from bot.store.records.drafts import Draft
from bot.store.records.labels import Relative
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch, split_draft

log = logging.getLogger(__name__)

NEWEST_BATCHES = 100
CLOCK_SKEW = timedelta(minutes=2)


class SendAttempt(Struct, frozen=True):
    """One POST: the draft whose requests go, where its batch is watched, and the whole that it is a sample of."""

    draft: Draft
    place: CardPlace | None
    parts: DraftParts | None = None

    @property
    def shown(self) -> Draft:
        """Return what the person asked to send."""
        return self.parts.whole if self.parts else self.draft

    def settle(self, connection: drafts.Transaction, state: drafts.DraftState, at: datetime) -> Draft:
        """Record that no batch is known of it: it can be sent as before, never, or nobody knows; return what that is.

        Given up meanwhile, it was taken for lost, and the rest after a sample goes its own way: what is certain counts.
        """
        certain = state != "unknown"
        if certain and self.parts is not None and split_draft.rejoin(connection, self.draft, state, at):
            return self.parts.whole
        before = drafts.POSSIBLY_SENT if certain else ("sending",)
        drafts.change_state(connection, self.draft.id, before, state, at=at, held_by=None)
        split_draft.release_rest(connection, self.draft, at)
        return self.draft


async def require_file(services: Services, draft: Draft) -> None:
    """Raise RequestsFileMissing where the requests of a draft are not on the disk any more."""
    if not await asyncio.to_thread(services.drafts.requests_file(draft.id).exists):
        raise RequestsFileMissing(draft)


async def send_claimed(services: Services, draft: Draft) -> SendOutcome:
    """Send a draft that this caller alone has claimed, or the sample of it that goes first; say what came of it.

    Nothing is asked of the store between the claim and the POST, but for a sample.

    Raises:
        RequestsFileMissing, DraftOver: nothing was sent.
    """
    place = await _find_place(services, draft)
    if draft.sample is None:
        return await _post(services, SendAttempt(draft, place))
    try:
        parts = await split_off_sample(services, draft)
    except (ScratchFileFailed, StoreUnavailable) as error:
        return NotSent(draft, error)
    return await _post(services, SendAttempt(parts.sample, place, parts))


async def _post(services: Services, sending: SendAttempt) -> SendOutcome:
    spool = services.drafts.requests_file(sending.draft.id)
    try:
        batch = await services.workspace.batches.create_from_file(spool)
    except RequestsUnreadable as error:
        raise RequestsFileMissing(await _record_state(services, sending, "failed")) from error
    except KeyRefused as error:
        return await _record_not_sent(services, sending, error)
    except ApiRejected as error:
        named = await asyncio.to_thread(find_refused_id, spool, error.message)
        return SendRefused(await _record_state(services, sending, "failed"), error, named)
    except ApiError as error:
        if isinstance(error, ApiUnavailable) and error.may_have_happened:
            return await _record_lost_answer(services, sending)
        return await _record_not_sent(services, sending, error)
    return await _record_created(services, sending, batch)


async def find_new_batches(services: Services, draft: Draft) -> tuple[MessageBatch, ...] | None:
    """Return the newest batches of this size that were created since it was sent; None where the API does not say."""
    since = draft.changed_at - CLOCK_SKEW
    try:
        page = await services.workspace.batches.list(limit=NEWEST_BATCHES)
    except ApiError:
        return None
    return tuple(
        batch for batch in page.data if batch.request_counts.total == draft.requests and batch.created_at >= since
    )


async def _find_place(services: Services, draft: Draft) -> CardPlace | None:
    """Return where the batch is watched; a sample always is, because its end is waited for."""
    wish = draft.watch or "here"
    if wish == "none" and draft.sample is None:
        return None
    asker = Caller(UserId(draft.user_id), TeamId(draft.team_id), ChannelId(draft.channel_id or "") or None)
    return await find_card_place(services, asker, "here" if wish == "here" else "dm")


async def _record_lost_answer(services: Services, sending: SendAttempt) -> AnswerLost:
    await _record_state(services, sending, "unknown")
    rest = replace(sending.parts.rest, state="ready") if sending.parts else None
    if sending.parts is not None:
        await remove_requests_files(services, sending.parts.whole)
    return AnswerLost(sending.draft, await find_new_batches(services, sending.draft), rest)


async def _record_not_sent(services: Services, sending: SendAttempt, error: ApiError) -> NotSent:
    return NotSent(await _record_state(services, sending, "ready"), error)


async def _record_created(services: Services, sending: SendAttempt, batch: MessageBatch) -> BatchCreated:
    """Remember what the batch was made of; nothing that fails now may look as if the batch were not there."""
    draft, parts, recorded = sending.draft, sending.parts, True
    try:
        await services.database.persist(lambda connection: _record_batch(connection, sending, batch, services))
    except StoreUnavailable:
        recorded = False
        log.exception("what %s was made of is not recorded", batch.id)
    kept = await _archive_requests(services, draft, batch)
    if parts is not None:
        await remove_requests_files(services, parts.whole)
    place = (
        await add_notify_level(services, sending.place, batch.id) if recorded and sending.place is not None else None
    )
    return BatchCreated(batch, draft, kept, parts.rest if parts else None, place, recorded)


def _record_batch(
    connection: drafts.Transaction, sending: SendAttempt, batch: MessageBatch, services: Services
) -> None:
    """Everything that is known of a new batch, in one transaction; harmless a second time."""
    draft, now, by = sending.draft, services.now(), sending.draft.user_id
    drafts.change_state(connection, draft.id, ("sending", "unknown"), "sent", at=now, batch_id=batch.id, held_by=None)
    labels.set_field(connection, batch.id, "owner", draft.owner or by, by=by, at=now)
    if draft.label:
        labels.set_field(connection, batch.id, "label", draft.label, by=by, at=now)
    if draft.kind and draft.parent_id:
        labels.add_relative(connection, Relative(batch.id, draft.parent_id, draft.kind))
        cards.redraw_all(connection, services.enqueue, draft.parent_id, now)
    if draft.rest_id is not None:
        split_draft.set_rest_parent(connection, draft.rest_id, batch.id)
        split_draft.release_rest(connection, draft, now)
    if sending.place is not None:
        watch = StoredWatch(batch.id, by, sending.place.id, "watch", now)
        begin_watch.start_watch(connection, services.enqueue, watch, snapshot_batch(batch, now), now)


async def _archive_requests(services: Services, draft: Draft, batch: MessageBatch) -> bool:
    spool = services.drafts.requests_file(draft.id)
    try:
        kept = await asyncio.to_thread(services.drafts.archive.add, BatchId(batch.id), batch.created_at, spool)
        await asyncio.to_thread(spool.unlink, missing_ok=True)
    except (OSError, RequestsUnreadable):
        log.exception("the requests of %s are not kept", batch.id)
        return False
    return kept


async def _record_state(services: Services, sending: SendAttempt, state: drafts.DraftState) -> Draft:
    """Record where it stands; where that fails, nobody can send it again until it is found to be nobody's."""
    now = services.now()
    try:
        settled = await services.database.persist(lambda connection: sending.settle(connection, state, now))
    except StoreUnavailable:
        log.exception("draft %s is without its outcome: %s", sending.draft.id, state)
        return sending.shown
    if sending.parts is not None and settled is sending.parts.whole:
        await remove_requests_files(services, sending.parts.sample, sending.parts.rest)
    return settled
