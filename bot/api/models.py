"""The API's objects: message batches, pages, errors; lenient, so that a new key or value breaks nothing.

Source of the shapes: docs.anthropic.com, Message Batches, and the OpenAPI description of the Messages API.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, FailFast, Field

from bot.api.ids import BatchId

PROCESSING_WINDOW = timedelta(hours=24)
"""How long the API processes a batch at most, from its creation. Requests that are left then expire."""
RETENTION = timedelta(days=29)
"""How long results stay available, from the creation of the batch, not from its end."""

MAX_PAGE = 1000
"""The most batches that the API returns in a page."""


Count = Annotated[int, Field(ge=0, le=10**12)]
"""A number of requests; the bound is an own limit, so that sums fit any store."""
Moment = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC))]
"""A time; the bounds are own limits, so that days can be added to it in any zone."""


class ApiModel(BaseModel):
    """Base of what the API sends: immutable, and keys that this version does not know are kept."""

    # Built when first used, so that a start does not wait for models its first commands do not need.
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class RequestCounts(ApiModel):
    """The requests of a batch by state. Until the batch ends, all of them count as `processing`."""

    processing: Count
    succeeded: Count
    errored: Count
    canceled: Count
    expired: Count

    @property
    def total(self) -> int:
        """The number of requests in the batch."""
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


class MessageBatch(ApiModel):
    """One message batch.

    `processing_status` is `in_progress`, `canceling` or `ended` today; any other value is kept. `expires_at` ends the
    processing, not the results: those stay available for 29 days from `created_at`.
    """

    id: BatchId
    type: str = "message_batch"
    processing_status: str
    request_counts: RequestCounts
    ended_at: Moment | None = None
    created_at: Moment
    expires_at: Moment
    archived_at: Moment | None = None
    cancel_initiated_at: Moment | None = None
    results_url: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether processing is over, whatever the outcome."""
        return self.processing_status == "ended"

    @property
    def readable_until(self) -> datetime:
        """The moment at which the API removes the results."""
        return self.created_at + RETENTION

    @property
    def awaits_results(self) -> bool:
        """Whether the batch has ended, and the API has not made its results available yet."""
        return self.has_ended and self.results_url is None and self.archived_at is None

    def is_readable(self, now: datetime) -> bool:
        """Return whether the batch has ended and its results are still available."""
        return self.has_ended and self.archived_at is None and now < self.readable_until


class BatchPage(ApiModel):
    """One page of the list, newest first. `has_more` refers to the direction asked for.

    `unreadable`: the ids of its batches that have another shape than documented, None for one without an id. `is_cut`:
    there is more, and the API gives no way to it (see `BatchesClient.list_pages`).
    """

    data: Annotated[tuple[MessageBatch, ...], Field(max_length=MAX_PAGE), FailFast()]
    has_more: bool = False
    first_id: BatchId | None = None
    last_id: BatchId | None = None
    unreadable: tuple[str | None, ...] = ()
    is_cut: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it shows every batch that it should."""
        return not self.unreadable and not self.is_cut


class DeletedBatch(ApiModel):
    """The API's confirmation that a batch was deleted."""

    id: BatchId
    type: str = "message_batch_deleted"


class ErrorBody(ApiModel):
    """The inner error. `details` is undocumented; `message` is for people, never match on it."""

    type: str
    message: str = ""
    details: object = None

    @property
    def error_code(self) -> str | None:
        """The stable code in `details.error_code`, or None if the API gives none."""
        code = self.details.get("error_code") if isinstance(self.details, dict) else None
        return code if isinstance(code, str) else None


class ErrorEnvelope(ApiModel):
    """The error in answers and in errored result lines: its type is `error.type`, not `type`."""

    type: str = "error"
    error: ErrorBody
    request_id: str | None = None
