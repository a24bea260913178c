"""The daily digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.cost import Cost
from bot.commands.list import List
from bot.operations.bill_check import BillCheck
from bot.operations.cost_totals import DeletedCost
from bot.operations.retirements import RetirementState
from bot.operations.retiring_use import RetiringUse, Use
from bot.pricing.amounts import format_amount
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_rows import list_batches, open_menu, spoken_rows
from bot.ui.components.bill import bill_line
from bot.ui.components.buttons import actions, button
from bot.ui.components.retirements import retirement_words
from bot.ui.components.text import code, context, date, header, mention, number, quantity, safe_text, section
from bot.ui.reply import Block, Message

ROWS = 5
"""Rows of the batches with failures. The others are a number."""
FEW = 3
"""Rows of each other group."""


_WITH_FAILURES = "With failures"
_EXPIRING = "Expiring"


class Share(Struct, frozen=True):
    """The batches of one kind: how many there are, and the first few."""

    total: int = 0
    shown: tuple[MessageBatch, ...] = ()


class Digest(Struct, frozen=True):
    """What happened since the last digest: failures, the other ends, results about to expire, and what runs."""

    since: datetime
    failed: Share = Share()
    expiring: Share = Share()
    ended: Share = Share()
    running: Share = Share()
    canceled: int = 0
    """How many of the batches that ended without failures were canceled on purpose, whole or in part."""
    spent: Decimal = Decimal(0)
    """USD for the batches that ended and whose results were read, deleted ones included."""
    spent_whole: bool = True
    """Whether the results of these batches show everything that is billed."""
    unread: int = 0
    """How many batches ended and have results that no one has read."""
    deleted: DeletedCost = DeletedCost()
    """What is known of the batches that ended and were deleted."""
    retiring: tuple[RetiringUse, ...] = ()
    """Once a week: the models that retire, and who used them."""
    bill: BillCheck | None = None
    """Once a week: the comparison of the last week with Anthropic's bill."""
    looked_at: int | None = None
    """How many of the newest batches were looked at; None if all were."""
    names: Mapping[str, BatchNames] = {}
    """The names of the batches shown, by batch id."""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to report; then no digest is posted."""
        groups = (self.failed, self.expiring, self.ended, self.running)
        return not (self.retiring or any(group.total for group in groups))


def count_failed(batch: MessageBatch) -> int:
    """Return how many requests failed. Those that were canceled on purpose did not."""
    return batch.request_counts.errored + batch.request_counts.expired


def render_digest(digest: Digest) -> Message:
    """Return a digest that is not empty: worst first, each group with a number for what it leaves out."""
    names = digest.names
    canceled = f" · {number(digest.canceled)} canceled on purpose" if digest.canceled else ""
    groups = [
        (_WITH_FAILURES, "with failures", digest.failed, ""),
        (_EXPIRING, "with expiring results", digest.expiring, " · results not downloaded"),
        ("Ended without failures", "ended without failures", digest.ended, canceled),
        ("In progress", "in progress", digest.running, ""),
    ]
    sections = [_group(title, share, names, more) for title, _, share, more in groups if share.total]
    some = [f"only the newest {quantity(digest.looked_at, 'batch', 'batches')} checked"] if digest.looked_at else []
    small = context(" · ".join([f"Since {date(digest.since)}", *_spent_facts(digest), *some]))
    shown = list_batches(_list_shown(digest), names)
    check = [button("Compare with the bill", Cost(check=True))] if digest.bill and not digest.bill.agrees else []
    menu = actions([*([open_menu(shown)] if shown else []), button("All batches", List()), *check])
    counts = _count_words([(share.total, words) for _, words, share, _ in groups if share.total], digest.retiring)
    spoken = [_spoken_group(title, share, names) for title, _, share, _ in groups if share.total]
    retiring = [_retiring_line(use) for use in digest.retiring[:ROWS]]
    sections += [_retiring_section(retiring, digest.retiring)] if retiring else []
    bill = [bill_line(digest.bill)] if digest.bill else []
    sections += [section(f"*Anthropic's bill* · {line}") for line in bill]
    text = ". ".join([f"Digest: {counts}", *spoken, *retiring, *bill]) + "."
    return Message(text, (header(f"Digest · {counts}"), *sections, *menu, small), public=True)


def _spent_facts(digest: Digest) -> list[str]:
    """Return what the batches that ended cost, what is missing from it, and how to read it."""
    deleted = digest.deleted
    if not (digest.failed.total or digest.ended.total or deleted.batches or deleted.unread):
        return []
    is_whole = digest.spent_whole and not digest.unread and not deleted.unread
    spent = format_amount(digest.spent, complete=is_whole)
    facts = [f"Spent: {'not known yet' if spent == 'unknown' and digest.unread else spent}"]
    if deleted.batches:
        amount = format_amount(deleted.amount, complete=deleted.complete)
        batches = quantity(deleted.batches, "deleted batch", "deleted batches")
        facts.append(f"{batches} of unknown cost" if amount == "unknown" else f"{amount} of it in {batches}")
    if deleted.unread:
        were = "was" if deleted.unread == 1 else "were"
        facts.append(f"{quantity(deleted.unread, 'deleted batch', 'deleted batches')} {were} never read")
    if digest.unread:
        facts.append("some results not read yet: `/batch cost` reads them")
    elif not digest.spent_whole:
        facts.append("`/batch cost` shows what is missing")
    return facts


def _retiring_section(lines: Sequence[str], uses: Sequence[RetiringUse]) -> Block:
    retiring = _retiring_words(uses)
    title = f"*{retiring[0].upper()}{retiring[1:]} models* · used in the last 4 weeks, in batches sent or read here"
    more = [f"and {number(len(uses) - len(lines))} more"] if len(uses) > len(lines) else []
    return section("\n".join([title, *lines, *more]))


def _retiring_words(uses: Sequence[RetiringUse]) -> str:
    """Return "retiring", "retired", or both."""
    retired = sum(use.model.state is RetirementState.RETIRED for use in uses)
    return "retired" if retired == len(uses) else "retiring or retired" if retired else "retiring"


def _retiring_line(use: RetiringUse) -> str:
    """Return a model with its date, and who used it."""
    names = [_use_words(each) for each in use.uses[:ROWS]]
    left = len(use.uses) - len(names)
    names += [f"and {number(left)} more"] if left else []
    return f"{code(use.model.name, 80)} {retirement_words(use.model)}: {', '.join(names)}"


def _use_words(use: Use) -> str:
    name = f"*{safe_text(use.label, 60)}*" if use.label else "no label"
    owner = f"{mention(use.owner)}, " if use.owner else ""
    return f"{name} ({owner}{quantity(use.batches, 'batch', 'batches')})"


def _count_words(counts: Sequence[tuple[int, str]], retiring: Sequence[RetiringUse]) -> str:
    """Return the number of batches of each group, and of models. Only the first group says that they are batches."""
    parts = [
        f"{number(count) if position else quantity(count, 'batch', 'batches')} {words}"
        for position, (count, words) in enumerate(counts)
    ]
    parts += [f"{quantity(len(retiring), f'{_retiring_words(retiring)} model')} in use"] if retiring else []
    return ", ".join(parts)


def _spoken_group(title: str, share: Share, names: Mapping[str, BatchNames]) -> str:
    """Return a group as plain text for notifications and screen readers."""
    shown = spoken_rows(list_batches(_shown(title, share), names))
    left = share.total - len(shown)
    return f"{title}: {'; '.join([*shown, *([f'and {number(left)} more'] if left else [])])}"


def _shown(title: str, share: Share) -> Sequence[MessageBatch]:
    return share.shown[: ROWS if title == _WITH_FAILURES else FEW]


def _list_shown(digest: Digest) -> list[MessageBatch]:
    """Return the batches that have a row, each once: a menu must not offer a batch twice."""
    groups = ((digest.failed, ROWS), (digest.expiring, FEW), (digest.ended, FEW), (digest.running, FEW))
    return list({batch.id: batch for share, rows in groups for batch in share.shown[:rows]}.values())


def _group(title: str, share: Share, names: Mapping[str, BatchNames], more: str) -> Block:
    """Return a group in one section: its size, a line for each of the first few batches, and the number of the rest."""
    shown = _shown(title, share)
    lines = [f"*{title}* · {number(share.total)}{more}"]
    for listed in list_batches(shown, names):
        until = f" · results available until {date(listed.batch.readable_until)}" if title == _EXPIRING else ""
        lines.append(f"{listed.row()}{until}")
    if left := share.total - len(shown):
        lines.append(f"and {number(left)} more")
    return section("\n".join(lines))
