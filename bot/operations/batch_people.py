"""Who canceled a batch through the bot, and who watches it."""

from contextlib import suppress

from bot.api.models import MessageBatch
from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.records import audit, watches


async def find_canceler(batch: MessageBatch, services: Services) -> str | None:
    """Return who canceled the batch. A store that fails hides this alone, not the batch."""
    if batch.cancel_initiated_at is None:
        return None
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: audit.find_last_actor(connection, "cancel", batch.id))
    return None


async def find_watchers(batch: MessageBatch, services: Services) -> tuple[str, ...]:
    """Return who watches the batch; no one if the store fails."""
    with suppress(StoreUnavailable):
        found = await services.database.run(lambda connection: watches.list_for_batch(connection, batch.id))
        return tuple(dict.fromkeys(watch.user_id for watch in found if watch.user_id))
    return ()
