"""Find messages whose process died before it answered. Their authors are told so, and how to try again."""

from sqlalchemy import Connection

from bot.commands.registry import find_verb
from bot.operations.services import Services
from bot.store.records import audit, drafts, events, long_readings, notices, workers
from bot.store.records.events import ClaimedEvent
from bot.store.records.notices import Notice
from bot.ui.components.lost_reading import render_reading_lost
from bot.worker.lost_readings import DRAFT_VERBS


class LostEvents:
    """Reports messages whose process died. Run it before LostReadings, which reports what took long."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def report_lost(self) -> int:
        """Notify the author of each lost message once; return how many. Raises StoreUnavailable."""
        return await self._services.database.run(self._report_all)

    def _report_all(self, connection: Connection) -> int:
        services = self._services
        alive = workers.list_alive_ids(connection, services.now()) | {services.process_id}
        lost = events.list_lost(connection, services.workspace.id, alive)
        return sum(self._report(connection, event) for event in lost)

    def _report(self, connection: Connection, event: ClaimedEvent) -> bool:
        """Enqueue the notice, unless another chore reports what the command had begun."""
        if not events.mark_answered(connection, event.workspace_id, event.event_id):
            return False
        if _is_reported(connection, event):
            return False
        user = event.user_id
        message = render_reading_lost(event.again)
        payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        key = f"event:{event.event_id}"
        notice = Notice(key, None, "act", user, (user,), self._services.now(), payload)
        notices.send(connection, self._services.enqueue, notice)
        return True


def _is_reported(connection: Connection, event: ClaimedEvent) -> bool:
    """Return whether another chore reports what the command began. What the person began otherwise says nothing of it.

    A change, a draft and a reading do not know their message. They are taken for its own if the verb is the same.
    """
    verb = find_verb(event.again)
    if verb is None:
        return False
    user, since = event.user_id, event.seen_at
    readings = long_readings.list_begun(connection, user, event.held_by or "", since)
    return (
        audit.was_begun(connection, user, verb, since)
        or (verb in DRAFT_VERBS and drafts.was_begun(connection, user, since))
        or any(find_verb(reading.again or "") == verb for reading in readings)
    )
