"""The workspace: all message batches there are, newest first, and what can be done to them."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.causes import CAUSES
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.errors import ApiError, batch_not_found
from bot.playground.api_simulator.ids import chance, made_id
from bot.playground.api_simulator.lifecycle import cancel, planned_duration, undisturbed_ending
from bot.playground.api_simulator.placement import Placement, placed_batch
from bot.playground.api_simulator.requests import Request

_MISHAPS_FROM = 100  # requests; smaller batches meet no accidents, so that a small test sees just what it sent
_MISHAP_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, newest first; `has_more` speaks of the direction that was asked for."""

    batches: list[Batch]
    has_more: bool


class Workspace:
    """Holds the batches; an id that is unknown or deleted is an `ApiError` with status 404 everywhere."""

    def __init__(self, clock: Clock) -> None:
        self.id = made_id("wrkspc", "workspace")
        self.organization_id = "7f0c1a52-3f64-4c1e-9d5b-2a8e6b04d913"
        self._clock = clock
        self._made = 0
        self._by_id: dict[str, Batch] = {}
        self._oldest_first: list[Batch] = []

    @property
    def batches(self) -> list[Batch]:
        """All batches, newest first."""
        return self._oldest_first[::-1]

    def add(self, **wish: Any) -> Batch:
        """Put a batch in any state; the arguments are the fields of `Placement`.

        Raises:
            ValueError: a field is unknown, fields contradict each other, or the id is taken.
        """
        return self.place(Placement(**wish))

    def place(self, wish: Placement) -> Batch:
        """Put the batch that was described.

        Raises:
            ValueError: the id is taken.
        """
        if wish.id in self._by_id:
            raise ValueError(f"there is a batch {wish.id} already")
        return self._keep(placed_batch(wish, self._next_number(), self._clock.now()))

    def create(self, requests: Sequence[Request]) -> Batch:
        """A new batch of these requests, with the plan of how it will end."""
        number, now = self._next_number(), self._clock.now()
        batch_id = made_id("msgbatch", "created", number)
        requests = _with_mishaps(batch_id, requests)
        end = now + planned_duration(batch_id, len(requests))
        ending = undisturbed_ending(end, requests)
        return self._keep(Batch(batch_id, number, now, requests, end, ending))

    def get(self, batch_id: str) -> Batch:
        """The batch with this id."""
        try:
            return self._by_id[batch_id]
        except KeyError:
            raise batch_not_found(batch_id) from None

    def cancel(self, batch_id: str) -> Batch:
        """Initiate cancellation; a canceling or ended batch is given back unchanged."""
        batch = self.get(batch_id)
        cancel(batch, self._clock.now())
        return batch

    def delete(self, batch_id: str) -> None:
        """Remove an ended batch for good; 400 while it is unfinished, as captured from the live API."""
        batch = self.get(batch_id)
        if (status := batch.status_at(self._clock.now())) != "ended":
            raise ApiError(
                400,
                f"Message Batch {batch_id} cannot be deleted because it is still processing (status: {status}). "
                "Cancel the batch and wait for it to end before deleting it.",
            )
        del self._by_id[batch_id]
        del self._oldest_first[self._position(batch)]

    def page(self, limit: int, after_id: str | None = None, before_id: str | None = None) -> Page:
        """A page: the newest, those just older than `after_id`, or those just newer than `before_id`.

        A cursor that is no batch of this workspace is a 404: what the real API does is not documented, and an empty
        page would pass for the end of the list and hide the mistake. Both cursors at once are a 400, likewise.
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
        self._made += 1
        return self._made

    def _keep(self, batch: Batch) -> Batch:
        self._by_id[batch.id] = batch
        bisect.insort(self._oldest_first, batch, key=_age_key)
        return batch

    def _position(self, batch: Batch) -> int:
        return bisect.bisect_left(self._oldest_first, _age_key(batch), key=_age_key)


def _age_key(batch: Batch) -> tuple[datetime, int]:
    return batch.created_at, batch.number


def _with_mishaps(batch_id: str, requests: Sequence[Request]) -> Sequence[Request]:
    """One request in a hundred of a larger batch meets an overload or an internal error, the same ones each time."""
    if len(requests) < _MISHAPS_FROM:
        return requests
    return tuple(_perhaps_failing(batch_id, request) for request in requests)


def _perhaps_failing(batch_id: str, request: Request) -> Request:
    lot = chance(batch_id, request.custom_id)
    if request.failure is not None or lot >= _MISHAP_SHARE:
        return request
    cause = CAUSES["overloaded" if lot < _MISHAP_SHARE * 0.7 else "api_error"]
    return replace(request, failure=cause.failure(batch_id, request.custom_id))
