"""One message batch as the simulated API keeps it, and as it writes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.playground.api_simulator.clock import wire_time
from bot.playground.api_simulator.requests import Request

ProcessingStatus = Literal["in_progress", "canceling", "ended"]

PROCESSING_WINDOW = timedelta(hours=24)
RETENTION = timedelta(days=29)  # counted from created_at, not from ended_at (docs.anthropic.com, Message Batches)


@dataclass(frozen=True, slots=True)
class Counts:
    """The five `request_counts`, in their order on the wire."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """When a batch ends and what will have become of its requests."""

    at: datetime
    counts: Counts


@dataclass(slots=True)
class Batch:
    """A batch and the plan of how it ends; what it looks like at a moment follows from the two."""

    id: str
    number: int
    created_at: datetime
    requests: Sequence[Request]
    natural_end: datetime
    ending: Ending
    cancel_initiated_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """The end of processing: exactly 24 hours after creation."""
        return self.created_at + PROCESSING_WINDOW

    def status_at(self, now: datetime) -> ProcessingStatus:
        """One of the three the API has: there is no failed, expired or canceled batch."""
        if now >= self.ending.at:
            return "ended"
        return "in_progress" if self.cancel_initiated_at is None else "canceling"

    def counts_at(self, now: datetime) -> Counts:
        """All in `processing` until the batch ends: outcomes show only then."""
        return self.ending.counts if now >= self.ending.at else Counts(processing=len(self.requests))

    def archived_at(self, now: datetime) -> datetime | None:
        """When its results went away, or None while they are kept."""
        archived = self.created_at + RETENTION
        return archived if now >= archived else None

    def has_results(self, now: datetime) -> bool:
        """Results exist from the end of the batch until it is archived."""
        return now >= self.ending.at and self.archived_at(now) is None

    def as_json(self, now: datetime, base_url: str) -> dict[str, Any]:
        """The ten keys of a MessageBatch in recorded order; `results_url` is null before the end and once archived."""
        ended = now >= self.ending.at
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status_at(now),
            "request_counts": asdict(self.counts_at(now)),
            "ended_at": wire_time(self.ending.at) if ended else None,
            "created_at": wire_time(self.created_at),
            "expires_at": wire_time(self.expires_at),
            "archived_at": wire_time(self.archived_at(now)),
            "cancel_initiated_at": wire_time(self.cancel_initiated_at),
            "results_url": f"{base_url}/v1/messages/batches/{self.id}/results" if self.has_results(now) else None,
        }
