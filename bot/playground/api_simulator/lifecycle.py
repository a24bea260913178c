"""How a batch ends: by itself, or because it is canceled."""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.playground.api_simulator.batch import Batch, Counts, Ending
from bot.playground.api_simulator.ids import draw_fraction
from bot.playground.api_simulator.requests import GeneratedRequests, Request


def plan_duration(batch_id: str, total: int) -> timedelta:
    """Plan how long a batch takes: 3 to 11 minutes for a few requests, under an hour for 100,000."""
    growth = 1 + math.log10(max(total, 10) / 10)
    return timedelta(seconds=(180 + 480 * draw_fraction(batch_id, "duration")) * growth)


def plan_finishing_order(batch_id: str, total: int) -> list[int]:
    """Return the order in which the requests of a batch are processed. It is not the order of submission."""
    order = list(range(total))
    random.Random(f"{batch_id} processing").shuffle(order)
    return order


def plan_answers(batch_id: str, answered: Sequence[int], wanted: Mapping[str, int]) -> dict[int, str]:
    """Choose which of the answered requests get an unusual answer; return the kinds by index."""
    kinds = [kind for kind, count in wanted.items() for _ in range(count)][: len(answered)]
    return dict(zip(random.Random(f"{batch_id} answers").sample(answered, len(kinds)), kinds, strict=True))


def plan_ending(natural_end: datetime, requests: Sequence[Request]) -> Ending:
    """Plan the ending without a cancel: every request is processed. Only a `BatchSpec` makes requests expire."""
    errored = _failing(requests)
    return Ending(natural_end, Counts(succeeded=len(requests) - errored, errored=errored))


def cancel_batch(batch: Batch, now: datetime) -> None:
    """Initiate cancellation at `now`. A batch that is canceling or has ended stays as it is.

    Requests under way may still finish, so the batch ends some seconds later and part of it succeeds. A batch that was
    about to end may end with nothing canceled (docs.anthropic.com, Message Batches, canceling).
    """
    if batch.find_status(now) != "in_progress":
        return
    batch.cancel_initiated_at = now
    winding_down = timedelta(seconds=(1 + 24 * draw_fraction(batch.id, "cancel")) * (1 + len(batch.requests) / 20_000))
    stop = now + winding_down
    if stop < batch.ending.at:
        batch.ending = Ending(stop, _canceled_counts(batch, now))


def _canceled_counts(batch: Batch, now: datetime) -> Counts:
    total = len(batch.requests)
    share = (now - batch.created_at) / (batch.natural_end - batch.created_at)
    under_way = 0.02 * draw_fraction(batch.id, "under way")
    finished = int(total * min(1.0, share + under_way))
    errored = _failing_among_first(batch.id, batch.requests, finished)
    return Counts(0, finished - errored, errored, total - finished, 0)


def _failing(requests: Sequence[Request]) -> int:
    if isinstance(requests, GeneratedRequests):
        return requests.failing
    return sum(request.failure is not None for request in requests)


def _failing_among_first(batch_id: str, requests: Sequence[Request], finished: int) -> int:
    order = plan_finishing_order(batch_id, len(requests))[:finished]
    return sum(requests[index].failure is not None for index in order)
