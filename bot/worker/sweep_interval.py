"""How long until the next sweep."""

from datetime import datetime, timedelta

from bot.store.records.batches import OpenBatches

FASTEST, SLOWEST = timedelta(seconds=10), timedelta(seconds=60)


def choose_interval(found: OpenBatches, now: datetime) -> timedelta:
    """Return how long until the next sweep: 10 s while something is young, canceling or missing, up to a minute."""
    if found.youngest is None:
        return SLOWEST
    if found.some_missing or any(shape.startswith(("canceling", "ended")) for shape in found.shapes.values()):
        return FASTEST
    return min(max(FASTEST, (now - found.youngest) / 30), SLOWEST)
