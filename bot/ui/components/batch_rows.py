"""Batches in a list: one line each, and one menu that opens any of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.api.models import MessageBatch
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import choice, select
from bot.ui.components.first_line import FirstLine, first_line_parts
from bot.ui.components.text import code, date, mention, section, short_date
from bot.ui.reply import Block

Names = Mapping[str, BatchNames]


class ListedBatch(NamedTuple):
    """A batch of a list. Its row, its choice in the menu and its spoken line are drawn from the same first line."""

    batch: MessageBatch
    names: BatchNames | None
    first_line: FirstLine
    escaped_line: FirstLine
    now: datetime | None

    def row(self, *, with_symbol: bool = True) -> str:
        """Return the first line, when the batch ended, and its owner."""
        parts = [self.escaped_line.bold(with_symbol=with_symbol)]
        batch, now = self.batch, self.now
        if batch.ended_at is not None and batch.has_ended:
            parts.append(f"ended {short_date(batch.ended_at, now) if now else date(batch.ended_at)}")
        if self.names is not None and self.names.owner:
            parts.append(mention(self.names.owner))
        return " · ".join(parts)


def list_batches(
    batches: Iterable[MessageBatch], names: Names | None = None, now: datetime | None = None
) -> list[ListedBatch]:
    """Return the batches for a list. `now`: the time at which it is read, if the message does not stay for hours."""
    listed = []
    for batch in batches:
        known = names.get(batch.id) if names is not None else None
        line = first_line_parts(batch, known, now)
        listed.append(ListedBatch(batch, known, line, line.escaped(), now))
    return listed


def batch_rows(listed: Iterable[ListedBatch], *, with_ids: bool = False) -> list[Block]:
    """Return a row for each batch."""
    return [section(f"{each.row()}\n{code(each.batch.id)}" if with_ids else each.row()) for each in listed]


def open_menu(listed: Iterable[ListedBatch]) -> Block | None:
    """Return the menu that opens the card of one of these batches, or None without batches."""
    choices = [choice(str(each.first_line), Status(Reference(each.batch.id))) for each in listed]
    return select("Open a batch…", choices)


def spoken_rows(listed: Sequence[ListedBatch]) -> list[str]:
    """Return the rows as plain text for notifications and screen readers."""
    return [str(each.escaped_line) for each in listed]
