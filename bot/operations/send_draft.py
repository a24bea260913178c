"""The POST that makes a batch of a draft, and what is recorded when it succeeds, fails, or stays unanswered."""

import asyncio
import logging
from contextlib import aclosing
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, RequestsUnreadable, RequestTooLarge
from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.operations.drafts import RequestsFileMissing, missing_file_error
from bot.operations.follow import CardPlace, add_notify_level, find_card_place
from bot.operations.send_outcomes import AnswerLost, BatchCreated, NotSent, SendOutcome, SendRefused
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.operations.spending import get_spend_rules, make_send
from bot.operations.split_sample import DraftParts, remove_requests_files, split_off_sample
from bot.operations.unsent_parts import get_span
from bot.requests.request_files import find_refused_id, names_requests
from bot.scratch_file import ScratchFileFailed
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import cards, drafts, labels, sends
from bot.store.records.drafts import Draft, DraftChanges, RestingState
from bot.store.records.labels import Relative
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch, divided_drafts, split_draft

log = logging.getLogger(__name__)

MOST_SEARCHED = 1_000
"""How many of the newest batches are searched for one that a draft may have become."""
SEARCH_AFTER_ANSWER = timedelta(minutes=1)
"""How long a worker looks for the batch after the API answered with an error that leaves its existence open."""
SEARCH_WITHOUT_ANSWER = timedelta(minutes=10)
"""The same after a call without an answer: the API may take as long as the longest upload (bot.api.retry_policy)."""
CLOCK_SKEW = timedelta(minutes=2)
"""How far the clocks of this machine and of the API may differ."""


class SendAttempt(Struct, frozen=True):
    """One POST: the draft that is sent, where its batch is watched, and the whole if the draft is a sample."""

    draft: Draft
    place: CardPlace | None
    parts: DraftParts | None = None

    @property
    def requested_draft(self) -> Draft:
        """Return the draft that the person asked to send."""
        return self.parts.whole if self.parts else self.draft

    def record_state(self, connection: Connection, state: RestingState, at: datetime) -> Draft:
        """Record that the draft certainly did not become a batch, and return the draft that is in `state` now.

        A sample that certainly was not sent is joined with its rest again. If a worker gave the attempt up in the
        meantime, the rest is on its own and stays so, but the state still replaces `unknown`.
        """
        if self.draft.part is not None:
            divided_drafts.record_unsent(connection, self.draft, state, at)
            return self.draft
        if self.parts is not None and split_draft.rejoin(connection, self.draft, state, at):
            return self.parts.whole
        if drafts.change_state(connection, self.draft.id, drafts.POSSIBLY_SENT, state, at=at):
            sends.release(connection, self.draft.id)
        split_draft.release_rest(connection, self.draft, at)
        return self.draft

    def record_uncertain(self, connection: Connection, at: datetime, search: timedelta) -> Draft:
        """Record that the draft may have become a batch, for which a worker looks for so long."""
        drafts.mark_uncertain(connection, self.draft.id, settles_at=at + search)
        if self.draft.part is not None:
            divided_drafts.settle_whole(connection, self.draft, at)
        split_draft.release_rest(connection, self.draft, at)
        return self.draft


async def require_file(services: Services, draft: Draft) -> None:
    """Raise RequestsFileMissing if the requests of a draft are no longer on the disk."""
    if not await asyncio.to_thread(services.drafts.requests_file(draft.file_id).exists):
        raise RequestsFileMissing(draft)


async def send_claimed(services: Services, draft: Draft) -> SendOutcome:
    """Send a draft that only this caller has claimed, or the sample that goes first, and return the outcome.

    Between the claim and the POST the store is needed only to split off a sample.

    Raises:
        RequestsFileMissing, DraftUnavailable: nothing was sent.
    """
    place = await find_watch_place(services, draft)
    if draft.sample is None:
        return await post_draft(services, SendAttempt(draft, place))
    try:
        parts = await split_off_sample(services, draft)
    except (ScratchFileFailed, StoreUnavailable) as error:
        return NotSent(draft, error)
    return await post_draft(services, SendAttempt(parts.sample, place, parts))


