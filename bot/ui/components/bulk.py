"""Many batches at once: the question about a frozen list, the form that asks for its size, and that the work began."""

from datetime import timedelta
from typing import assert_never

from bot.commands.bulk_change import BulkChange, BulkOutcome, BulkStarted, NothingMatches
from bot.commands.cancel import CancelListed
from bot.commands.delete import CountWanted, DeleteListed
from bot.commands.keep import Keep
from bot.commands.stop_list import StopList
from bot.operations.bulk import MOST_BATCHES, BulkFacts
from bot.pricing.amounts import format_amount, format_usd
from bot.store.records.bulks import BulkItem
from bot.ui.components.batch_rows import list_batches
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code, context, duration, header, number, quantity, safe_text, section
from bot.ui.reply import Block, Form, Message, Placement, Viewer

COUNT_FORM = "count"
SAVE_FIRST = "save"
DELETE_ONLY = "delete"
_SECONDS_PER_BATCH = {"delete": 2, "cancel": 2}
_SECONDS_PER_SAVE = 3


def render_bulk_question(change: BulkChange, confirmation_id: str, viewer: Viewer, expires: str) -> Message:
    """Return the question about a list: what it loses or stops, its first batches, and two buttons."""
    count = len(change.items)
    batches = quantity(count, "batch", "batches")
    is_delete = change.bulk.verb == "delete"
    title = f"Delete {batches} for good?" if is_delete else f"Cancel {batches}?"
    facts = _fact_lines(change, is_delete=is_delete)
    rows = _first_rows(change, viewer)
    if is_delete:
        open_form = DeleteListed(change.bulk.id, confirmation_id)
        yes = button(f"Delete {batches}…", open_form, style="danger", confirmation=confirmation_id)
        no = button("Keep", Keep(confirmation_id), renew=True)
    else:
        listed = CancelListed(change.bulk.id)
        yes = button(f"Cancel {batches}", listed, style="primary", renew=True, confirmation=confirmation_id)
        no = button("Keep running", Keep(confirmation_id), renew=True)
    blocks = (
        header(title),
        section("\n".join(facts)),
        section("\n".join(rows), folded=True),
        *actions([yes, no]),
        context(f"{code(f'/batch {change.bulk.command}', 200)} · {expires}"),
    )
    return Message(f"{title} {' '.join(facts)}", blocks)


def _fact_lines(change: BulkChange, *, is_delete: bool) -> list[str]:
    facts = change.facts
    requests = quantity(sum(item.requests for item in change.items), "request")
    parts = [requests] if facts is None else [requests, _money_words(facts, is_delete=is_delete)]
    lines = [" · ".join(parts)]
    if is_delete:
        lines.append(_download_words(facts) if facts is not None else "Results that no one has downloaded are lost.")
    if facts is not None and facts.matched > facts.count:
        which = "oldest" if is_delete else "newest"
        lines.append(
            f"{number(facts.matched)} batches match. This list has the {which} {MOST_BATCHES} of them. "
            "Type the command again for the rest."
        )
    if facts is not None and not facts.is_whole:
        lines.append(
            f"I looked only at the newest {quantity(facts.scanned, 'batch', 'batches')}; older ones may match too."
        )
    if is_delete and len(change.items) == 1:
        lines.append("I skip the batch if it changes before I delete it.")
    elif is_delete:
        lines.append("Only these batches are deleted. I skip a batch that changes before its turn.")
    else:
        lines.append("Requests already running may still finish and be billed. You can't undo a cancel.")
    return lines


def _money_words(facts: BulkFacts, *, is_delete: bool) -> str:
    """Return what the batches cost, or may cost at most. An unknown amount is never 0."""
    if not facts.priced:
        return "cost unknown"
    rest = facts.count - facts.priced
    if not is_delete:
        most = f"estimated cost up to {format_usd(facts.usd)}"
        priced = quantity(facts.priced, "batch", "batches")
        return f"{most} for {priced}, unknown for the other {number(rest)}" if rest else most
    amount = format_amount(facts.usd, complete=not rest)
    if amount == "unknown":
        return "cost unknown"
    unknown = f", the cost of {quantity(rest, 'batch', 'batches')} is unknown" if rest else ""
    return f"{amount} spent{unknown}"


def _download_words(facts: BulkFacts) -> str:
    lost = facts.undownloaded
    if not lost:
        words = "Every result that is still available was downloaded."
    elif facts.count == 1:
        words = "*No one has downloaded its results.*"
    else:
        words = f"*No one has downloaded the results of {quantity(lost, 'batch', 'batches')}.*"
    gone = facts.unsavable
    if not gone:
        return words
    have = "has" if gone == 1 else "have"
    return f"{words} {quantity(gone, 'batch', 'batches')} no longer {have} results."


