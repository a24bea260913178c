"""Describe a batch in any state, with any counts and age, and make it."""

import random
from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.playground.api_simulator.answer_kinds import ANSWER_KINDS
from bot.playground.api_simulator.batch import (
    PROCESSING_WINDOW,
    WORKSPACE_KEY_ID,
    Batch,
    Counts,
    Ending,
    ProcessingStatus,
)
from bot.playground.api_simulator.failure_causes import CAUSES
from bot.playground.api_simulator.ids import make_id
from bot.playground.api_simulator.lifecycle import plan_answers, plan_duration, plan_finishing_order
from bot.playground.api_simulator.requests import Failure, GeneratedRequests

_DAY = PROCESSING_WINDOW.total_seconds()


class BatchSpec(BaseModel):
    """A batch to make: its state, its counts, and its times in simulated seconds before now.

    `succeeded`, `errored`, `canceled` and `expired` count the outcomes, also of a batch that has not ended.
    `processing` counts requests of an unfinished batch whose outcome does not matter: they will succeed, or be
    canceled if the batch is canceling.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    processing_status: ProcessingStatus = "ended"
    processing: int = Field(0, ge=0)
    succeeded: int = Field(0, ge=0)
    errored: int = Field(0, ge=0)
    canceled: int = Field(0, ge=0)
    expired: int = Field(0, ge=0)
    age: float | None = Field(None, ge=0, le=10 * 365 * _DAY)
    """Seconds since creation. The default fits the state."""
    took: float | None = Field(None, gt=0, le=_DAY)
    """For an ended batch: seconds from creation to the end. With expired requests it is 24 hours."""
    ends_in: float | None = Field(None, gt=0, le=_DAY)
    """For an unfinished batch: seconds until it ends."""
    cancel_ago: float | None = Field(None, ge=0)
    """Seconds since cancellation was initiated."""
    causes: dict[str, float] = Field(default_factory=lambda: {"max_tokens_too_large": 1.0})
    """Why requests errored: names of known causes, and their shares."""
    answers: dict[str, int] = Field(default_factory=dict)
    """How many of the answers are unusual: names of known kinds, and their numbers."""
    missing: int = Field(0, ge=0)
    """Requests that are counted and have no line in the results file."""
    model: str = "claude-haiku-4-5-20251001"
    prefix: str = Field("request", pattern="^[a-zA-Z0-9_-]{1,50}$")
    """The prefix of the generated `custom_id`s."""
    id: str | None = Field(None, pattern="^[a-zA-Z0-9_-]{1,256}$")
    api_key_id: str = Field(WORKSPACE_KEY_ID, pattern="^apikey_[a-zA-Z0-9]+$")
    """The key that created it, for the bill."""

    @property
    def total(self) -> int:
        """The number of requests."""
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired

    @model_validator(mode="after")
    def _check_contradictions(self) -> Self:
        for wrong, message in self._find_contradictions():
            if wrong:
                raise ValueError(message)
        return self

    def _find_contradictions(self) -> list[tuple[bool, str]]:
        ended = self.processing_status == "ended"
        age = self.age_seconds
        unknown = sorted(set(self.causes) - set(CAUSES))
        unknown_answers = sorted(set(self.answers) - set(ANSWER_KINDS))
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
            (bool(unknown_answers), f"unknown answers {unknown_answers}; known are {sorted(ANSWER_KINDS)}"),
            (min(self.answers.values(), default=0) < 0, "a number of answers is not negative"),
            (sum(self.answers.values()) > self.succeeded, "there are not so many answers"),
            (self.missing > self.total, "not so many results can be missing"),
            (self.errored > 0 and sum(self.causes.values()) <= 0, "causes need a share above 0"),
        ]

    @property
    def age_seconds(self) -> float:
        """The given age, or the default for the state."""
        if self.age is not None:
            return self.age
        if self.processing_status != "ended":
            return 600.0
        return max(_DAY + 7_200 if self.expired else 3_600.0, (self.took or 0) + 60, (self.cancel_ago or 0) + 60)


def make_batch(spec: BatchSpec, number: int, now: datetime, *seed: str) -> Batch:
    """Return the batch. The same spec, number and seed make the same one."""
    batch_id = spec.id or make_id("msgbatch", "placed", *seed, number)
    created_at = now - timedelta(seconds=spec.age_seconds)
    failures = _failures(spec, batch_id)
    final = _final_counts(spec)
    answered = plan_finishing_order(batch_id, spec.total)[: final.succeeded + final.errored]
    answers = plan_answers(batch_id, [index for index in answered if index not in failures], spec.answers)
    requests = GeneratedRequests(spec.prefix, spec.total, spec.model, failures, answers)
    ends_at = _ends_at(spec, batch_id, created_at, now)
    return Batch(
        id=batch_id,
        number=number,
        created_at=created_at,
        requests=requests,
        natural_end=ends_at,
        ending=Ending(ends_at, _final_counts(spec)),
        cancel_initiated_at=_canceled_at(spec, created_at, ends_at, now),
        missing=spec.missing,
        api_key_id=spec.api_key_id,
    )


def _ends_at(spec: BatchSpec, batch_id: str, created_at: datetime, now: datetime) -> datetime:
    if spec.expired:
        return created_at + PROCESSING_WINDOW
    if spec.processing_status == "ended":
        usual = min(plan_duration(batch_id, spec.total).total_seconds(), spec.age_seconds * 0.8)
        return created_at + timedelta(seconds=usual if spec.took is None else spec.took)
    default = 900.0 if spec.processing_status == "in_progress" else 15.0
    return min(now + timedelta(seconds=spec.ends_in or default), created_at + PROCESSING_WINDOW)


def _canceled_at(spec: BatchSpec, created_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
    if spec.cancel_ago is not None:
        return now - timedelta(seconds=spec.cancel_ago)
    if spec.processing_status == "canceling" or spec.canceled:
        return max(created_at, min(now, ends_at) - timedelta(seconds=12))
    return None


def _final_counts(spec: BatchSpec) -> Counts:
    is_canceling = spec.processing_status == "canceling"
    succeeded, canceled = (0, spec.processing) if is_canceling else (spec.processing, 0)
    return Counts(0, spec.succeeded + succeeded, spec.errored, spec.canceled + canceled, spec.expired)


def _failures(spec: BatchSpec, batch_id: str) -> dict[int, Failure]:
    """Return the failures by request index. They are scattered over the processed requests, by the shares of causes."""
    if not spec.errored:
        return {}
    final = _final_counts(spec)
    processed = plan_finishing_order(batch_id, spec.total)[: final.succeeded + final.errored]
    failing = random.Random(f"{batch_id} failing").sample(processed, spec.errored)
    names = _names_by_share(spec.causes, spec.errored)
    return {index: CAUSES[name].make_failure(batch_id, index) for index, name in zip(failing, names, strict=True)}


def _names_by_share(shares: dict[str, float], total: int) -> list[str]:
    names: list[str] = []
    reached = 0.0
    whole = sum(shares.values())
    for name, share in shares.items():
        reached += share
        names += [name] * (round(total * reached / whole) - len(names))
    return names
