"""Putting a batch into the workspace in any state, with any counts, at any age."""

import random
from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.playground.api_simulator.batch import PROCESSING_WINDOW, Batch, Counts, Ending, ProcessingStatus
from bot.playground.api_simulator.causes import CAUSES
from bot.playground.api_simulator.ids import made_id
from bot.playground.api_simulator.lifecycle import finishing_order, planned_duration
from bot.playground.api_simulator.requests import Failure, MadeUpRequests

_DAY = PROCESSING_WINDOW.total_seconds()


class Placement(BaseModel):
    """What batch to put: its state, its counts and its times, all in simulated seconds back from now.

    `succeeded`, `errored`, `canceled` and `expired` are how the batch ended, or how it is going to end; `processing`
    are requests of an unfinished batch whose fate does not matter (they will succeed, or be canceled when canceling).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    processing_status: ProcessingStatus = "ended"
    processing: int = Field(0, ge=0)
    succeeded: int = Field(0, ge=0)
    errored: int = Field(0, ge=0)
    canceled: int = Field(0, ge=0)
    expired: int = Field(0, ge=0)
    age: float | None = Field(None, ge=0, le=10 * 365 * _DAY)
    """Seconds since creation; by default one that suits the state."""
    took: float | None = Field(None, gt=0, le=_DAY)
    """Ended: seconds from creation to the end; one with expired requests took 24 hours."""
    ends_in: float | None = Field(None, gt=0, le=_DAY)
    """Unfinished: seconds until it ends."""
    cancel_ago: float | None = Field(None, ge=0)
    """Seconds since cancellation was initiated."""
    causes: dict[str, float] = Field(default_factory=lambda: {"max_tokens_too_large": 1.0})
    """Why the errored ones failed: names of known causes and their shares."""
    model: str = "claude-haiku-4-5-20251001"
    prefix: str = Field("request", pattern="^[a-zA-Z0-9_-]{1,50}$")
    """How the made-up `custom_id`s begin."""
    id: str | None = Field(None, pattern="^[a-zA-Z0-9_-]{1,256}$")

    @property
    def total(self) -> int:
        """All requests of the batch."""
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for wrong, message in self._contradictions():
            if wrong:
                raise ValueError(message)
        return self

    def _contradictions(self) -> list[tuple[bool, str]]:
        ended, age = self.processing_status == "ended", self.age_seconds
        unknown = sorted(set(self.causes) - set(CAUSES))
        return [
            (not 1 <= self.total <= 100_000, f"a batch has 1 to 100,000 requests, not {self.total}"),
            (ended and self.processing > 0, "an ended batch has no requests in processing"),
            (ended and self.ends_in is not None, "ends_in is for an unfinished batch"),
            (not ended and self.took is not None, "took is for an ended batch"),
            (not ended and age >= _DAY, "an unfinished batch is younger than 24 hours"),
            (ended and self.expired > 0 and age < _DAY, "requests expire only 24 hours after creation"),
            (ended and (self.took or 0) > age, "the batch would end in the future: took is longer than age"),
            ((self.cancel_ago or 0) > age, "cancellation cannot come before creation"),
            (self.took is not None and age - (self.cancel_ago or age) > self.took, "cancellation came after the end"),
            (self.processing_status == "in_progress" and self.cancel_ago is not None, "then it would be canceling"),
            (self.processing_status == "in_progress" and self.canceled > 0, "nothing is canceled without canceling"),
            (bool(unknown), f"unknown causes {unknown}; known are {sorted(CAUSES)}"),
            (self.errored > 0 and sum(self.causes.values()) <= 0, "causes need a share above 0"),
        ]

    @property
    def age_seconds(self) -> float:
        """The age asked for, or the one that suits the state."""
        if self.age is not None:
            return self.age
        if self.processing_status != "ended":
            return 600.0
        return max(_DAY + 7_200 if self.expired else 3_600.0, (self.took or 0) + 60, (self.cancel_ago or 0) + 60)


def placed_batch(wish: Placement, number: int, now: datetime) -> Batch:
    """The batch that was asked for; the same wish and number give the same one."""
    batch_id = wish.id or made_id("msgbatch", "placed", number)
    created_at = now - timedelta(seconds=wish.age_seconds)
    requests = MadeUpRequests(wish.prefix, wish.total, wish.model, _failures(wish, batch_id))
    ends_at = _ends_at(wish, batch_id, created_at, now)
    return Batch(
        id=batch_id,
        number=number,
        created_at=created_at,
        requests=requests,
        natural_end=ends_at,
        ending=Ending(ends_at, _final_counts(wish)),
        cancel_initiated_at=_canceled_at(wish, created_at, ends_at, now),
    )


def _ends_at(wish: Placement, batch_id: str, created_at: datetime, now: datetime) -> datetime:
    if wish.expired:
        return created_at + PROCESSING_WINDOW
    if wish.processing_status == "ended":
        usual = min(planned_duration(batch_id, wish.total).total_seconds(), wish.age_seconds * 0.8)
        return created_at + timedelta(seconds=usual if wish.took is None else wish.took)
    default = 900.0 if wish.processing_status == "in_progress" else 15.0
    return min(now + timedelta(seconds=wish.ends_in or default), created_at + PROCESSING_WINDOW)


def _canceled_at(wish: Placement, created_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
    if wish.cancel_ago is not None:
        return now - timedelta(seconds=wish.cancel_ago)
    if wish.processing_status == "canceling" or wish.canceled:
        return max(created_at, min(now, ends_at) - timedelta(seconds=12))
    return None


def _final_counts(wish: Placement) -> Counts:
    late = wish.processing_status == "canceling"
    succeeded, canceled = (0, wish.processing) if late else (wish.processing, 0)
    return Counts(0, wish.succeeded + succeeded, wish.errored, wish.canceled + canceled, wish.expired)


def _failures(wish: Placement, batch_id: str) -> dict[int, Failure]:
    """The failing requests, scattered over those that get processed, each with its cause in the asked proportion."""
    if not wish.errored:
        return {}
    final = _final_counts(wish)
    processed = finishing_order(batch_id, wish.total)[: final.succeeded + final.errored]
    failing = random.Random(f"{batch_id} failing").sample(processed, wish.errored)
    names = _names_by_share(wish.causes, wish.errored)
    return {index: CAUSES[name].failure(batch_id, index) for index, name in zip(failing, names, strict=True)}


def _names_by_share(shares: dict[str, float], total: int) -> list[str]:
    names: list[str] = []
    reached, whole = 0.0, sum(shares.values())
    for name, share in shares.items():
        reached += share
        names += [name] * (round(total * reached / whole) - len(names))
    return names
