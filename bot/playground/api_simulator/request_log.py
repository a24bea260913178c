"""The log of calls: one record per call, for tests and the demo's traffic pane."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeVar

from aiohttp import web

_LOGGED_HEADERS = (
    "anthropic-version",
    "anthropic-beta",
    "anthropic-workspace-id",
    "content-type",
    "content-length",
    "user-agent",
    "x-stainless-retry-count",
)
_MAX_RECORDS = 50_000


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One call and its answer. The key itself is never stored."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    key_sent_in: Literal["x-api-key", "authorization", "both", "nowhere"]
    at: datetime
    """The simulated time of arrival."""
    request_id: str
    workspace: str = ""
    """The id of the workspace that the credential reached on arrival; empty if it reached none."""
    status: int | None = None
    """None while the call is being answered, after an ordered fault cut the connection, and if the caller closed it."""
    milliseconds: float | None = None
    """Real time until the answer was ready; None while the call is being answered."""
    is_cut: bool = False
    """Whether an ordered fault cut the connection."""
    _started: float = field(default_factory=time.perf_counter, repr=False, compare=False)


RequestListener = Callable[[RecordedRequest], None]
T = TypeVar("T")


class RequestLog:
    """Keeps the newest records, and calls the listeners with each call once it has been answered."""

    def __init__(self) -> None:
        self._records: dict[int, RecordedRequest] = {}
        self._listeners: list[RequestListener] = []
        self._last_number = 0
        self._waiting: set[asyncio.Event] = set()

    @property
    def records(self) -> list[RecordedRequest]:
        """The calls in the order of arrival, including those that are still being answered."""
        return list(self._records.values())

    def listen(self, listener: RequestListener) -> None:
        """Call the listener with each later record, once its call has been answered."""
        self._listeners.append(listener)

    def record_arrival(self, request: web.Request, request_id: str, at: datetime, workspace: str) -> int:
        """Record a call that has arrived. Return its number, for `record_answer`."""
        self._last_number += 1
        self._records[self._last_number] = RecordedRequest(
            number=self._last_number,
            method=request.method,
            path=request.rel_url.raw_path,
            query=dict(request.query),
            headers={name: request.headers[name] for name in _LOGGED_HEADERS if name in request.headers},
            key_sent_in=_key_sent_in(request),
            at=at,
            request_id=request_id,
            workspace=workspace,
        )
        self._records.pop(self._last_number - _MAX_RECORDS, None)
        self.wake()
        return self._last_number

    def record_answer(self, number: int, status: int | None, *, is_cut: bool) -> None:
        """Complete a record. `status` is None if the connection was cut, or closed by the caller."""
        record = self._records.get(number)
        if record is None:
            return
        milliseconds = (time.perf_counter() - record._started) * 1000
        record = self._records[number] = replace(record, status=status, milliseconds=milliseconds, is_cut=is_cut)
        for listener in self._listeners:
            listener(record)
        self.wake()

    def wake(self) -> None:
        """Let the conditions of `wait_for` be checked again."""
        for changed in self._waiting:
            changed.set()

    async def wait_for(self, condition: Callable[[], T], timeout: float) -> T:
        """Return the condition's first truthy value, checked after every call that arrives, is delayed or is answered.

        Raises TimeoutError after `timeout` seconds.
        """
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            async with asyncio.timeout(timeout):
                while not (value := condition()):
                    await changed.wait()
                    changed.clear()
                return value
        finally:
            self._waiting.discard(changed)


def _key_sent_in(request: web.Request) -> Literal["x-api-key", "authorization", "both", "nowhere"]:
    plain = "x-api-key" in request.headers
    bearer = "authorization" in request.headers
    if plain and bearer:
        return "both"
    return "x-api-key" if plain else "authorization" if bearer else "nowhere"
