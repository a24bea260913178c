"""What can go wrong with the Message Batches API: small classes that carry facts; bot.ui.errors.api has the words.

ExpectedError
├── InvalidBatchId             refused here, before any request (bot.api.ids)
└── BatchesError
    ├── RequestsUnreadable     a file of requests is gone, or changed while it was read
    ├── ResultsBroken          a results stream was cut, or held a line that cannot be read
    └── ApiError               the API, or what stands before it, did not do what was asked
        ├── BatchNotFound      404 from the API for one batch
        ├── ApiRejected        any other refusal: it was understood and not done
        │   └── KeyRefused     401, 403
        ├── RateLimited        429: later is better
        ├── SpendLimitReached  429 that no waiting helps
        └── ApiUnavailable     408, 5xx, timeouts, broken connections, answers that cannot be read
"""

from dataclasses import dataclass, field
from pathlib import Path

from bot.api.ids import BatchId
from bot.errors import ExpectedError, to_one_line

LONGEST_MESSAGE = 100
"""Characters of the API's message in an error's `str()`."""


class BatchesError(ExpectedError):
    """Base of everything this package raises on purpose."""


@dataclass(eq=False)
class RequestsUnreadable(BatchesError):
    """The file of requests at `path` cannot be read (any more); nothing was sent."""

    path: Path
    reason: str

    def _fact(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class ResultsBroken(BatchesError):
    """A results stream broke after `lines_read` whole lines and `bytes_read` bytes, counted after decompression.

    What was read before stays good; reading again starts from the beginning. `reason` quotes nothing of the results.
    `lines_read` is None where bytes were read that nobody has cut into lines.
    """

    lines_read: int | None
    bytes_read: int
    reason: str

    def _fact(self) -> str:
        lines = "" if self.lines_read is None else f"{self.lines_read} lines, "
        return f"results broke after {lines}{self.bytes_read} bytes: {self.reason}"


@dataclass(eq=False)
class ApiError(BatchesError):
    """A call that did not succeed.

    Attributes:
        kind: the API's `error.type`; where no such answer came: `http_<status>`, `timeout`, `connection`, `not_json`,
            `unexpected_shape`.
        message: as the API gave it, at most 2,000 characters. Foreign text; its wording changes: do not match on it.
        status: the HTTP status, if there was an answer.
        request_id: the API's name for the call, which its support asks for.
        retry_after: seconds the API asks to wait.
        should_retry: what the API said in `x-should-retry`.
    """

    kind: str
    message: str
    status: int | None = None
    request_id: str | None = None
    retry_after: float | None = None
    should_retry: bool | None = None

    def _fact(self) -> str:
        status = f"HTTP {self.status}" if self.status else "no HTTP status"
        message = to_one_line(self.message, LONGEST_MESSAGE)  # so that the ids after it are never cut off
        return f"{self.kind}: {message} ({status}, request {self.request_id or 'without an id'})"


@dataclass(eq=False)
class BatchNotFound(ApiError):
    """The API knows no such batch in this key's workspace; of results: or they are not ready, or no longer kept.

    A batch just created may be "not found" for some seconds (anthropics/anthropic-sdk-python, issue 1432).
    `after_lost_answer`: an earlier try of the same call may have reached the server, so that it may be its own doing.
    """

    batch_id: BatchId = field(kw_only=True)
    after_lost_answer: bool = field(default=False, kw_only=True)


class ApiRejected(ApiError):
    """The call was refused and nothing was done; the same call will be refused again."""


class KeyRefused(ApiRejected):
    """The key is missing, wrong or expired (401), or lacks the right (403)."""


class RateLimited(ApiError):
    """Too many calls, or too many requests waiting; `retry_after` says when to come again, if the API said."""


class SpendLimitReached(ApiError):
    """The spend limit is reached (`error.details.error_code`): waiting does not help before it is raised."""


@dataclass(eq=False)
class ApiUnavailable(ApiError):
    """No usable answer. `may_have_happened`: the request may have reached the server: look before repeating it."""

    may_have_happened: bool = field(default=True, kw_only=True)


AnyApiError = BatchNotFound | ApiRejected | RateLimited | SpendLimitReached | ApiUnavailable
"""Every ApiError that is raised; KeyRefused is an ApiRejected."""

SPEND_LIMITS = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
"""Codes that say that waiting does not help before a limit is raised, or the next month."""
