"""What was called: one record a request, for tests and for whoever watches the traffic."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from aiohttp import web

_OF_INTEREST = (
    "anthropic-version",
    "anthropic-beta",
    "anthropic-workspace-id",
    "content-type",
    "content-length",
    "user-agent",
    "x-stainless-retry-count",
)
_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One call of the API as it arrived and as it was answered; the key itself is never kept."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    key_sent_in: Literal["x-api-key", "authorization", "both", "nowhere"]
    at: datetime
    """Simulated time of arrival."""
    request_id: str
    status: int | None = None
    """None while it is being answered, and for good when the connection was cut on order."""
    milliseconds: float | None = None
    """Real time until the answer was ready; None while it is being answered."""
    _began: float = field(default_factory=time.perf_counter, repr=False, compare=False)


Listener = Callable[[RecordedRequest], None]


class Traffic:
    """Keeps the newest records and tells listeners of each call once it has been answered."""

    def __init__(self) -> None:
        self._records: dict[int, RecordedRequest] = {}
        self._listeners: list[Listener] = []
        self._arrived = 0

    @property
    def records(self) -> list[RecordedRequest]:
        """The calls in the order of arrival, those still being answered among them."""
        return list(self._records.values())

    def listen(self, listener: Listener) -> None:
        """Call the listener with each record from now on, when its call has been answered."""
        self._listeners.append(listener)

    def arrived(self, request: web.Request, request_id: str, at: datetime) -> int:
        """Record a call that has come in; the number is for `answered`."""
        self._arrived += 1
        self._records[self._arrived] = RecordedRequest(
            number=self._arrived,
            method=request.method,
            path=request.rel_url.raw_path,
            query=dict(request.query),
            headers={name: request.headers[name] for name in _OF_INTEREST if name in request.headers},
            key_sent_in=_key_sent_in(request),
            at=at,
            request_id=request_id,
        )
        self._records.pop(self._arrived - _KEPT, None)
        return self._arrived

    def answered(self, number: int, status: int | None) -> None:
        """Complete a record; `status` is None when the connection was cut."""
        record = self._records.get(number)
        if record is None:
            return
        milliseconds = (time.perf_counter() - record._began) * 1000
        record = self._records[number] = replace(record, status=status, milliseconds=milliseconds)
        for listener in self._listeners:
            listener(record)


def _key_sent_in(request: web.Request) -> Literal["x-api-key", "authorization", "both", "nowhere"]:
    plain, bearer = "x-api-key" in request.headers, "authorization" in request.headers
    if plain and bearer:
        return "both"
    return "x-api-key" if plain else "authorization" if bearer else "nowhere"
