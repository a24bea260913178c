"""Batches in a list: one line each, and one menu that opens any of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.api.models import MessageBatch
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import choice, select
from bot.ui.components.first_line import bold_line, first_line
from bot.ui.components.text import code, date, mention, safe_text, section, short_date
from bot.ui.reply import Block

Names = Mapping[str, BatchNames]


def batch_rows(
    batches: Iterable[MessageBatch], names: Names, now: datetime | None = None, *, with_ids: bool = False
) -> list[Block]:
    """Return a row for each batch. `now`: the time at which they are read, if the message does not stay for hours."""
    rows = []
    for batch in batches:
        line = batch_line(batch, names.get(batch.id), now)
        rows.append(section(f"{line}\n{code(batch.id)}" if with_ids else line))
    return rows


def batch_line(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the first line of a batch, when it ended, and its owner."""
    parts = [bold_line(batch, names, now)]
    if batch.ended_at is not None and batch.has_ended:
        parts.append(f"ended {short_date(batch.ended_at, now) if now else date(batch.ended_at)}")
    if names is not None and names.owner:
        parts.append(mention(names.owner))
    return " · ".join(parts)


def open_menu(batches: Iterable[MessageBatch], names: Names, now: datetime | None = None) -> Block | None:
    """Return the menu that opens the card of one of these batches, or None without batches."""
    choices = [choice(first_line(each, names.get(each.id), now), Status(Reference(each.id))) for each in batches]
    return select("Open a batch…", choices)


def spoken_rows(batches: Sequence[MessageBatch], names: Names, now: datetime | None = None) -> list[str]:
    """Return the rows as plain text for notifications and screen readers."""
    return [f"{safe_text(first_line(each, names.get(each.id), now))} ({safe_text(each.id, 60)})" for each in batches]
