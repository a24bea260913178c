"""What the App Home tab remembers: since when it cannot be brought up to date."""

from collections.abc import Callable
from datetime import datetime

from bot.permissions import NotPermitted
from bot.pipeline import Answer
from bot.slack.surfaces import HomeSurface, Surface
from bot.ui.home import render_tab_failed
from bot.ui.reply import Message, Reply


class HomeTab:
    """Remembers since when the overview fails, as far as this process knows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failing_since: datetime | None = None

    def record(self, verb: str, outcome_name: str) -> None:
        """Forget the failures once an overview succeeds, wherever it was asked for."""
        if verb == "overview" and outcome_name == "ok":
            self._failing_since = None

    def complete(self, answer: Answer, surface: Surface) -> Reply:
        """Return the reply, on the tab with the time since which it fails. A refusal is no failure."""
        reply = answer.reply
        has_failed = answer.error is not None and not isinstance(answer.error, NotPermitted)
        if not (has_failed and isinstance(surface, HomeSurface) and isinstance(reply, Message)):
            return reply
        self._failing_since = self._failing_since or self._now()
        return render_tab_failed(reply, self._failing_since)
