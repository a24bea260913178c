"""How a batch comes to its end: by itself, or by being canceled."""

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.playground.api_simulator.batch import Batch, Counts, Ending
from bot.playground.api_simulator.ids import chance
from bot.playground.api_simulator.requests import MadeUpRequests, Request


def planned_duration(batch_id: str, total: int) -> timedelta:
    """How long a batch of this size takes: 3 to 11 minutes for a handful, under an hour for 100,000."""
    growth = 1 + math.log10(max(total, 10) / 10)
    return timedelta(seconds=(180 + 480 * chance(batch_id, "duration")) * growth)


def finishing_order(batch_id: str, total: int) -> list[int]:
    """The order in which the requests of a batch come to be processed; never that of submission, save by chance."""
    order = list(range(total))
    random.Random(f"{batch_id} processing").shuffle(order)
    return order


def undisturbed_ending(natural_end: datetime, requests: Sequence[Request]) -> Ending:
    """The ending of a batch nobody cancels: all processed. None is slow enough to expire; that has to be placed."""
    errored = _failing(requests)
    return Ending(natural_end, Counts(succeeded=len(requests) - errored, errored=errored))


def cancel(batch: Batch, now: datetime) -> None:
    """Initiate cancellation at `now`; a batch that is canceling or ended stays as it is.

    What is under way may still finish, so the batch ends some seconds later with a share that succeeded; a batch that
    was about to end anyway may end with nothing canceled (docs.anthropic.com, Message Batches, canceling).
    """
    if batch.status_at(now) != "in_progress":
        return
    batch.cancel_initiated_at = now
    winding_down = timedelta(seconds=(1 + 24 * chance(batch.id, "cancel")) * (1 + len(batch.requests) / 20_000))
    stop = now + winding_down
    if stop < batch.ending.at:
        batch.ending = Ending(stop, _canceled_counts(batch, now))


def _canceled_counts(batch: Batch, now: datetime) -> Counts:
    total = len(batch.requests)
    share = (now - batch.created_at) / (batch.natural_end - batch.created_at)
    under_way = 0.02 * chance(batch.id, "under way")
    finished = int(total * min(1.0, share + under_way))
    errored = _failing_among_first(batch.id, batch.requests, finished)
    return Counts(0, finished - errored, errored, total - finished, 0)


def _failing(requests: Sequence[Request]) -> int:
    if isinstance(requests, MadeUpRequests):
        return requests.failing
    return sum(request.failure is not None for request in requests)


def _failing_among_first(batch_id: str, requests: Sequence[Request], finished: int) -> int:
    order = finishing_order(batch_id, len(requests))[:finished]
    return sum(requests[index].failure is not None for index in order)
