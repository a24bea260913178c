"""How a transaction enqueues work for a worker. The durable engine behind it is not known here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection

PlainValue = str | int | float | bool | None
"""An argument of work: ids and numbers, never tokens or results."""


class Enqueue(Protocol):
    """Enqueues work that begins once the transaction commits, and never if it does not."""

    def __call__(
        self,
        connection: Connection,
        name: str,
        workflow_id: str,
        queue: str,
        arguments: Sequence[PlainValue],
        delay: timedelta | None = None,
        partition: str | None = None,
    ) -> None:
        """Enqueue the work `name`, once for each `workflow_id`. Work of one `partition` runs one at a time."""


def enqueue_nothing(
    connection: Connection,
    name: str,
    workflow_id: str,
    queue: str,
    arguments: Sequence[PlainValue],
    delay: timedelta | None = None,
    partition: str | None = None,
) -> None:
    """Enqueue nothing; a worker finds the row within minutes. For tests."""
