"""What to do when someone asked for a batch that the API does not know."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.api.errors import BatchNotFound
from bot.errors import ExpectedError
from bot.operations.find_batch import ReferenceNotFound
from bot.operations.services import Services
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import labels
from bot.store.records.labels import BatchNames
from bot.store.transactions import deletions


@dataclass(eq=False)
class BatchDeletedHere(ExpectedError):
    """The batch was deleted through the bot, by `user_id`."""

    cannot_succeed = True

    batch_id: str
    user_id: str
    at: datetime
    names: BatchNames | None = None

    def _fact(self) -> str:
        return f"{self.batch_id} was deleted by {self.user_id}"


class MissingBatches:
    """Marks the cards of batches that turn out to be gone, and finds out who deleted them through the bot."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def explain(self, error: ExpectedError) -> ExpectedError:
        """Return who deleted the batch that was not found, or the same error. A store that fails changes nothing."""
        services = self._services
        now = services.now()
        with suppress(StoreUnavailable):
            if isinstance(error, BatchNotFound):
                await services.database.run(
                    lambda connection: deletions.mark_deleted(connection, services.enqueue, error.batch_id, now)
                )
                return await self._find_deletion(error.batch_id) or error
            if isinstance(error, ReferenceNotFound):
                return await self._find_deletion(error.text) or error
        return error

    async def _find_deletion(self, reference: str) -> BatchDeletedHere | None:
        return await self._services.database.run(lambda connection: _find_deletion(connection, reference))


def _find_deletion(connection: Connection, reference: str) -> BatchDeletedHere | None:
    entry = deletions.find_deletion(connection, reference)
    if entry is None:
        return None
    batch_id = entry.subject or reference
    names = labels.get_names(connection, [batch_id]).get(batch_id)
    return BatchDeletedHere(batch_id, entry.user_id, entry.finished_at or entry.at, names)
