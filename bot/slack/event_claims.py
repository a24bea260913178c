"""Answer each event once, whatever Slack repeats, and however many processes there are."""

import logging

from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.records import events
from bot.store.records.events import ClaimedEvent

log = logging.getLogger(__name__)

_LONGEST_AGAIN = 1_000
"""Characters of a command that a button can repeat."""


class EventClaims:
    """Claims events for this process in the store. What a process claims and does not answer, a worker reports."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def claim(self, event_id: str, user: str, text: str, *, is_repeated: bool) -> bool:
        """Return whether this process answers an event. If the store fails, the first delivery of it is answered."""
        services = self._services
        again = text if len(text) <= _LONGEST_AGAIN else ""
        event = ClaimedEvent(services.workspace.id, event_id, user, again, services.now(), services.process_id)
        try:
            return await services.database.run(lambda connection: events.claim(connection, event))
        except StoreUnavailable:
            log.warning("an event is not recorded", exc_info=True)
            return not is_repeated

    async def mark_answered(self, event_id: str) -> None:
        """Record that an event is answered. If that fails and this process dies, a worker may report it once more."""
        services = self._services
        workspace_id = services.workspace.id
        try:
            await services.database.run(lambda connection: events.mark_answered(connection, workspace_id, event_id))
        except StoreUnavailable:
            log.warning("an event is not marked as answered", exc_info=True)
