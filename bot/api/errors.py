"""What can go wrong with the Message Batches API: small classes with typed facts; bot.ui.errors.api has their words.

ExpectedError
├── InvalidBatchId             refused here, before any request (bot.api.ids)
└── BatchesError
    ├── RequestsUnreadable     a file of requests is missing, or changed while it was read
    ├── ResultsBroken          a results stream was cut off, or had a line that cannot be read
    └── ApiError               the API, or a proxy before it, did not do what was asked
        ├── BatchNotFound      404 from the API for one batch
        ├── ApiRejected        any other refusal: the call was understood and not carried out
        │   ├── KeyRefused     401, 403
        │   │   ├── NoAccessToken  there was no token to call the API with
        │   │   └── WrongWorkspace  the key is for another workspace than the settings say
        │   └── RequestTooLarge  413
        ├── RateLimited        429: try again later
        ├── SpendLimitReached  429 that waiting does not resolve
        └── ApiUnavailable     408, 5xx, timeouts, broken connections, unreadable answers
            └── WorkspaceUnchecked  the API did not say which workspace the key is for
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.api.ids import BatchId
from bot.errors import ExpectedError, to_one_line

MAX_LOGGED_MESSAGE = 100
"""Characters of the API's message in an error's `str()`."""

SPEND_LIMITS = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
"""Error codes that only a raised limit or the next month resolves (the errors of the official SDK, anthropic 2.12)."""


class BatchesError(ExpectedError):
    """Base of the errors this package raises on purpose."""


@dataclass(eq=False)
class RequestsUnreadable(BatchesError):
    """The file of requests at `path` cannot be read, or it is not the one that was checked. Nothing was sent.

    `batch_id`: the batch whose requests it keeps, if it keeps those of one.
    """

    path: Path
    reason: str
    is_changed: bool = False
    batch_id: str | None = None

    def _fact(self) -> str:
        return f"{self.path}: {self.reason}"

    @classmethod
    def from_os_error(cls, path: Path, error: OSError, batch_id: str | None = None) -> "RequestsUnreadable":
        """Return the error for a file that the operating system did not open or read."""
        return cls(path, error.strerror or type(error).__name__, batch_id=batch_id)

    @classmethod
    def from_change(cls, path: Path) -> "RequestsUnreadable":
        """Return the error for a file that is not the one that was checked."""
        return cls(path, "it was changed after it was checked", is_changed=True)


@dataclass(eq=False)
class ResultsBroken(BatchesError):
    """A results stream broke after `lines_read` whole lines and `bytes_read` bytes, counted after decompression.

    Everything read before stays valid; a new read starts from the beginning. `reason` quotes nothing of the results.
    `lines_read` is None if the bytes were not cut into lines.
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
        kind: the API's `error.type`; without such an answer `http_<status>`, `timeout`, `connection`, `not_json` or
            `unexpected_shape`.
        message: the API's own text, at most 2,000 characters, or the status line if there is none or a web page. It is
            foreign text whose wording changes: never match on it.
        status: the HTTP status, if there was an answer.
        request_id: the API's id of the call, which its support asks for.
        retry_after: seconds the API asks to wait.
        should_retry: the value of the `x-should-retry` header.
        code: the API's stable `error.details.error_code`, which few errors have.
    """

    kind: str
    message: str
    status: int | None = None
    request_id: str | None = None
    retry_after: float | None = None
    should_retry: bool | None = None
    code: str | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether the answer does not have the API's form: something in between gave it, such as a proxy."""
        return self.status is not None and (self.kind.startswith("http_") or self.kind == "not_json")

    def _fact(self) -> str:
        status = f"HTTP {self.status}" if self.status else "no HTTP status"
        message = to_one_line(self.message, MAX_LOGGED_MESSAGE)  # so that the ids after it are never cut off
        return f"{self.kind}: {message} ({status}, request {self.request_id or 'without an id'})"


@dataclass(eq=False)
class BatchNotFound(ApiError):
    """The key's workspace has no such batch; for results, they may also be not ready or no longer available.

    A new batch may be "not found" for some seconds (anthropics/anthropic-sdk-python, issue 1432).
    `after_lost_answer` means that an earlier try of the same call may have reached the server and deleted the batch.
    """

    cannot_succeed = True

    batch_id: BatchId = field(kw_only=True)
    after_lost_answer: bool = field(default=False, kw_only=True)


class ApiRejected(ApiError):
    """The API refused the call and did nothing; it will refuse the same call again."""


class KeyRefused(ApiRejected):
    """The key is missing, wrong or expired (401), or lacks permission (403)."""


TokenFault = Literal["unreadable", "no_jwt", "expired", "malformed", "refused", "odd_answer"]
"""Why there is no access token: the identity token cannot be read, is no JWT or has expired; or the API refused the
exchange as malformed (400), refused it for a reason that only its Console shows (401), or answered something else."""


@dataclass(eq=False)
class NoAccessToken(KeyRefused):
    """There is no access token, so the call was not sent. `message` quotes nothing of a token or of an answer."""

    fault: TokenFault = field(kw_only=True)


@dataclass(eq=False)
class WrongWorkspace(KeyRefused):
    """The key is for the workspace `found`, not for `expected`, so the change was not sent.

    `found` None: the API names no workspace.
    """

    expected: str = field(kw_only=True)
    found: str | None = field(kw_only=True)

    def _fact(self) -> str:
        found = f"is for the workspace {self.found}" if self.found else "is for a workspace that the API does not name"
        return f"the key {found}, not for {self.expected}; nothing was sent"


@dataclass(eq=False)
class RequestTooLarge(ApiRejected):
    """The API, or a proxy before it, takes no body of this size (413). `sent` is its size in bytes, if it was known."""

    sent: int | None = field(default=None, kw_only=True)


class RateLimited(ApiError):
    """Too many calls, or too many requests in the queue; `retry_after` says when to try again, if the API did."""


class SpendLimitReached(ApiError):
    """The spend limit is reached (`error.details.error_code` in `SPEND_LIMITS`): waiting does not help."""


@dataclass(eq=False)
class ApiUnavailable(ApiError):
    """No usable answer. If `may_have_happened`, the API may have carried out the call: check before repeating it."""

    may_have_happened: bool = field(default=True, kw_only=True)


@dataclass(eq=False)
class WorkspaceUnchecked(ApiUnavailable):
    """The API did not answer which workspace the key is for, so the change was not sent."""


AnyApiError = BatchNotFound | ApiRejected | RateLimited | SpendLimitReached | ApiUnavailable
"""Every ApiError that is raised; KeyRefused, NoAccessToken, WrongWorkspace and RequestTooLarge are ApiRejected."""
