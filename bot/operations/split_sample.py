"""Splitting a draft into a sample that goes first and the rest, on the disk and in the store."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import RequestsUnreadable
from bot.operations.drafts import (
    DraftUnavailable,
    make_draft_id,
    missing_file_error,
    read_cost_rules,
    recheck_file,
)
from bot.operations.services import Services
from bot.operations.spending import reserve_sample
from bot.requests.estimate import (
    Estimate,
    dump_estimate,
    estimate_cost,
    estimate_output,
    estimate_rest,
    estimate_sample,
    load_estimate,
)
from bot.requests.request_files import count_by_model, hash_file, split_sample
from bot.scratch_file import scratch_file_failure
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts, sends
from bot.store.records.drafts import Draft, DraftChanges, RestingState
from bot.store.transactions import split_draft

log = logging.getLogger(__name__)

SAMPLE_SIZE = 10
"""Requests in a sample."""
MIN_REQUESTS_FOR_SAMPLE = 2 * SAMPLE_SIZE
"""Drafts of fewer requests are sent whole."""
_RANDOM = random.SystemRandom()


class DraftParts(Struct, frozen=True):
    """A whole draft, the sample of it that is sent first, and the rest with all other requests."""

    whole: Draft
    sample: Draft
    rest: Draft


def sample_size(draft: Draft) -> int | None:
    """Return how many requests of a draft can go first; None if it is too small, or was split or divided before."""
    is_whole = draft.whole_id is None and not draft.is_divided
    return SAMPLE_SIZE if draft.requests >= MIN_REQUESTS_FOR_SAMPLE and is_whole else None


async def split_off_sample(services: Services, whole: Draft) -> DraftParts:
    """Split a draft that only this caller has claimed. Every error leaves the whole as it was, and sends nothing.

    Raises:
        RequestsFileMissing: its file is gone.
        ScratchFileFailed: the disk did not take the files.
        DraftUnavailable, StoreUnavailable.
    """
    try:
        parts = await _write_parts(services, whole)
        stored = await services.database.run(lambda connection: _store_parts(connection, parts, services.now()))
    except RequestsUnreadable as error:
        await _release_whole(services, whole, "failed")
        raise missing_file_error(whole, error) from error
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
    """Remove requests files that are no longer needed. The heartbeat removes what stays behind."""
    with suppress(OSError):
        for part in parts:
            await asyncio.to_thread(services.drafts.requests_file(part.id).unlink, missing_ok=True)


async def _write_parts(services: Services, whole: Draft) -> DraftParts:
    """Write both requests files and return the drafts that describe them. Raises RequestsUnreadable, OSError."""
    now = services.now()
    sample_id, rest_id = make_draft_id(), make_draft_id()
    whole_file = services.drafts.requests_file(whole.id)
    sample_file = services.drafts.requests_file(sample_id)
    rest_file = services.drafts.requests_file(rest_id)
    size = whole.sample or 0
    try:
        counts = await asyncio.to_thread(split_sample, whole_file, size, sample_file, rest_file, _RANDOM, whole.digest)
    except BaseException:  # also if it is stopped
        sample_file.unlink(missing_ok=True)
        rest_file.unlink(missing_ok=True)
        raise
    sample_models = await asyncio.to_thread(count_by_model, sample_file)
    estimates = await _estimate_parts(services, load_estimate(whole.estimate), sample_file, sample_models)
    part = replace(whole, whole_id=whole.id, sample=None, created_at=now, changed_at=now)
    sample = replace(
        part,
        id=sample_id,
        rest_id=rest_id,
        requests=counts.chosen,
        size=sample_file.stat().st_size,
        digest=await asyncio.to_thread(hash_file, sample_file),
        estimate=dump_estimate(estimates[0]),
    )
    rest = replace(
        part,
        id=rest_id,
        state="held",
        held_by=None,
        requests=counts.rest,
        size=rest_file.stat().st_size,
        digest=await asyncio.to_thread(hash_file, rest_file),
        estimate=dump_estimate(estimates[1]),
    )
    return DraftParts(whole, sample, rest)


def _store_parts(connection: Connection, parts: DraftParts, at: datetime) -> bool:
    """Store the parts, and count only the sample as sent; False if the whole is not being sent that way."""
    if not split_draft.split(connection, parts.whole, parts.sample, parts.rest, at):
        return False
    reserve_sample(connection, parts.whole, parts.sample)
    return True


async def _estimate_parts(
    services: Services, whole: Estimate, sample_file: Path, models: Mapping[str, int]
) -> tuple[Estimate, Estimate]:
    """Return the estimates of the sample and of the rest. Where the sample cannot be measured, each is the whole's."""
    measured = sample_file.with_suffix(".measured")
    try:
        checked = await recheck_file(services, sample_file, measured)
    finally:
        await asyncio.to_thread(measured.unlink, missing_ok=True)
    if not checked.is_sound or checked.sizes.count_by_model() != models:
        return whole, whole
    rules = await read_cost_rules(services)
    sample = estimate_sample(whole, estimate_cost(checked.sizes, (), rules))
    return sample, estimate_rest(whole, models, estimate_output(checked.sizes, rules))


async def _release_whole(services: Services, whole: Draft, state: RestingState) -> None:
    """Record that a whole is not being sent. If its parts were stored already, a worker settles them later."""
    now = services.now()

    def record(connection: Connection) -> None:
        changes = DraftChanges(sample=None)
        if drafts.change_state(connection, whole.id, "sending", state, at=now, changes=changes):
            sends.release(connection, whole.id)

    try:
        await services.database.persist(record)
    except StoreUnavailable:
        log.exception("draft %s is not being sent, but that is not recorded", whole.id)
