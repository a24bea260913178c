"""The daily digest."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.list import List
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_rows import batch_rows, open_menu, spoken_rows
from bot.ui.components.buttons import actions, button
from bot.ui.components.money import amount_words
from bot.ui.components.text import context, date, header, number, quantity, section
from bot.ui.reply import Block, Message

ROWS = 5
"""Rows of each kind; the others are a number. A message holds 50 blocks."""


class Share(Struct, frozen=True):
    """The batches of one kind: how many there are, and the first few."""

    total: int = 0
    shown: tuple[MessageBatch, ...] = ()


class Digest(Struct, frozen=True):
    """A day in the workspace: running batches, batches that ended since then, and results about to expire."""

    since: datetime
    running: Share = Share()
    succeeded: Share = Share()
    failed: Share = Share()
    expiring: Share = Share()
    spent: Decimal = Decimal(0)
    spent_whole: bool = True
    looked_at: int | None = None
    """How many of the newest batches were looked at; None if all were."""
    names: Mapping[str, BatchNames] = {}
    """The names of the batches shown, by batch id."""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to report; then no digest is posted."""
        return not (self.running.total or self.succeeded.total or self.failed.total or self.expiring.total)


def render_digest(digest: Digest) -> Message:
    """Return the digest of a day that is not empty."""
    groups = [
        (digest.running, "still running"),
        (digest.succeeded, "ended well"),
        (digest.failed, "ended with failures"),
        (digest.expiring, "with results that nobody fetched and that expire within 7 days"),
    ]
    counts = [f"{quantity(share.total, 'batch', 'batches')} {words}" for share, words in groups if share.total]
    names = digest.names
    rows = [
        *_group_rows(digest.failed, names),
        *_group_rows(digest.expiring, names, until=True),
        *_group_rows(digest.running, names),
    ]
    ended = digest.succeeded.total + digest.failed.total
    cost = f" Spent on what ended: {amount_words(digest.spent, complete=digest.spent_whole)}." if ended else ""
    advice = "" if digest.spent_whole or not ended else " `/batch cost --since 1d` reads what nobody has read."
    summary = f"{'; '.join(counts)}.{cost}{advice}"
    more = actions([open_menu(_list_shown(digest), names), button("All batches", List())])
    some = f" Only the newest {number(digest.looked_at)} batches were looked at." if digest.looked_at else ""
    since = context(f"Since {date(digest.since)}.{some}")
    blocks = (header("Batches today"), section(summary), *rows, *more, since)
    spoken = spoken_rows(digest.failed.shown, names)
    return Message(". ".join([f"Batches today: {'; '.join(counts)}", *spoken]) + ".", blocks, public=True)


def _list_shown(digest: Digest) -> list[MessageBatch]:
    """Return the batches that have a row, each once: a menu must not offer a batch twice."""
    groups = (digest.failed, digest.expiring, digest.running)
    return list({batch.id: batch for share in groups for batch in share.shown[:ROWS]}.values())


def _group_rows(share: Share, names: Mapping[str, BatchNames], *, until: bool = False) -> list[Block]:
    rows: list[Block] = []
    for batch in share.shown[:ROWS]:
        rows += batch_rows([batch], names)
        if until:
            rows.append(context(f"Results readable until {date(batch.readable_until)}"))
    if more := share.total - len(share.shown[:ROWS]):
        rows.append(context(f"and {more} more"))
    return rows
