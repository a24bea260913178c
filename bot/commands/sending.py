"""The one POST that makes a batch of a draft, and every way of not being sure of it."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.batches.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused, RequestsUnreadable
from bot.batches.models import BatchId, MessageBatch
from bot.batches.spools import refused_id
from bot.commands.base import Services
from bot.commands.drafting import SpoolGone, workshop_of
from bot.store import drafts, labels
from bot.store.audit import AuditOutcome
from bot.store.database import StoreUnavailable
from bot.store.drafts import Draft
from bot.store.labels import Relative

log = logging.getLogger(__name__)

LOOKED_AT = 100
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class BatchCreated:
    """The draft has become this batch; `kept`: its requests can be sent again. `rest`: what is left after a sample."""

    batch: MessageBatch
    draft: Draft
    kept: bool
    rest: Draft | None = None


@dataclass(frozen=True)
class ApprovalAsked:
    """It is above the limit: nothing was sent, and somebody else has to agree."""

    draft: Draft


@dataclass(frozen=True)
class SendRefused:
    """The API refused the whole; nothing was created. `custom_id` is the request it names, if it names one."""

    draft: Draft
    error: ApiRejected
    custom_id: str | None


@dataclass(frozen=True)
class NotSent:
    """It certainly did not arrive; the draft can be sent as before."""

    draft: Draft
    error: ApiError


@dataclass(frozen=True)
class AnswerLost:
    """Nobody knows whether it arrived. `appeared`: batches of that size that are new; None: looking failed too."""

    draft: Draft
    appeared: tuple[MessageBatch, ...] | None


SendOutcome = BatchCreated | ApprovalAsked | SendRefused | NotSent | AnswerLost


def conclusion(outcome: object) -> AuditOutcome:
    """Return what the audit says of what came of a draft."""
    match outcome:
        case BatchCreated() | ApprovalAsked():
            return "done"
        case AnswerLost():
            return "unknown"
        case SendRefused():
            return "refused"
        case _:
            return "failed"


async def there(services: Services, draft: Draft) -> None:
    """Raise SpoolGone where the requests of a draft are not on the disk any more."""
    if not await asyncio.to_thread(workshop_of(services).spool(draft.id).exists):
        raise SpoolGone(draft)


async def post_draft(services: Services, draft: Draft) -> SendOutcome:
    """Send the requests of a draft that this caller alone has claimed, and say what came of it."""
    spool = workshop_of(services).spool(draft.id)
    try:
        batch = await services.batches.create_from_file(spool)
    except RequestsUnreadable as error:
        await _settle(services, draft, "failed")
        raise SpoolGone(draft) from error
    except KeyRefused as error:
        return await _not_sent(services, draft, error)
    except ApiRejected as error:
        await _settle(services, draft, "failed")
        return SendRefused(draft, error, await asyncio.to_thread(refused_id, spool, error.message))
    except ApiError as error:
        if isinstance(error, ApiUnavailable) and error.may_have_happened:
            await _settle(services, draft, "unknown")
            return AnswerLost(draft, await appeared(services, draft))
        return await _not_sent(services, draft, error)
    return await _created(services, draft, batch)


async def appeared(services: Services, draft: Draft) -> tuple[MessageBatch, ...] | None:
    """Return the newest batches of this size that were created since it was sent; None where the API does not say."""
    since = draft.changed_at - CLOCKS_DIFFER
    try:
        page = await services.batches.list(limit=LOOKED_AT)
    except ApiError:
        return None
    return tuple(
        batch for batch in page.data if batch.request_counts.total == draft.requests and batch.created_at >= since
    )


async def _not_sent(services: Services, draft: Draft, error: ApiError) -> NotSent:
    await _settle(services, draft, "ready")
    return NotSent(draft, error)


async def _created(services: Services, draft: Draft, batch: MessageBatch) -> BatchCreated:
    """Remember what the batch was made of; nothing that fails now may look as if the batch were not there."""
    rest = None
    try:
        await services.database.run(lambda connection: _remember(connection, draft, batch, services))
        if draft.kind == "sample":
            rest = await services.database.run(lambda connection: drafts.rest_of(connection, batch.id))
    except StoreUnavailable:
        log.exception("what %s was made of is not recorded", batch.id)
    return BatchCreated(batch, draft, await _keep(services, draft, batch), rest)


def _remember(connection: drafts.Transaction, draft: Draft, batch: MessageBatch, services: Services) -> None:
    now, by = services.now(), draft.user_id
    drafts.move(connection, draft.id, ("sending", "unknown"), "sent", at=now, batch_id=batch.id)
    labels.change(connection, batch.id, "owner", draft.owner or by, by=by, at=now)
    if draft.label:
        labels.change(connection, batch.id, "label", draft.label, by=by, at=now)
    if draft.kind == "sample" and draft.parent_id:
        drafts.adopt(connection, draft.parent_id, batch.id)
    elif draft.kind and draft.parent_id:
        labels.relate(connection, Relative(batch.id, draft.parent_id, draft.kind))


async def _keep(services: Services, draft: Draft, batch: MessageBatch) -> bool:
    workshop = workshop_of(services)
    spool = workshop.spool(draft.id)
    try:
        kept = await asyncio.to_thread(workshop.kept.keep, BatchId(batch.id), batch.created_at, spool)
        await asyncio.to_thread(spool.unlink, missing_ok=True)
    except (OSError, RequestsUnreadable):
        log.exception("the requests of %s are not kept", batch.id)
        return False
    return kept


async def _settle(services: Services, draft: Draft, state: drafts.State) -> None:
    """Record where a draft stands; where that fails, it stays as being sent and nobody can send it again."""
    now = services.now()
    try:
        await services.database.run(lambda connection: drafts.move(connection, draft.id, "sending", state, at=now))
    except StoreUnavailable:
        log.exception("draft %s is without its outcome: %s", draft.id, state)
