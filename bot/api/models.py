"""The API's objects as they come: message batches, pages, errors; lenient, so that a new key or value breaks nothing.

Source of the shapes: docs.anthropic.com, Message Batches, and the OpenAPI description of the Messages API.
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.api.ids import BatchId

RETENTION = timedelta(days=29)
"""Results are kept so long after the batch was created, not after it ended."""


class ApiModel(BaseModel):
    """Base of what the API sends: never changed here, and keys this version does not know are kept as they came."""

    # Built when first used: a process that starts does not wait for models that its first commands do without.
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class RequestCounts(ApiModel):
    """How many of a batch's requests stand where. Until the batch ends, all of them count as `processing`."""

    processing: int
    succeeded: int
    errored: int
    canceled: int
    expired: int

    @property
    def total(self) -> int:
        """The number of requests in the batch."""
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


class MessageBatch(ApiModel):
    """One message batch.

    `processing_status` is `in_progress`, `canceling` or `ended` today; another value is kept as it came.
    `expires_at` ends the processing, not the results: those are kept for 29 days from `created_at`.
    """

    id: BatchId
    type: str = "message_batch"
    processing_status: str
    request_counts: RequestCounts
    ended_at: AwareDatetime | None = None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    archived_at: AwareDatetime | None = None
    cancel_initiated_at: AwareDatetime | None = None
    results_url: str | None = None

    @property
    def has_ended(self) -> bool:
        """Nothing of it is processed any more, however it went."""
        return self.processing_status == "ended"

    @property
    def readable_until(self) -> datetime:
        """When the API drops the results."""
        return self.created_at + RETENTION

    def is_readable(self, now: datetime) -> bool:
        """It has ended and its results are still kept."""
        return self.has_ended and self.archived_at is None and now < self.readable_until


class BatchPage(ApiModel):
    """One page of the list, newest first. `has_more` speaks of the direction asked for."""

    data: tuple[MessageBatch, ...]
    has_more: bool = False
    first_id: BatchId | None = None
    last_id: BatchId | None = None


class DeletedBatch(ApiModel):
    """What is left of a deleted batch."""

    id: BatchId
    type: str = "message_batch_deleted"


class ErrorBody(ApiModel):
    """The inner error. `details`, where present, is undocumented; `message` is for reading, not for matching."""

    type: str
    message: str = ""
    details: object = None

    @property
    def error_code(self) -> str | None:
        """The stable cause in `details.error_code`, where the API gives one."""
        code = self.details.get("error_code") if isinstance(self.details, dict) else None
        return code if isinstance(code, str) else None


class ErrorEnvelope(ApiModel):
    """The error as answers and errored result lines carry it: the real type is `error.type`, not `type`."""

    type: str = "error"
    error: ErrorBody
    request_id: str | None = None
