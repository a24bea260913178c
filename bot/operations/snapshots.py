"""A batch as the API shows it ↔ a batch as the store remembers it."""

from datetime import datetime

from bot.api.models import MessageBatch
from bot.store.records.batches import SeenBatch
from bot.store.transactions.announce import Ending


def encode_shape(batch: MessageBatch) -> str:
    """Return everything of a batch that changes while it is watched, in one word to compare by."""
    counts = batch.request_counts
    figures = (counts.processing, counts.succeeded, counts.errored, counts.canceled, counts.expired)
    canceled = "c" if batch.cancel_initiated_at else ""
    readable = "r" if batch.results_url else ""
    return (
        f"{batch.processing_status}{canceled}{readable}{'a' if batch.archived_at else ''} {'/'.join(map(str, figures))}"
    )


def snapshot_batch(batch: MessageBatch, now: datetime) -> SeenBatch:
    """Return what is stored of a batch that was read at `now`; one that has ended is over."""
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
    """Return the batch as it was last seen."""
    return MessageBatch.model_validate_json(seen.body)


def is_settled(batch: MessageBatch) -> bool:
    """Say whether there is nothing more to wait for: ended, and its results are there or have been."""
    return batch.has_ended and (batch.results_url is not None or batch.archived_at is not None)


def describe_ending(batch: MessageBatch) -> Ending:
    """Return how a batch ended, as far as it decides who is told."""
    counts = batch.request_counts
    return Ending(all_succeeded=counts.succeeded == counts.total, canceled=batch.cancel_initiated_at is not None)
