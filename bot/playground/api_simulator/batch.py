"""One message batch: how the simulated API stores it, and its JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.playground.api_simulator.clock import format_time
from bot.playground.api_simulator.ids import make_id
from bot.playground.api_simulator.requests import Request

ProcessingStatus = Literal["in_progress", "canceling", "ended"]

PROCESSING_WINDOW = timedelta(hours=24)
WORKSPACE_KEY_ID = make_id("apikey", "workspace")
"""The id of the key that creates batches, unless a spec names another."""
RETENTION = timedelta(days=29)  # counted from created_at, not from ended_at (docs.anthropic.com, Message Batches)


@dataclass(frozen=True, slots=True)
class Counts:
    """The five `request_counts`, in the order of the JSON."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """When a batch ends, and the outcomes of its requests."""

    at: datetime
    counts: Counts


@dataclass(slots=True)
class Batch:
    """A batch with its planned ending. Its state at any time follows from the plan."""

    id: str
    number: int
    created_at: datetime
    requests: Sequence[Request]
    natural_end: datetime
    ending: Ending
    cancel_initiated_at: datetime | None = None
    missing: int = 0
    """Requests without a line in the results file, although they are counted."""
    api_key_id: str = WORKSPACE_KEY_ID

    @property
    def expires_at(self) -> datetime:
        """The end of processing: exactly 24 hours after creation."""
        return self.created_at + PROCESSING_WINDOW

    def find_status(self, now: datetime) -> ProcessingStatus:
        """Return one of the API's three statuses. There is none for a failed, expired or canceled batch."""
        if now >= self.ending.at:
            return "ended"
        return "in_progress" if self.cancel_initiated_at is None else "canceling"

    def find_counts(self, now: datetime) -> Counts:
        """Return the counts. All requests count as `processing` until the batch ends."""
        return self.ending.counts if now >= self.ending.at else Counts(processing=len(self.requests))

    def find_archive_time(self, now: datetime) -> datetime | None:
        """Return when its results were deleted, or None if they still exist."""
        archived = self.created_at + RETENTION
        return archived if now >= archived else None

    def has_results(self, now: datetime) -> bool:
        """Return whether results exist: from the end of the batch until it is archived."""
        return now >= self.ending.at and self.find_archive_time(now) is None

    def make_json(self, now: datetime, base_url: str) -> dict[str, Any]:
        """Return the ten keys of a MessageBatch. `results_url` is null before the end and after archiving."""
        ended = now >= self.ending.at
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.find_status(now),
            "request_counts": asdict(self.find_counts(now)),
            "ended_at": format_time(self.ending.at) if ended else None,
            "created_at": format_time(self.created_at),
            "expires_at": format_time(self.expires_at),
            "archived_at": format_time(self.find_archive_time(now)),
            "cancel_initiated_at": format_time(self.cancel_initiated_at),
            "results_url": f"{base_url}/v1/messages/batches/{self.id}/results" if self.has_results(now) else None,
        }
