"""What the record has besides changes: refused attempts, and who read contents or the record."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from bot.caller import Caller
from bot.operations.find_batch import MOVING_REFERENCES, PREFIX, WHOLE_LENGTH
from bot.operations.services import Services
from bot.store.db.connection import Connection
from bot.store.records import audit, drafts, labels
from bot.store.records import batches as batch_records
from bot.store.records.audit import Intent, RecordedOutcome

_SHORTEST_START = 6
"""Characters of an id that hardly fit two batches."""


class Attempt(Struct, frozen=True):
    """What someone typed or pressed: the verb, the whole command, and the batch or draft that they named."""

    verb: str
    command: str
    reference: str | None = None


class AuditTrail:
    """Records what changes nothing. Each method raises StoreUnavailable."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._refusing = asyncio.Lock()  # one at a time, so that each sees the entry that counts it

    async def record_refusal(self, attempt: Attempt, caller: Caller, reason: str) -> None:
        """Record that a rule refused an attempt, about the batch that the store knows under these words.

        The API is not asked, because the attempt was refused.
        """
        reference = attempt.reference
        subject = None
        if reference is not None:
            subject = await self._services.database.run(lambda connection: _find_subject(connection, reference))
        intent = self._describe(attempt, caller, subject, reason)
        async with self._refusing:
            await self._services.database.run(lambda connection: audit.record_refusal(connection, intent))

    async def record_reading(
        self, attempt: Attempt, caller: Caller, subjects: Sequence[str | None], outcome: RecordedOutcome
    ) -> tuple[int, ...]:
        """Record that someone gets to see contents or the record; return the numbers of the entries, one a subject.

        The outcome of a file is "unknown" until `settle`.
        """
        intents = [self._describe(attempt, caller, subject, None) for subject in subjects]

        def store(connection: Connection) -> tuple[int, ...]:
            return tuple(audit.record_act(connection, each, outcome, each.at) for each in intents)

        return await self._services.database.run(store)

    async def settle(self, entries: Sequence[int], outcome: RecordedOutcome, detail: str | None) -> None:
        """Record whether a file arrived."""
        now = self._services.now()

        def store(connection: Connection) -> None:
            for entry_id in entries:
                audit.record_outcome(connection, entry_id, outcome=outcome, detail=detail, at=now)

        await self._services.database.run(store)

    def _describe(self, attempt: Attempt, caller: Caller, subject: str | None, detail: str | None) -> Intent:
        return Intent(
            at=self._services.now(),
            user_id=caller.user,
            team_id=caller.team,
            channel_id=caller.channel,
            verb=attempt.verb,
            command=attempt.command,
            subject=subject,
            confirmation_id=None,
            detail=detail,
        )


def _find_subject(connection: Connection, reference: str) -> str | None:
    """Return the one batch or draft in the store that a reference means, or None."""
    if reference.startswith(PREFIX) and len(reference) >= WHOLE_LENGTH:
        return reference
    if reference in MOVING_REFERENCES:  # the store does not know every batch
        return None
    found = labels.find_labeled(connection, reference)
    found |= {draft.id for draft in drafts.find(connection, reference)}
    if len(reference.removeprefix(PREFIX)) >= _SHORTEST_START:
        found |= batch_records.find_ids(connection, reference)
    return next(iter(found)) if len(found) == 1 else None