def _first_rows(change: BulkChange, viewer: Viewer) -> list[str]:
    count = len(change.items)
    listed = list_batches(change.batches, viewer.names, viewer.now)
    # The symbol of few failures looks like a ticked box, and all that is deleted has ended.
    is_delete = change.bulk.verb == "delete"
    rows = [each.row(with_symbol=not is_delete) for each in listed]
    rows = rows or [_item_row(item, viewer) for item in change.shown]
    more = count - len(rows)
    return [*rows, *([f"and {number(more)} more"] if more > 0 else [])]


def _item_row(item: BulkItem, viewer: Viewer) -> str:
    name = bold_id_name(item.batch_id, viewer.names.get(item.batch_id))
    return f"{name} · {quantity(item.requests, 'request')}"


def render_bulk(outcome: BulkOutcome, viewer: Viewer) -> Message:
    """Return that the work began, or that there is none."""
    match outcome:
        case BulkStarted():
            return _render_started(outcome)
        case NothingMatches():
            return _render_nothing(outcome)
        case unreachable:
            assert_never(unreachable)


def _render_started(outcome: BulkStarted) -> Message:
    bulk = outcome.bulk
    if outcome.count == 1 and bulk.saves:
        whose = f"of *{safe_text(outcome.name, 80)}* " if outcome.name else ""
        words = (
            f"💾 Saving the results {whose}first. I'll delete the batch only once the whole file is in our direct "
            "messages. I'll message you there."
        )
        return Message(words, (section(words),))
    seconds = outcome.count * (_SECONDS_PER_SAVE if bulk.saves else _SECONDS_PER_BATCH[bulk.verb])
    batches = quantity(outcome.count, "batch", "batches")
    symbol, begun = ("🗑️", "Deleting") if bulk.verb == "delete" else ("🟠", "Canceling")
    saving = " Each results file goes to our direct messages first." if bulk.saves else ""
    least = "at least" if bulk.saves else "about"
    words = (
        f"{symbol} {begun} {batches}, one after another: {least} {duration(timedelta(seconds=seconds))}.{saving} "
        "I'll message you what happened to each."
    )
    return Message(words, (section(words), *actions([button("Stop", StopList(bulk.id), renew=True)])))


def _render_nothing(outcome: NothingMatches) -> Message:
    found = outcome.found
    looked = "all" if found.is_whole else "the newest"
    which = "ended" if outcome.verb == "delete" else "running"
    done = "deleted" if outcome.verb == "delete" else "canceled"
    searched = f"I searched {looked} {quantity(found.scanned, 'batch', 'batches')}."
    words = f"No {which} batch matches, so nothing was {done}. {searched}"
    return Message(words, (section(words),))


def render_count_form(outcome: CountWanted, viewer: Viewer) -> Form:
    """Return the form that asks for the exact number of batches, and whether to save their results first."""
    batches = quantity(outcome.count, "batch", "batches")
    lost = "They and their results will be gone for good." if outcome.count > 1 else "It will be gone for good."
    blocks: list[Block] = [section(f"{lost} Only the {batches} of the question are deleted.")]
    if viewer.reads_contents:
        blocks.append(_saving_field())
    blocks.append(_count_field(outcome.count))
    failed = "I couldn't open the form. Nothing was deleted. Press the button again."
    return Form(
        callback_id=COUNT_FORM,
        title=f"Delete {batches}?"[:24],
        submit="Delete for good",
        blocks=tuple(blocks),
        channel=viewer.caller.channel,
        subject=outcome.bulk.id,
        values={"count": str(outcome.count), "question": outcome.question},
        message_without_form=Message(failed, (section(failed),), placement=Placement.BELOW),
        answers_question=True,
    )


def _saving_field() -> Block:
    words = {DELETE_ONLY: "Delete without saving", SAVE_FIRST: "Save each, then delete"}
    options = [{"text": {"type": "plain_text", "text": text}, "value": value} for value, text in words.items()]
    return {
        "type": "input",
        "block_id": "save",
        "label": {"type": "plain_text", "text": "Results files"},
        "hint": {
            "type": "plain_text",
            "text": "Saving sends you each file. Only batches whose whole file has arrived are deleted.",
        },
        "element": {
            "type": "static_select",
            "action_id": "save",
            "options": options,
            "initial_option": options[0],
        },
    }


def _count_field(count: int) -> Block:
    return {
        "type": "input",
        "block_id": "count",
        "label": {"type": "plain_text", "text": "How many batches do you want to delete?"},
        "hint": {"type": "plain_text", "text": f"Type {count} to confirm."},
        "element": {"type": "plain_text_input", "action_id": "count", "max_length": 10},
    }
