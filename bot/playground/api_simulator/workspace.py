"""All message batches of a simulated workspace, and what can be done with them."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.batch_spec import BatchSpec, make_batch
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.errors import ApiError, make_not_found
from bot.playground.api_simulator.failure_causes import CAUSES
from bot.playground.api_simulator.ids import draw_fraction, make_id
from bot.playground.api_simulator.lifecycle import (
    cancel_batch,
    plan_answers,
    plan_duration,
    plan_ending,
    plan_finishing_order,
)
from bot.playground.api_simulator.model_lifecycles import ModelLifecycles
from bot.playground.api_simulator.rate_limits import RateLimitHeaders
from bot.playground.api_simulator.requests import Request

_MISHAPS_FROM = 100  # requests; smaller batches have no mishaps, so that a small test sees only what it sent
_MISHAP_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class UnusualAnswers:
    """What is unusual about the results of batches that are created: kinds of answers, and lines left out."""

    answers: Mapping[str, int]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, newest first. `has_more` refers to the direction of the cursor."""

    batches: list[Batch]
    has_more: bool


class ApiWorkspace:
    """Holds the batches. Every method raises `ApiError` 404 for an id that is unknown or deleted.

    The ids of its batches follow from its name and from the order of their creation.
    """

    def __init__(self, clock: Clock, models: ModelLifecycles, name: str = "") -> None:
        self.name = name
        """Empty for the first workspace."""
        self._seed = (name,) if name else ()
        self.id = self.requested_id = make_id("wrkspc", "workspace", *self._seed)
        """What answers name. Calls are admitted by `requested_id`. Behind a proxy that swaps keys they differ."""
        self.organization_id = "7f0c1a52-3f64-4c1e-9d5b-2a8e6b04d913"
        self.admin_organization_id = self.organization_id
        """The organization of the Admin keys, whose bill they read."""
        self.names_itself = True
        """Whether answers name the workspace. A gateway may drop the header."""
        self.models = models
        self.rate_limits = RateLimitHeaders(clock)
        self._clock = clock
        self.unusual = UnusualAnswers({})
        """For the batches that are created from now on."""
        self._last_number = 0
        self._by_id: dict[str, Batch] = {}
        self._oldest_first: list[Batch] = []
        self._deleted: list[Batch] = []

    @property
    def batches(self) -> list[Batch]:
        """All batches, newest first."""
        return self._oldest_first[::-1]

    @property
    def billed_batches(self) -> list[Batch]:
        """All batches, also the deleted ones, which stay on the bill."""
        return [*self._oldest_first, *self._deleted]

    def add(self, **spec: Any) -> Batch:
        """Add a batch in any state. The arguments are the fields of `BatchSpec`.

        Raises:
            ValueError: a field is unknown, fields contradict each other, or the id exists.
        """
        return self.add_spec(BatchSpec(**spec))

    def add_spec(self, spec: BatchSpec) -> Batch:
        """Add the batch that a spec describes.

        Raises:
            ValueError: the id exists.
        """
        if spec.id in self._by_id:
            raise ValueError(f"there is a batch {spec.id} already")
        return self._keep(make_batch(spec, self._next_number(), self._clock.now(), *self._seed))

    def create(self, requests: Sequence[Request]) -> Batch:
        """Create a batch of these requests, and plan how it ends."""
        number = self._next_number()
        now = self._clock.now()
        batch_id = make_id("msgbatch", "created", *self._seed, number)
        requests = _add_answers(batch_id, _add_mishaps(batch_id, requests), self.unusual.answers)
        end = now + plan_duration(batch_id, len(requests))
        requests = self.models.fail_retired(requests, plan_finishing_order(batch_id, len(requests)), now, end)
        ending = plan_ending(end, requests)
        missing = min(self.unusual.missing, len(requests))
        return self._keep(Batch(batch_id, number, now, requests, end, ending, missing=missing))

    def get(self, batch_id: str) -> Batch:
        """Return the batch with this id."""
        try:
            return self._by_id[batch_id]
        except KeyError:
            raise make_not_found(batch_id) from None

    def cancel(self, batch_id: str) -> Batch:
        """Initiate cancellation, and return the batch. A canceling or ended batch stays as it is."""
        batch = self.get(batch_id)
        cancel_batch(batch, self._clock.now())
        return batch

    def delete(self, batch_id: str) -> None:
        """Delete an ended batch. ApiError 400 if it is unfinished, as captured from the live API."""
        batch = self.get(batch_id)
        if (status := batch.find_status(self._clock.now())) != "ended":
            raise ApiError(
                400,
                f"Message Batch {batch_id} cannot be deleted because it is still processing (status: {status}). "
                "Cancel the batch and wait for it to end before deleting it.",
            )
        del self._by_id[batch_id]
        self._deleted.append(batch)
        del self._oldest_first[self._position(batch)]

    def page(self, limit: int, after_id: str | None = None, before_id: str | None = None) -> Page:
        """Return a page: the newest, those just older than `after_id`, or those just newer than `before_id`.

        An unknown cursor is a 404. The real API's answer is not documented, and an empty page would look like the end
        of the list and hide the mistake. Both cursors at once are a 400, for the same reason.
        """
        if after_id and before_id:
            raise ApiError(400, "Only one of `after_id` and `before_id` may be given.")
        if before_id:
            start = self._position(self.get(before_id)) + 1
            end = min(start + limit, len(self._oldest_first))
            return Page(self._oldest_first[start:end][::-1], end < len(self._oldest_first))
        end = self._position(self.get(after_id)) if after_id else len(self._oldest_first)
        start = max(0, end - limit)
        return Page(self._oldest_first[start:end][::-1], start > 0)

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def _keep(self, batch: Batch) -> Batch:
        self._by_id[batch.id] = batch
        bisect.insort(self._oldest_first, batch, key=_age_key)
        return batch

    def _position(self, batch: Batch) -> int:
        return bisect.bisect_left(self._oldest_first, _age_key(batch), key=_age_key)


def _age_key(batch: Batch) -> tuple[datetime, int]:
    return batch.created_at, batch.number


def _add_answers(batch_id: str, requests: Sequence[Request], wanted: Mapping[str, int]) -> Sequence[Request]:
    """Give some of the requests that do not fail an unusual answer."""
    if not wanted:
        return requests
    sound = [index for index, request in enumerate(requests) if request.failure is None]
    kinds = plan_answers(batch_id, sound, wanted)
    return tuple(replace(request, answer=kinds.get(index)) for index, request in enumerate(requests))


def _add_mishaps(batch_id: str, requests: Sequence[Request]) -> Sequence[Request]:
    """Let one request in a hundred of a larger batch fail with an overload or an internal error, always the same."""
    if len(requests) < _MISHAPS_FROM:
        return requests
    return tuple(_add_mishap(batch_id, request) for request in requests)


def _add_mishap(batch_id: str, request: Request) -> Request:
    fraction = draw_fraction(batch_id, request.custom_id)
    if request.failure is not None or fraction >= _MISHAP_SHARE:
        return request
    cause = CAUSES["overloaded" if fraction < _MISHAP_SHARE * 0.7 else "api_error"]
    return replace(request, failure=cause.make_failure(batch_id, request.custom_id))