async def post_draft(services: Services, attempt: SendAttempt) -> BatchCreated | SendRefused | NotSent | AnswerLost:
    """Send one POST and record what comes of it. Raises RequestsFileMissing: nothing was sent."""
    requests_file = services.drafts.requests_file(attempt.draft.file_id)
    span = get_span(attempt.draft)
    try:
        batch = await services.workspace.batches.create_from_file(requests_file, attempt.draft.digest, span)
    except RequestsUnreadable as error:
        failed = await _record_state(services, attempt, "failed")
        raise missing_file_error(failed, error) from error
    except ApiRejected as error:
        if not (isinstance(error, RequestTooLarge) or names_requests(error.message)):
            return await _record_not_sent(services, attempt, error)
        start = span.start if span else 0
        custom_id = await asyncio.to_thread(find_refused_id, requests_file, error.message, start)
        return SendRefused(await _record_state(services, attempt, "failed"), error, custom_id)
    except ApiError as error:
        if isinstance(error, ApiUnavailable) and error.may_have_happened:
            return await _record_lost_answer(services, attempt, error)
        return await _record_not_sent(services, attempt, error)
    return await _record_created(services, attempt, batch)


async def find_new_batches(services: Services, draft: Draft) -> tuple[MessageBatch, ...] | None:
    """Return the batches that the draft may have become: of its size, created as it was sent, and no other draft's.

    None if the list cannot be read.
    """
    since = draft.changed_at - CLOCK_SKEW
    until = draft.changed_at + SEARCH_WITHOUT_ANSWER + CLOCK_SKEW
    found: list[MessageBatch] = []
    is_whole = True
    try:
        async with aclosing(services.workspace.batches.list_pages(limit=100)) as pages:
            searched = 0
            async for page in pages:
                is_whole = is_whole and page.is_whole
                searched += len(page.data)
                found += [batch for batch in page.data if _fits(batch, draft, since, until)]
                if searched >= MOST_SEARCHED or (page.data and page.data[-1].created_at < since):
                    break
    except ApiError:
        return None
    if not found and not is_whole:  # it may be among those that the API did not show
        return None
    assigned = await services.database.run(
        lambda connection: drafts.find_assigned(connection, [batch.id for batch in found])
    )
    return tuple(batch for batch in found if batch.id not in assigned)


def _fits(batch: MessageBatch, draft: Draft, since: datetime, until: datetime) -> bool:
    return batch.request_counts.total == draft.requests and since <= batch.created_at <= until


async def find_watch_place(services: Services, draft: Draft) -> CardPlace | None:
    """Return where the batch is watched. A sample is always watched: its end decides about the rest."""
    preference = draft.watch or "here"
    if preference == "none" and draft.sample is None and draft.rest_id is None:
        return None
    asker = Caller(UserId(draft.user_id), TeamId(draft.team_id), ChannelId(draft.channel_id or "") or None)
    return await find_card_place(services, asker, "here" if preference == "here" else "dm")


async def _record_lost_answer(services: Services, attempt: SendAttempt, error: ApiUnavailable) -> AnswerLost:
    search = SEARCH_WITHOUT_ANSWER if error.status is None else SEARCH_AFTER_ANSWER
    now = services.now()
    try:
        await services.database.persist(lambda connection: attempt.record_uncertain(connection, now, search))
    except StoreUnavailable:  # the draft stays `sending`, and a worker finds it
        log.exception("it is not recorded that draft %s may have become a batch", attempt.draft.id)
    rest = None
    if attempt.parts is not None:
        await remove_requests_files(services, attempt.parts.whole)
        rest = replace(attempt.parts.rest, state="ready")
    return AnswerLost(attempt.draft, await _look_for_batch(services, attempt.draft), error, rest)


async def _look_for_batch(services: Services, draft: Draft) -> tuple[MessageBatch, ...] | None:
    try:
        return await find_new_batches(services, draft)
    except StoreUnavailable:
        return None


async def _record_not_sent(services: Services, attempt: SendAttempt, error: ApiError) -> NotSent:
    return NotSent(await _record_state(services, attempt, "ready"), error)


