"""Conversion between a batch of the API and its snapshot in the store."""

from datetime import datetime

from bot.api.models import MessageBatch
from bot.store.records.batches import SeenBatch
from bot.store.transactions.announce import Ending


def encode_shape(batch: MessageBatch) -> str:
    """Return everything about a batch that changes while it is watched, as one string to compare."""
    counts = batch.request_counts
    figures = (counts.processing, counts.succeeded, counts.errored, counts.canceled, counts.expired)
    canceled = "c" if batch.cancel_initiated_at else ""
    readable = "r" if batch.results_url else ""
    archived = "a" if batch.archived_at else ""
    return f"{batch.processing_status}{canceled}{readable}{archived} {'/'.join(map(str, figures))}"


def snapshot_batch(batch: MessageBatch, now: datetime) -> SeenBatch:
    """Return the snapshot of a batch that was read at `now`."""
    return SeenBatch(
        id=batch.id,
        status=batch.processing_status,
        shape=encode_shape(batch),
        body=batch.model_dump_json(),
        created_at=batch.created_at,
        expires_at=batch.expires_at,
        ended_at=batch.ended_at,
        results_ready=batch.results_url is not None,
        over_at=now if is_settled(batch) else None,
    )


def restore_batch(seen: SeenBatch) -> MessageBatch:
    """Return the batch of a snapshot."""
    return MessageBatch.model_validate_json(seen.body)


def is_settled(batch: MessageBatch) -> bool:
    """Return whether nothing more can change: the batch has ended, and its results are or were available."""
    return batch.has_ended and (batch.results_url is not None or batch.archived_at is not None)


def describe_ending(batch: MessageBatch) -> Ending:
    """Return how a batch ended, as far as that decides who is notified."""
    counts = batch.request_counts
    return Ending(all_succeeded=counts.succeeded == counts.total, canceled=batch.cancel_initiated_at is not None)
