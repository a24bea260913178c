"""The API's objects as they come: message batches, pages, errors; lenient, so that a new key or value breaks nothing.

Source of the shapes: docs.anthropic.com, Message Batches, and the OpenAPI description of the Messages API.
"""

import unicodedata
from datetime import datetime, timedelta
from typing import NewType

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.batches.errors import InvalidBatchId

BatchId = NewType("BatchId", str)

LONGEST_ID = 256
RETENTION = timedelta(days=29)
"""Results are kept so long after the batch was created, not after it ended."""

# Each of these would make another path, or another reading of the same path, out of an id.
_PATH_CHARACTERS = frozenset("/?#%\\")


def check_batch_id(text: str) -> BatchId:
    """`text` as a batch id: opaque (the API says the form may change), but safe in a path and visible to a reader.

    Raises:
        InvalidBatchId: which character at which position (from 1) is in the way, or what else is wrong.
    """
    if not text:
        raise InvalidBatchId(text, "is empty")
    if len(text) > LONGEST_ID:
        raise InvalidBatchId(text, f"has {len(text)} characters, more than {LONGEST_ID}")
    for position, character in enumerate(text, start=1):
        if fault := _fault_of(character):
            raise InvalidBatchId(text, f"holds {fault} at position {position}")
    dots = "." if text == "." else ".."
    if dots in text:
        raise InvalidBatchId(text, f"holds {dots!r} at position {text.index(dots) + 1}")
    return BatchId(text)


def _fault_of(character: str) -> str | None:
    """What keeps `character` out of an id; invisible ones are named by their code point."""
    if character in _PATH_CHARACTERS:
        return repr(character)
    category = unicodedata.category(character)
    if character.isspace() or category == "Zs":
        return f"a blank (U+{ord(character):04X})"
    if category in {"Cc", "Cf"}:
        return f"an invisible character (U+{ord(character):04X})"
    if not character.isprintable():
        return f"an unprintable character (U+{ord(character):04X})"
    return None


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
