"""What came back from the bot for one delivery."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BotAnswer:
    """An ack and its body, or the error Slack would name; `ms` is how long it took."""

    ms: float | None
    body: Any = None
    error: str | None = None
    status: str = "ok"

    @property
    def acked(self) -> bool:
        """Whether an ack came in time."""
        return self.error is None
