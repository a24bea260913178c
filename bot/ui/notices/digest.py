"""How the daily digest looks."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.list import List
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_card import card_row, verdict
from bot.ui.components.buttons import actions, button
from bot.ui.components.money import amount_words
from bot.ui.components.text import context, date, header, number, quantity, safe_text, section
from bot.ui.reply import Block, Message

ROWS = 5
"""Of each kind; the rest is a number: a digest is read at a glance, and a message holds 50 blocks."""


class Share(Struct, frozen=True):
    """One kind of batches: how many there are, and the first of them."""

    total: int = 0
    shown: tuple[MessageBatch, ...] = ()


class Digest(Struct, frozen=True):
    """A day of the workspace: what runs, what ended since a moment, and whose results are about to expire."""

    since: datetime
    running: Share = Share()
    succeeded: Share = Share()
    failed: Share = Share()
    expiring: Share = Share()
    spent: Decimal = Decimal(0)
    spent_whole: bool = True
    looked_at: int | None = None
    """So many of the newest batches, where there were more to look at."""
    names: Mapping[str, BatchNames] = {}
    """What those that are shown are called here."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell, so that nothing is told."""
        return not (self.running.total or self.succeeded.total or self.failed.total or self.expiring.total)


def render_digest(digest: Digest) -> Message:
    """Return the digest of a day in which there was something to tell."""
    heads = [
        (digest.running, "still running"),
        (digest.succeeded, "ended well"),
        (digest.failed, "ended with failures"),
        (digest.expiring, "with results that nobody fetched and that expire within 7 days"),
    ]
    told = [f"{quantity(share.total, 'batch', 'batches')} {words}" for share, words in heads if share.total]
    names = digest.names
    rows = [*_rows(digest.failed, names), *_rows(digest.expiring, names, until=True), *_rows(digest.running, names)]
    ended = digest.succeeded.total + digest.failed.total
    cost = f" Spent on what ended: {amount_words(digest.spent, complete=digest.spent_whole)}." if ended else ""
    rest = "" if digest.spent_whole or not ended else " `/batch cost --since 1d` reads what nobody has read."
    summary = f"{'; '.join(told)}.{cost}{rest}"
    more = actions([button("All batches", List())])
    some = f" Only the newest {number(digest.looked_at)} batches were looked at." if digest.looked_at else ""
    since = context(f"Since {date(digest.since)}.{some}")
    blocks = (header("Batches today"), section(summary), *rows, *more, since)
    spoken = [f"{safe_text(verdict(batch).words)}: {safe_text(batch.id)}" for batch in digest.failed.shown]
    return Message(". ".join([f"Batches today: {'; '.join(told)}", *spoken]) + ".", blocks, public=True)


def _rows(share: Share, names: Mapping[str, BatchNames], *, until: bool = False) -> list[Block]:
    rows: list[Block] = []
    for batch in share.shown[:ROWS]:
        rows.append(card_row(batch, names.get(batch.id)))
        if until:
            rows.append(context(f"Results readable until {date(batch.readable_until)}"))
    if more := share.total - len(share.shown[:ROWS]):
        rows.append(context(f"and {more} more"))
    return rows
