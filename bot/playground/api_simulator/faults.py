"""Ordered faults: what the next matching calls get instead of a normal answer."""

import fnmatch
import zlib
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.playground.api_simulator.errors import ERROR_TYPES, ApiError

_MESSAGES = {
    429: "This request would exceed your organization's rate limit. Please try again later.",
    500: "Internal server error",
    504: "Request timed out. Please try again.",
    529: "Overloaded",
}


class ApiFault(BaseModel):
    """What happens to the next `times` calls that match: a status, a delay, a cut or a body.

    A call matches by its `method`, its `path` and its `workspace`, an id; None stands for all of them. The first
    `after` calls that match are answered normally. `path` is an fnmatch pattern for the decoded path. Its `*` also
    matches slashes.

    - `status`: the call is refused with it and not carried out, unless `carried_out` is set. `retry_after` (seconds),
      `error_code` (in `error.details`) and `should_retry` (as `x-should-retry`) may be added.
    - `delay`: the call is carried out at once, and answered after this many real seconds. If it is `late`, it is
      carried out only then, even if the caller has gone. With a `status` it is refused then, and not carried out.
    - `cut` "before": the connection closes without an answer, and the call is not carried out. "middle": the call is
      carried out, and the connection closes after half of the answer's body.
    - `body`: the call is not carried out, and this text is the answer, with `status` or 200.
    - `bomb`: the call is not carried out, and the answer is gzip that unpacks to this many MB of blanks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    method: Literal["GET", "POST", "DELETE"] | None = None
    path: str = Field("/v1/messages/batches*", min_length=1)
    workspace: str | None = None
    times: int = Field(1, ge=1)
    after: int = Field(0, ge=0)
    status: int | None = Field(None, ge=400, le=599)
    retry_after: float | None = Field(None, ge=0)
    error_code: str | None = None
    should_retry: bool | None = None
    delay: float | None = Field(None, gt=0, le=600)
    cut: Literal["before", "middle"] | None = None
    body: str | None = None
    bomb: int | None = Field(None, ge=1, le=1000)
    carried_out: bool = False
    late: bool = False

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        ways = [name for name in ("status", "delay", "cut", "body", "bomb") if getattr(self, name) is not None]
        if len(ways) != 1 and ways not in (["status", "body"], ["status", "delay"]):
            raise ValueError(
                "give exactly one of status, delay, cut, body and bomb (or a status with a body or a delay)"
            )
        extras = (self.retry_after, self.error_code, self.should_retry)
        if self.status is None and any(extra is not None for extra in extras):
            raise ValueError("retry_after, error_code and should_retry go with a status")
        if (self.carried_out and self.status is None) or (self.late and self.delay is None):
            raise ValueError("carried_out goes with a status, and late with a delay")
        return self

    def matches(self, method: str, path: str, workspace: str) -> bool:
        """Return whether this fault applies to a call."""
        is_there = self.method in {None, method} and self.workspace in {None, workspace}
        return is_there and fnmatch.fnmatchcase(path, self.path)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that were ordered with a status."""
        headers = {} if self.retry_after is None else {"retry-after": f"{self.retry_after:g}"}
        if self.should_retry is not None:
            headers["x-should-retry"] = str(self.should_retry).lower()
        return headers

    def make_bomb(self) -> bytes:
        """Return the gzip of a fault with a bomb. It takes some seconds: run it in a thread."""
        packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        pieces = [packer.compress(b" " * 1024 * 1024) for _ in range(self.bomb or 0)]
        return b"".join([*pieces, packer.flush()])

    def make_error(self) -> ApiError:
        """Return the error answer of a fault with a status."""
        status = self.status or 500
        details: dict[str, Any] | None = {"error_code": self.error_code} if self.error_code else None
        message = _MESSAGES.get(status) or f"Ordered fault ({ERROR_TYPES.get(status, 'error')})"
        return ApiError(status, message, details=details, headers=self.headers)


class ApiFaults:
    """The faults that have not happened yet, in the order they were ordered."""

    def __init__(self) -> None:
        self._waiting: list[tuple[ApiFault, int, int]] = []

    def add(self, fault: ApiFault) -> None:
        """Order a fault."""
        self._waiting.append((fault, fault.times, fault.after))

    def clear(self) -> None:
        """Drop every fault that has not happened."""
        self._waiting.clear()

    def take(self, method: str, path: str, workspace: str) -> ApiFault | None:
        """Return the fault for this call and count it as used, or return None."""
        for place, (fault, left, after) in enumerate(self._waiting):
            if not fault.matches(method, path, workspace):
                continue
            if after:
                self._waiting[place] = fault, left, after - 1
                continue
            self._waiting[place : place + 1] = [(fault, left - 1, 0)] if left > 1 else []
            return fault
        return None
