"""The interval between sweeps."""

from datetime import datetime, timedelta

from bot.store.records.batches import OpenBatches

FASTEST = timedelta(seconds=10)
SLOWEST = timedelta(seconds=60)


def choose_interval(found: OpenBatches, now: datetime) -> timedelta:
    """Return the time until the next sweep: 10 s while a batch is young, canceling or missing, at most a minute."""
    if found.youngest is None:
        return SLOWEST
    if found.some_missing or any(shape.startswith(("canceling", "ended")) for shape in found.shapes.values()):
        return FASTEST
    return min(max(FASTEST, (now - found.youngest) / 30), SLOWEST)
