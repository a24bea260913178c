"""Which batches the list pages of a workspace have shown to this process."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from bot.api.models import RETENTION
from bot.store.transactions.deletions import NOT_FOUND_DELAY


class ListingMemory:
    """The ended batches that list pages have shown. A batch that disappears from the list was deleted.

    A process keeps one API key for its whole life. A batch that only another key can list was never shown to this
    process, so its absence means nothing.
    """

    def __init__(self) -> None:
        self._ended: Mapping[str, datetime] = {}
        self._missing_since: dict[str, datetime] = {}

    def find_missing(
        self, ended: Mapping[str, datetime], reach: datetime | None, now: datetime, present: Set[str] = frozenset()
    ) -> list[str]:
        """Record the ended batches of a sweep, and return those that have been missing for a minute or longer.

        `ended` maps batch ids to creation times. `reach` is the oldest creation time that the pages cover; None means
        that no page was read. `present`: what else is listed. Batches older than the retention of results may leave the
        list by themselves.
        """
        if reach is None:
            return []
        reach = max(reach, now - RETENTION)
        unlisted = {id for id, created_at in self._ended.items() if created_at > reach} - ended.keys()
        self._missing_since = {id: self._missing_since.get(id, now) for id in unlisted - present}
        self._ended = {**ended, **{id: self._ended[id] for id in unlisted}}
        return [id for id, since in self._missing_since.items() if now - since >= NOT_FOUND_DELAY]

    def drop(self, batch_ids: Sequence[str]) -> None:
        """Remove batches whose deletion has been recorded."""
        dropped = set(batch_ids)
        self._ended = {id: created_at for id, created_at in self._ended.items() if id not in dropped}
