"""What to do when someone asked for a batch that the API does not know."""

from contextlib import suppress

from bot.api.errors import BatchNotFound
from bot.errors import ExpectedError
from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.transactions import deletions


class MissingBatches:
    """Marks the cards of batches that turn out to be gone."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def note(self, error: ExpectedError) -> None:
        """Mark the cards of the batch that was not found. A store that fails leaves them as they are."""
        if not isinstance(error, BatchNotFound):
            return
        services = self._services
        now = services.now()
        with suppress(StoreUnavailable):
            await services.database.run(
                lambda connection: deletions.mark_deleted(connection, services.enqueue, error.batch_id, now)
            )
