"""What the services refuse this bot, as far as its last calls say, for /readyz."""

import time
from collections.abc import Callable

from bot.slack_faults import DEAD_TOKEN, MISSING_SCOPE, Meaning, SlackFault

REMEMBERED = 600.0
"""Seconds after which a refusal is forgotten that no call repeated: the next call says how it is then."""
_OPENS_SOCKET = "apps.connections.open"
_LOOKUPS = frozenset({"conversations.history", "conversations.replies"})
"""Methods whose scopes are optional: what the bot does without them is no fault."""
_KEY_REFUSED = (401, 403)


class SlackRefusals:
    """Remembers which Slack methods are refused until an administrator acts. The next success of a method ends that."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused: dict[str, tuple[float, SlackFault]] = {}

    def record(self, method: str, status: int | None, seconds: float, fault: SlackFault | None) -> None:
        """Record the result of a call."""
        if fault is not None and fault.code == MISSING_SCOPE and method in _LOOKUPS:
            return
        if fault is not None and fault.meaning is Meaning.FOR_GOOD:
            self._refused[method] = self._clock(), fault
        elif fault is None and status == 200:
            self._refused.pop(method, None)

    async def check_token(self) -> str | None:
        """Return that Slack refuses the bot's token, so that no one can be served, or None."""
        found = {method: fault for method, fault in self._list().items() if _is_dead(method, fault)}
        return f"Slack refuses the bot's token: {_describe(found)}" if found else None

    async def check_calls(self) -> str | None:
        """Return which other calls Slack refuses until an administrator acts, or None."""
        found = {method: fault for method, fault in self._list().items() if not _is_dead(method, fault)}
        return f"Slack refuses calls: {_describe(found)}" if found else None

    def _list(self) -> dict[str, SlackFault]:
        since = self._clock() - REMEMBERED
        self._refused = {method: (at, fault) for method, (at, fault) in self._refused.items() if at >= since}
        return {method: fault for method, (_, fault) in sorted(self._refused.items())}


class ApiRefusals:
    """Remembers whether the API refuses the key."""

    def __init__(self) -> None:
        self._status: int | None = None

    def record(self, method: str, status: int | None, seconds: float) -> None:
        """Record the result of a call. Only a success says that the key is good."""
        if status in _KEY_REFUSED:
            self._status = status
        elif status is not None and status < 300:
            self._status = None

    async def check_key(self) -> str | None:
        """Return that the API refuses the key, or None."""
        return f"the Message Batches API refuses the key: HTTP {self._status}" if self._status is not None else None


def _is_dead(method: str, fault: SlackFault) -> bool:
    return fault.code in DEAD_TOKEN and method != _OPENS_SOCKET


def _describe(refused: dict[str, SlackFault]) -> str:
    return ", ".join(f"{fault} from {method}" for method, fault in refused.items())
