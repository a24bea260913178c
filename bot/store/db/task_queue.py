"""How a transaction hands work to whoever does it afterwards; the engine behind it is not known here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection

PlainValue = str | int | float | bool | None
"""What work is told: ids and figures, never tokens or results."""


class Enqueue(Protocol):
    """Hands over work that is done once the transaction commits, and never if it does not."""

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
        """Enqueue the work `name`; the same `workflow_id` a second time is nothing. `partition`: one at a time each."""


def enqueue_nothing(
    connection: Connection,
    name: str,
    workflow_id: str,
    queue: str,
    arguments: Sequence[PlainValue],
    delay: timedelta | None = None,
    partition: str | None = None,
) -> None:
    """Hand nothing over: what the store says is open, a worker comes to by itself after some minutes."""
