"""The words of a deletion: the question before it, and each of its outcomes."""

from typing import assert_never

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.cancel import Cancel
from bot.commands.delete import (
    AlreadyGone,
    Delete,
    Deleted,
    DeleteDidNotHappen,
    DeleteOutcome,
    DeleteRefused,
    DeleteUnknown,
)
from bot.commands.list import List
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.summaries import StoredSummary
from bot.ui.components.batch_card import card_facts, card_text, card_title
from bot.ui.components.buttons import actions, button
from bot.ui.components.deletion import deleted_by_words
from bot.ui.components.question import QuestionWords
from bot.ui.components.text import code, context, date, duration, header, mention, quantity, section
from bot.ui.reply import Message, Viewer


def render_delete(outcome: DeleteOutcome, viewer: Viewer) -> Message:
    """Return what deleting a batch came to."""
    match outcome:
        case DeleteRefused():
            return _refused(outcome, viewer)
        case Deleted():
            return _deleted(outcome, viewer)
        case AlreadyGone():
            return _already_gone(outcome, viewer)
        case DeleteDidNotHappen():
            return _did_not_happen(outcome, viewer)
        case DeleteUnknown():
            return _unknown(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _refused(outcome: DeleteRefused, viewer: Viewer) -> Message:
    """Say why not, and offer what helps."""
    words = "Not deleted: only a batch that has ended can be deleted. Cancel it first, or wait until it has ended."
    reference, named = Reference(outcome.batch.id), viewer.names.get(outcome.batch.id)
    buttons = [button("Refresh", Status(reference), renew=True)]
    if outcome.batch.processing_status == "in_progress" and Permission.OPERATE in viewer.may:
        buttons.append(button("Cancel", Cancel(reference)))
    blocks = (
        section(words),
        header(card_title(outcome.batch, named)),
        *card_facts(outcome.batch, named=named),
        *actions(buttons),
    )
    return Message(f"{words} {card_text(outcome.batch)}", blocks)


def _deleted(outcome: Deleted, viewer: Viewer) -> Message:
    """Say that it is gone, and by whom."""
    by = deleted_by_words(viewer.caller.user)
    if not outcome.answered:
        by += " (The API's answer was lost, so I looked: the batch is gone.)"
    text = f"🗑️ {code(outcome.batch_id)}\n{by}"
    return Message(
        f"Deleted {code(outcome.batch_id)}. {by}", (section(text), *actions([button("All batches", List())]))
    )


def _already_gone(outcome: AlreadyGone, viewer: Viewer) -> Message:
    """Say that somebody was faster."""
    text = f"{code(outcome.batch_id)} is not there any more: it was deleted elsewhere before. I deleted nothing."
    return Message(text, (section(text),))


def _did_not_happen(outcome: DeleteDidNotHappen, viewer: Viewer) -> Message:
    """Say that the batch is still there, and how to ask again."""
    words = "Not deleted: the API did not answer, so I looked, and the batch is still there."
    again = actions([button("Delete", Delete(Reference(outcome.batch.id)), style="danger", renew=True)])
    return Message(f"{words} {card_text(outcome.batch)}", (section(words), *card_facts(outcome.batch), *again))


def _unknown(outcome: DeleteUnknown, viewer: Viewer) -> Message:
    """Say "I don't know", and how to find out."""
    text = (
        f"I don't know whether {code(outcome.batch_id)} was deleted: the API did not answer the request, "
        "and did not answer when I looked either."
    )
    look = actions([button("Look again", Status(Reference(outcome.batch_id)), renew=True)])
    return Message(text, (section(text), *look, context("If it is still there, ask for the delete again.")))


def delete_question(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> QuestionWords:
    """Return the words of the question before a batch is deleted; `summary` is what is stored of its results."""
    return QuestionWords(
        title="Delete this batch for good?",
        yes="Delete for good",
        no="Keep",
        consequences=_consequences(batch, viewer, summary),
    )


def _consequences(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> str:
    counts, until = batch.request_counts, batch.readable_until
    if batch.archived_at is not None or until <= viewer.now:
        return "The results are no longer available; only the record of the batch would be lost. It cannot be undone."
    results = f"{quantity(counts.total, 'result')}, {counts.succeeded:,} of them succeeded and paid for"
    return (
        f"*What would be lost:* {results}. They could still be read for {duration(until - viewer.now)}, "
        f"until {date(until)}. {_download_words(summary)} It cannot be undone."
    )


def _download_words(summary: StoredSummary | None) -> str:
    """Return who has downloaded the results, if anyone: the stored summary alone cannot restore them."""
    if summary is None:
        return "*Nobody has fetched them through me.*"
    if summary.taken is None or summary.taken_at is None:
        looked = f"; {mention(summary.fetched_by)} looked at a summary" if summary.fetched_by else ""
        return f"*Nobody has taken the file through me*{looked}."
    who = f"<@{summary.taken_by}> {date(summary.taken_at)}"
    match summary.taken:
        case "jsonl":
            return f"The whole file was taken through me by {who}."
        case "csv":
            return f"*Only a table of them* was taken through me, by {who}."
        case "errors":
            return f"*Only the failures* were taken through me, by {who}."
        case "family":
            return f"*Only what of them is in the merged file of the family* was taken through me, by {who}."
        case unreachable:
            assert_never(unreachable)
