"""Redraw the Home tabs that people have open when something changes, each at most once a minute."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection

from bot.caller import Caller, TeamId, UserId
from bot.operations.services import Services
from bot.store.records import homes, workers
from bot.store.records.homes import OpenedHome
from bot.store.transactions.home_state import read_home_states

MOST_AT_ONCE = 10
"""Tabs that one run redraws. Slack allows about 100 views a minute (docs.slack.dev, rate limits)."""
_STALE = ""
"""The state of a tab that could not be drawn: it differs from every state."""

DrawHome = Callable[[Caller], Awaitable[bool]]
"""Draws and publishes a person's Home tab; False if that failed."""


class HomeRefresh:
    """Redraws Home tabs. What was drawn, and when, is in the store, so several processes keep one pace."""

    def __init__(self, services: Services, draw: DrawHome) -> None:
        self._services = services
        self._draw = draw

    async def redraw_changed(self) -> int:
        """Redraw the tabs whose state has changed; return how many. Raises StoreUnavailable."""
        changed = await self._services.database.run(self._find_changed)
        drawn = 0
        for home, shown in changed:
            if drawn == MOST_AT_ONCE:
                break
            if await self._services.database.run(partial(self._claim, home=home, shown=shown)):
                drawn += 1
                if not await self._draw(Caller(UserId(home.user_id), TeamId(home.team_id), None)):
                    await self._services.database.run(
                        partial(homes.claim_redraw, home=replace(home, shown=shown), shown=_STALE)
                    )
        return drawn

    def _find_changed(self, connection: Connection) -> list[tuple[OpenedHome, str]]:
        now = self._services.now()
        opened = homes.list_opened(connection, self._services.workspace.id, now)
        if not opened:
            return []
        states = read_home_states(connection, [home.user_id for home in opened], now)
        return [(home, states[home.user_id]) for home in opened if home.shown != states[home.user_id]]

    def _claim(self, connection: Connection, home: OpenedHome, shown: str) -> bool:
        """Claim the drawing of a tab, unless it was drawn within a minute."""
        now = self._services.now()
        place = homes.name_place(home.user_id)
        _, is_free = workers.reserve_call(connection, {place: homes.ONCE_IN}, now, timedelta(0))
        return is_free and homes.claim_redraw(connection, home, shown)
