"""The sending of a divided draft: its parts one after the other, until all are sent or one is not."""

import logging
from contextlib import suppress

from bot.operations.drafts import RequestsFileMissing
from bot.operations.send_draft import SendAttempt, find_watch_place, post_draft
from bot.operations.send_outcomes import NOT_RECORDED, BatchCreated, PartsSent, StopReason
from bot.operations.services import Services
from bot.operations.split_sample import remove_requests_files
from bot.operations.unsent_parts import read_unsent
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts
from bot.store.records.drafts import Draft
from bot.store.transactions import divided_drafts

log = logging.getLogger(__name__)


async def send_parts(services: Services, whole: Draft) -> PartsSent:
    """Send the parts that are left of a divided draft, which only this caller has claimed.

    A part is begun only after the one before it is recorded as sent. The first failure ends the sending.

    Raises:
        RequestsFileMissing: nothing was sent.
    """
    place = await find_watch_place(services, whole)
    created: list[BatchCreated] = []
    stopped: StopReason | None = None
    while stopped is None:
        try:
            part = await _begin_next(services, whole)
            if part is None:
                break
            outcome = await post_draft(services, SendAttempt(part, place))
        except (RequestsFileMissing, StoreUnavailable) as error:
            stopped = error
            continue
        if isinstance(outcome, BatchCreated):
            created.append(outcome)
            stopped = None if outcome.recorded else NOT_RECORDED
        else:
            stopped = outcome
    settled = await _settle(services, whole)
    if isinstance(stopped, RequestsFileMissing) and not created:
        raise stopped
    if settled.state in ("sent", "failed"):
        await remove_requests_files(services, whole)
    return PartsSent(settled, tuple(created), await _read_left(services, settled), stopped)


async def _begin_next(services: Services, whole: Draft) -> Draft | None:
    now = services.now()
    return await services.database.run(
        lambda connection: divided_drafts.begin_next_part(connection, whole.id, services.process_id, now)
    )


async def _settle(services: Services, whole: Draft) -> Draft:
    """Record what is left, and return the whole. Without the store it stays `sending`, and a worker settles it."""
    now = services.now()
    try:
        settled = await services.database.persist(
            lambda connection: divided_drafts.settle_whole(connection, whole, now) or drafts.get(connection, whole.id)
        )
    except StoreUnavailable:
        log.exception("what is left of draft %s is not recorded", whole.id)
        return whole
    return settled or whole


async def _read_left(services: Services, whole: Draft) -> Draft | None:
    """Return what can be sent later; None if everything was sent, or if it must not be sent now."""
    if whole.state != "ready":
        return None
    with suppress(StoreUnavailable):
        return await read_unsent(services, whole)
    return None