async def _record_created(services: Services, attempt: SendAttempt, batch: MessageBatch) -> BatchCreated:
    """Record what the batch was made from. A failure from here on must not hide that the batch exists."""
    recorded = True
    try:
        await services.database.persist(
            lambda connection: record_batch(connection, services, attempt.draft, attempt.place, batch)
        )
    except StoreUnavailable:
        recorded = False
        log.exception("what %s was made from is not recorded", batch.id)
    archived = await archive_requests(services, attempt.draft, batch.id, batch.created_at)
    rest = None
    if attempt.parts is not None:
        await remove_requests_files(services, attempt.parts.whole)
        rest = attempt.parts.rest
    place = None
    if recorded and attempt.place is not None:
        place = await add_notify_level(services, attempt.place, batch.id)
    return BatchCreated(batch, attempt.draft, archived, rest, place, recorded)


def has_rival(connection: Connection, draft: Draft, batch: MessageBatch) -> bool:
    """Return whether another draft may have become this batch."""
    created_at = batch.created_at
    return drafts.has_rival(connection, draft, created_at - SEARCH_WITHOUT_ANSWER - CLOCK_SKEW, created_at + CLOCK_SKEW)


def record_batch(
    connection: Connection, services: Services, draft: Draft, place: CardPlace | None, batch: MessageBatch
) -> None:
    """Record a new batch with its owner, label, relatives and watch, in one transaction that can be repeated."""
    now = services.now()
    by = draft.user_id
    sent = DraftChanges(batch_id=batch.id)
    before = (*drafts.POSSIBLY_SENT, "ready", "held")  # ready, or held: a worker gave up to look for the batch
    drafts.change_state(connection, draft.id, before, "sent", at=now, changes=sent)
    labels.set_field(connection, batch.id, "owner", draft.owner or by, by=by, at=now)
    if draft.label:
        labels.set_field(connection, batch.id, "label", draft.label, by=by, at=now)
    rules = get_spend_rules(services)
    sends.set_batch(connection, make_send(connection, rules, draft, batch.created_at), batch.id)
    if draft.kind and draft.parent_id:
        labels.add_relative(connection, Relative(batch.id, draft.parent_id, draft.kind))
        cards.redraw_all(connection, services.enqueue, draft.parent_id, now)
    if draft.rest_id is not None:
        split_draft.set_rest_parent(connection, draft.rest_id, batch.id)
        split_draft.release_rest(connection, draft, now)
    if draft.part is not None and drafts.find_head(connection, batch.id) != batch.id:
        begin_watch.add_part(connection, services.enqueue, snapshot_batch(batch, now), now)
    elif place is not None:
        watch = StoredWatch(batch.id, by, place.id, "watch", now)
        begin_watch.start_watch(connection, services.enqueue, watch, snapshot_batch(batch, now), now)


async def archive_requests(services: Services, draft: Draft, batch_id: str, created_at: datetime) -> bool:
    """Move the requests of a sent draft to the archive; return whether they are there. A part is copied."""
    requests_file = services.drafts.requests_file(draft.file_id)
    archive = services.drafts.archive
    try:
        archived = await asyncio.to_thread(archive.add, BatchId(batch_id), created_at, requests_file, get_span(draft))
        if draft.part is None:
            await asyncio.to_thread(requests_file.unlink, missing_ok=True)
    except (OSError, RequestsUnreadable):
        log.exception("the requests of %s are not archived", batch_id)
        return False
    return archived


async def _record_state(services: Services, attempt: SendAttempt, state: RestingState) -> Draft:
    """Record an end without a known batch, and return the draft that is in `state` now.

    Without the store the draft stays `sending`, so no one can send it twice. A worker finds it later and reports it.
    """
    now = services.now()
    try:
        recorded = await services.database.persist(lambda connection: attempt.record_state(connection, state, now))
    except StoreUnavailable:
        log.exception("the state of draft %s is not recorded: %s", attempt.draft.id, state)
        return attempt.requested_draft
    if attempt.parts is not None and recorded is attempt.parts.whole:
        await remove_requests_files(services, attempt.parts.sample, attempt.parts.rest)
    if state == "failed" and recorded.part is None:
        await remove_requests_files(services, recorded)
    return recorded
