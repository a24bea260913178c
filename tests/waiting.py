"""Waiting for what a store or a log shows, without looking again and again: each look follows a change.

Both simulators have a `wait_for` of their own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, Pool, event

T = TypeVar("T")
StoreEvent = Literal["changed", "failed", "connection taken"]
"""In any store of this process: a transaction that changed rows has ended, a statement failed, work has begun."""
_WROTE = "wrote"
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
_waiting: dict[StoreEvent, set[Callable[[], object]]] = {"changed": set(), "failed": set(), "connection taken": set()}


class WatchedEvent(asyncio.Event):
    """An event that shows whether someone has begun to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def wait(self) -> Literal[True]:
        """Wait as for any event."""
        self.is_waited_for.set()
        return await super().wait()


async def until_stored(look: Callable[[], Awaitable[T]], seconds: float = 15.0) -> T:
    """Return the first truthy answer of `look`, asked again after each transaction of this process that changed rows.

    Raises TimeoutError.
    """
    async with asyncio.timeout(seconds):
        with happened("changed") as changed:
            while not (answer := await look()):
                await changed.wait()
                changed.clear()
            return answer


@contextmanager
def happened(what: StoreEvent) -> Iterator[asyncio.Event]:
    """Give an event that is set when this happens in a store."""
    seen, loop = asyncio.Event(), asyncio.get_running_loop()

    def notify() -> None:
        loop.call_soon_threadsafe(seen.set)

    _waiting[what].add(notify)
    try:
        yield seen
    finally:
        _waiting[what].discard(notify)


@contextmanager
def logged(logger: str, words: str) -> Iterator[asyncio.Event]:
    """Give an event that is set once a line with these words is logged."""
    seen, loop = asyncio.Event(), asyncio.get_running_loop()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if words in self.format(record):
                loop.call_soon_threadsafe(seen.set)

    listener = Listener()
    logging.getLogger(logger).addHandler(listener)
    try:
        yield seen
    finally:
        logging.getLogger(logger).removeHandler(listener)


def _notify(what: StoreEvent) -> None:
    for notify in tuple(_waiting[what]):
        notify()


# For all engines and before the first, because SQLAlchemy lets no listener come or go while another thread runs one.


@event.listens_for(Engine, "after_cursor_execute")
def _note_change(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
    if cursor.rowcount != 0 and statement.lstrip().upper().startswith(_WRITES):  # SQLite knows no number yet: -1
        connection.info[_WROTE] = True


@event.listens_for(Pool, "checkin")
def _note_end(_connection: object, record: Any) -> None:
    if record.info.pop(_WROTE, False):
        _notify("changed")


@event.listens_for(Pool, "checkout")
def _note_begin(*_: object) -> None:
    _notify("connection taken")


@event.listens_for(Engine, "handle_error")
def _note_failure(_context: object) -> None:
    _notify("failed")
