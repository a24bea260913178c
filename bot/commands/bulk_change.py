"""A change of many batches: a list that is frozen when it is asked about, and that a worker goes through afterwards."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.change import Applied, Change
from bot.errors import ExpectedError
from bot.operations.bulk import MOST_SHOWN, BulkFacts, NoMatch
from bot.operations.services import Services
from bot.pricing.amounts import format_usd
from bot.store.db.connection import Connection
from bot.store.db.task_queue import Enqueue
from bot.store.records import bulks
from bot.store.records.bulks import BULK, BULK_PREFIX, Bulk, BulkItem, BulkVerb

LIST_ID = re.compile(rf"{BULK_PREFIX}[0-9a-f]{{16}}")


@dataclass(eq=False)
class BulkUnavailable(ExpectedError):
    """The list is another person's, too old, or the work on it has begun. Nothing was done."""

    cannot_succeed = True

    bulk_id: str

    def _fact(self) -> str:
        return f"the list {self.bulk_id} is no longer open"


class BulkStarted(Struct, frozen=True):
    """A worker goes through the list, and reports in the end."""

    bulk: Bulk
    count: int
    name: str | None = None
    """The name of the batch, if there is only one."""


class NothingMatches(Struct, frozen=True):
    """No batch matches, so there is nothing to do."""

    verb: BulkVerb
    found: NoMatch


BulkOutcome = BulkStarted | NothingMatches


class BulkChange(Change[BulkStarted], frozen=True):
    """Delete or cancel the batches of a frozen list.

    `batches` are the first of them as the API returned them, and `facts` what is known of all; both only for the
    question.
    """

    question_lifetime: ClassVar[timedelta] = timedelta(minutes=5)

    bulk: Bulk
    items: tuple[BulkItem, ...]
    batches: tuple[MessageBatch, ...] = ()
    facts: BulkFacts | None = None

    @property
    def shown(self) -> tuple[BulkItem, ...]:
        """Return the batches that the question names."""
        return self.items[:MOST_SHOWN]

    @property
    def verb(self) -> str:
        """Return the verb of its command."""
        return self.bulk.verb

    def spell(self) -> str:
        """Return what was typed, and that the results are saved first."""
        return f"{self.bulk.command} --save" if self.bulk.saves else self.bulk.command

    @property
    def confirmation_key(self) -> str:
        """Return the text that the question about it is stored under. The choice to save answers the same question."""
        return f"{self.bulk.verb} --list {self.bulk.id}"

    @property
    def subject(self) -> str:
        """Return the id of the list."""
        return self.bulk.id

    @property
    def state(self) -> str:
        """Return the size of the list, which never changes: each batch is checked when its turn comes."""
        return f"{len(self.items)} batches"

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: always."""
        return True

    @property
    def audit_detail(self) -> str | None:
        """Return how many batches and requests it is about."""
        count, requests = len(self.items), sum(item.requests for item in self.items)
        facts = [f"{count:,} {'batch' if count == 1 else 'batches'}"]
        facts.append(f"{requests:,} {'request' if requests == 1 else 'requests'}")
        if self.facts is not None and self.facts.priced:
            facts.append(format_usd(self.facts.usd))
        return ", ".join(facts)

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Let the work begin. Raises BulkUnavailable if it has begun."""
        if not bulks.start(connection, self.bulk.id, saves=self.bulk.saves):
            raise BulkUnavailable(self.bulk.id)

    def start_work(self, connection: Connection, entry_id: int, enqueue: Enqueue) -> None:
        """Have a worker go through the list."""
        bulks.set_entry(connection, self.bulk.id, entry_id)
        enqueue(connection, BULK, f"bulk:{self.bulk.id}", "api", [self.bulk.id])

    async def apply(self, services: Services, caller: Caller) -> Applied[BulkStarted]:
        """Return that the work has begun. What comes of it is recorded batch by batch."""
        only = self.items[0].name if len(self.items) == 1 else None
        return Applied(BulkStarted(self.bulk, len(self.items), only), "started")


async def load_list(services: Services, caller: Caller, verb: BulkVerb, bulk_id: str) -> tuple[Bulk, list[BulkItem]]:
    """Return a list that this person was asked about. Raises BulkUnavailable, StoreUnavailable."""
    bulk, items = await services.database.run(
        lambda connection: (bulks.get(connection, bulk_id), bulks.list_items(connection, bulk_id))
    )
    if bulk is None or bulk.user_id != caller.user or bulk.verb != verb or bulk.state != "asked":
        raise BulkUnavailable(bulk_id)
    return bulk, items
