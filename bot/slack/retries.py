"""Which calls to Slack are repeated: what was never sent, and what does nothing more the second time."""

import asyncio
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.slack.call_metrics import name_method
from bot.slack.errors import is_lost, was_never_sent

_READS = re.compile(r"auth\.test|usergroups\.users\.list|\w+\.(info|list|history|replies|members)")
_HARMLESS = frozenset(
    {
        "apps.connections.open",
        "chat.update",
        "conversations.open",
        "files.getUploadURLExternal",
        "views.publish",  # without a hash
        "views.update",
    }
)
"""Methods that change something and do nothing more when they are repeated."""
_MAX_REPEATS = 2
MAX_WAIT = 30.0
"""Seconds. If Slack asks for more, the call fails instead."""
_SHORT_WAIT = 2.0
_HURRIED = frozenset({"response_url", "views.open"})
"""Methods that wait at most _SHORT_WAIT: a reply has another way, and a trigger_id expires after 3 seconds."""


class SlackWaits:
    """Reports that a call waits because a service limits it, Slack or the API, to what waits for that call."""

    def __init__(self) -> None:
        self._listener: ContextVar[Callable[[float], None] | None] = ContextVar("slack_waits", default=None)

    @contextmanager
    def report_to(self, listener: Callable[[float], None]) -> Iterator[None]:
        """Report the waits of this context, and of the tasks that it starts, in seconds."""
        token = self._listener.set(listener)
        try:
            yield
        finally:
            self._listener.reset(token)

    def report(self, seconds: float) -> None:
        """Report a wait that begins now."""
        listener = self._listener.get()
        if listener is not None:
            listener(seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait, and report that if it takes so long that a person wonders."""
        if seconds > _SHORT_WAIT:
            self.report(seconds)
        await asyncio.sleep(seconds)


def is_harmless(method: str) -> bool:
    """Return whether a repeated call of this method does nothing more than the first."""
    return method in _HARMLESS or _READS.fullmatch(method) is not None


def make_retry_handlers(waits: SlackWaits | None = None, *, harmless: bool = False) -> list[AsyncRetryHandler]:
    """Return what is repeated. `harmless`: this very call may be repeated, whatever its method."""
    return [_ConnectionRetryHandler(harmless), _RateLimitRetryHandler(waits or SlackWaits())]


def read_retry_after(headers: Mapping[str, Any]) -> float:
    """Return the seconds that a 429 asks to wait."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(0.0, float(found[0] if isinstance(found, list) else found))
    except ValueError:
        return MAX_WAIT


class _ConnectionRetryHandler(AsyncRetryHandler):
    """Repeats what was never sent, and what was sent and lost if that is harmless.

    slack_sdk's own handler, its default, repeats every call whose connection broke.
    """

    def __init__(self, harmless: bool) -> None:
        super().__init__(_MAX_REPEATS)
        self._harmless = harmless

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if error is None:
            return False
        if was_never_sent(error):
            return True
        # After a timeout the person has waited long enough.
        is_repeatable = is_lost(error) and not isinstance(error, TimeoutError)
        return is_repeatable and (self._harmless or is_harmless(name_method(request.url.partition("?")[0])))


class _RateLimitRetryHandler(AsyncRetryHandler):
    """Waits as long as a 429 asks for, within a limit. slack_sdk's own handler waits without one."""

    def __init__(self, waits: SlackWaits) -> None:
        super().__init__(_MAX_REPEATS)
        self._waits = waits

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        is_hurried = name_method(request.url.partition("?")[0]) in _HURRIED
        return read_retry_after(response.headers) <= (_SHORT_WAIT if is_hurried else MAX_WAIT)

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        seconds = read_retry_after({} if response is None else response.headers)
        if seconds > _SHORT_WAIT:
            self._waits.report(seconds)
        state.next_attempt_requested = True
        await asyncio.sleep(seconds + random.random() / 2)  # noqa: S311 - spreads retries, guards nothing
        state.increment_current_attempt()
