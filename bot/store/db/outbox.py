"""An outbox: rows that must reach Slack, each held by at most one process until it arrives or is given up.

Cards and notices are both kept in one. What an attempt does between `claim` and `release` is in bot.worker.attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, or_, select, update
from sqlalchemy.sql.dml import Update

from bot.store.db.task_queue import Enqueue

PrimaryKey = tuple[str, ...]
FURTHEST = timedelta(hours=3)
"""No attempt is delayed longer than this. A row that is due later was delayed before a clock was set back."""


class OutboxRow(Protocol):
    """What an outbox needs to know about a row."""

    @property
    def primary_key(self) -> PrimaryKey:
        """The values of the table's primary key, in its order."""

    @property
    def channel_id(self) -> str:
        """The Slack channel, or the user for a direct message. Work for one channel runs one at a time."""

    @property
    def attempts(self) -> int:
        """How many attempts were made since the row last arrived."""


class OverdueRow(Struct, frozen=True):
    """A row that needs another attempt. It has no content, because content may be unreadable."""

    primary_key: PrimaryKey
    channel_id: str
    attempts: int


RowT = TypeVar("RowT", bound=OutboxRow)


class Outbox(Struct, Generic[RowT], frozen=True, eq=False):
    """The table and the queue of one kind of row. `is_open` selects the rows that still have to arrive.

    `load` makes a row from its columns, those of the outbox left out. `prefix` begins the ids of the workflows that
    try a row; the primary key is the arguments of `workflow`.
    """

    table: Table
    load: Callable[[Mapping[str, Any]], RowT]
    is_open: Sequence[ColumnElement[bool]]
    workflow: str
    queue: str
    prefix: str

    def get(self, connection: Connection, primary_key: PrimaryKey) -> RowT | None:
        """Return a row, or None. Raises ValueError if it cannot be read."""
        row = connection.execute(select(self.table).where(*matches(self.table, primary_key))).one_or_none()
        return self.read(row._mapping) if row else None

    def read(self, columns: RowMapping) -> RowT:
        """Return the row of these columns. Raises ValueError if it cannot be read."""
        return self.load({name: value for name, value in columns.items() if name not in _BOOKKEEPING})

    def enqueue(
        self,
        connection: Connection,
        enqueue: Enqueue,
        primary_key: PrimaryKey,
        channel_id: str,
        *,
        mark: str | None = None,
        delay: timedelta | None = None,
    ) -> None:
        """Enqueue an attempt. `mark` distinguishes it from other attempts at the same row."""
        workflow_id = ":".join((self.prefix, *primary_key, *([mark] if mark is not None else [])))
        enqueue(connection, self.workflow, workflow_id, self.queue, primary_key, delay=delay, partition=channel_id)

    def enqueue_again(
        self, connection: Connection, enqueue: Enqueue, row: OutboxRow, now: datetime, delay: timedelta
    ) -> None:
        """Enqueue another attempt after `delay`, whatever became of the earlier workflows."""
        self.postpone(connection, row.primary_key, now + delay)
        mark = f"{row.attempts}-{int(now.timestamp() * 1_000)}"
        self.enqueue(connection, enqueue, row.primary_key, row.channel_id, mark=mark, delay=delay)

    def claim(
        self, connection: Connection, primary_key: PrimaryKey, worker_id: str, now: datetime, lease: timedelta
    ) -> RowT | None:
        """Count an attempt and hold the row for `lease`; None if it is not open or another process holds it."""
        until = self.table.c.claimed_until  # later than any lease: it was claimed before a clock was set back
        is_free = or_(until.is_(None), until <= now, until > now + lease)
        was_left = self.table.c.claimed_by.is_not(None)  # its process died, perhaps after it posted
        held = {"claimed_by": worker_id, "claimed_until": now + lease, "due_at": now + lease}
        counted = {"attempts": self.table.c.attempts + 1, "is_uncertain": or_(was_left, self.table.c.is_uncertain)}
        claimed = self._update(primary_key).where(is_free).values(**counted, **held)
        return self.get(connection, primary_key) if connection.execute(claimed).rowcount == 1 else None

    def release(
        self,
        connection: Connection,
        primary_key: PrimaryKey,
        due_at: datetime,
        *,
        counts: bool,
        is_uncertain: bool = False,
    ) -> None:
        """Release a claimed row, to be tried at `due_at`.

        `counts` False: do not count this attempt. `is_uncertain`: it may have posted the message.
        """
        attempts = self.table.c.attempts - (0 if counts else 1)
        doubt = {"is_uncertain": True} if is_uncertain else {}
        released = self._update(primary_key).values(attempts=attempts, due_at=due_at, **doubt, **NO_CLAIM)
        connection.execute(released)

    def postpone(self, connection: Connection, primary_key: PrimaryKey, due_at: datetime) -> None:
        """Record when the row is overdue next."""
        connection.execute(self._update(primary_key).values(due_at=due_at))

    def give_up(self, connection: Connection, primary_key: PrimaryKey, reason: str) -> bool:
        """Record that the row will never arrive, and why; False if it is not open any more."""
        return connection.execute(self._update(primary_key).values(given_up=reason, **NO_CLAIM)).rowcount == 1

    def find_overdue(self, connection: Connection, before: datetime, limit: int = 500) -> list[OverdueRow]:
        """Return the rows that should have been tried before a moment, the longest overdue first."""
        due_at = self.table.c.due_at
        return self._select_due(connection, or_(due_at < before, due_at > before + FURTHEST), limit)

    def find_delayed(self, connection: Connection, after: datetime, limit: int = 500) -> list[OverdueRow]:
        """Return the rows that no process holds and that are due after a moment."""
        due_at = self.table.c.due_at
        return self._select_due(connection, and_(due_at > after, self.table.c.claimed_by.is_(None)), limit)

    def count_open(self, connection: Connection, channel_id: str | None = None) -> int:
        """Return how many rows, or rows of one channel, still have to arrive."""
        wanted = select(func.count()).select_from(self.table).where(*self.is_open)
        if channel_id is not None:
            wanted = wanted.where(self.table.c.channel_id == channel_id)
        return connection.execute(wanted).scalar_one()

    def release_claims(self, connection: Connection, worker_id: str, due_at: datetime) -> int:
        """Release the rows that a dead worker held and return how many. Its last message may still be on its way."""
        held = update(self.table).where(self.table.c.claimed_by == worker_id, *self.is_open)
        return connection.execute(held.values(claimed_until=due_at, due_at=due_at)).rowcount

    def _select_due(self, connection: Connection, is_due: ColumnElement[bool], limit: int) -> list[OverdueRow]:
        key = list(self.table.primary_key)
        wanted = select(*key, self.table.c.channel_id.label("channel"), self.table.c.attempts)
        chosen = wanted.where(*self.is_open, is_due).order_by(self.table.c.due_at).limit(limit)
        rows = connection.execute(chosen)
        return [OverdueRow(tuple(row[: len(key)]), row.channel, row.attempts) for row in rows]

    def _update(self, primary_key: PrimaryKey) -> Update:
        return update(self.table).where(*matches(self.table, primary_key), *self.is_open)


NO_CLAIM: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
"""The values of a row that no process holds."""
_BOOKKEEPING = frozenset({"due_at", *NO_CLAIM})


def matches(table: Table, primary_key: PrimaryKey) -> list[ColumnElement[bool]]:
    """Return the conditions that select one row."""
    return [column == value for column, value in zip(table.primary_key, primary_key, strict=True)]
