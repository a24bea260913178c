"""A sample goes first: a draft that is being sent is parted in two, on disk and in the store."""

import asyncio
import logging
import random
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import RequestsUnreadable
from bot.operations.drafts import DraftUnavailable, RequestsFileMissing, make_draft_id
from bot.operations.services import Services
from bot.requests.estimate import dump_estimate, estimate_rest, load_estimate
from bot.requests.request_files import count_by_model, split_sample
from bot.scratch_file import scratch_file_failure
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts
from bot.store.records.drafts import Draft, DraftState
from bot.store.transactions import split_draft

log = logging.getLogger(__name__)

SAMPLE_SIZE = 10
"""Requests that go first."""
MIN_REQUESTS_FOR_SAMPLE = 2 * SAMPLE_SIZE
"""Requests from which on that is offered."""
_RANDOM = random.SystemRandom()


class DraftParts(Struct, frozen=True):
    """What became of a whole: the sample that is being sent, and the rest, which has every other request."""

    whole: Draft
    sample: Draft
    rest: Draft


def sample_size(draft: Draft) -> int | None:
    """Return how many requests of a draft can go first; None where that is not worth it, or was done."""
    return SAMPLE_SIZE if draft.requests >= MIN_REQUESTS_FOR_SAMPLE and draft.whole_id is None else None


async def split_off_sample(services: Services, whole: Draft) -> DraftParts:
    """Part a draft that this caller alone has claimed; where that fails it is as before, and nothing was sent.

    Raises:
        RequestsFileMissing, SpoolFailed: its file is gone, or the disk takes no more.
        DraftUnavailable, StoreUnavailable.
    """
    sample_id, rest_id = make_draft_id(), make_draft_id()
    try:
        parts = await _write_parts(services, whole, sample_id, rest_id)
        stored = await services.database.run(
            lambda c: split_draft.split(c, whole, parts.sample, parts.rest, services.now())
        )
    except RequestsUnreadable as error:
        await _release_whole(services, whole, "failed")
        raise RequestsFileMissing(whole) from error
    except OSError as error:
        await _release_whole(services, whole, "ready")
        raise scratch_file_failure(error) from error
    except StoreUnavailable:
        await _release_whole(services, whole, "ready")
        raise
    if not stored:
        raise DraftUnavailable(await services.database.run(lambda c: drafts.get(c, whole.id)))
    return parts


async def remove_requests_files(services: Services, *parts: Draft) -> None:
    """Remove what is not needed any more; what stays is removed by a later tidying."""
    with suppress(OSError):
        for part in parts:
            await asyncio.to_thread(services.drafts.requests_file(part.id).unlink, missing_ok=True)


async def _write_parts(services: Services, whole: Draft, sample_id: str, rest_id: str) -> DraftParts:
    """Write both files, and say what is in them. Raises RequestsUnreadable, OSError."""
    spool, now = services.drafts.requests_file, services.now()
    paths = spool(whole.id), whole.sample or 0, spool(sample_id), spool(rest_id)
    counts = await asyncio.to_thread(split_sample, *paths, _RANDOM)
    taken = await asyncio.to_thread(count_by_model, spool(sample_id))
    left = estimate_rest(load_estimate(whole.estimate), taken)
    both = replace(whole, whole_id=whole.id, sample=None, created_at=now, changed_at=now)
    sample = replace(both, id=sample_id, rest_id=rest_id, requests=counts.chosen, size=_file_size(spool(sample_id)))
    rest = replace(both, id=rest_id, state="held", held_by=None, requests=counts.rest, size=_file_size(spool(rest_id)))
    return DraftParts(whole, replace(sample, estimate="[]"), replace(rest, estimate=dump_estimate(left)))


def _file_size(path: Path) -> int:
    return path.stat().st_size


async def _release_whole(services: Services, whole: Draft, state: DraftState) -> None:
    """Say that a whole is not being sent after all; if it was parted, its parts are found to be nobody's later."""
    now = services.now()
    try:
        await services.database.persist(
            lambda c: drafts.change_state(c, whole.id, "sending", state, at=now, sample=None, held_by=None)
        )
    except StoreUnavailable:
        log.exception("draft %s is not being sent, and the store does not know", whole.id)
