"""The bot's answer to one delivery."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BotAnswer:
    """An ack and its body, or Slack's name for the failure. `ms` is the time until the ack."""

    ms: float | None
    body: Any = None
    error: str | None = None
    status: str = "ok"

    @property
    def acked(self) -> bool:
        """Whether the ack came in time."""
        return self.error is None
