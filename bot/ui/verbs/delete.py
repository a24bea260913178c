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
from bot.ui.components.batch_card import card_facts, card_text
from bot.ui.components.buttons import actions, button
from bot.ui.components.deletion import deleted_by_words
from bot.ui.components.first_line import first_line
from bot.ui.components.question import QuestionWords
from bot.ui.components.text import code, context, date, duration, header, mention, quantity, section
from bot.ui.reply import Message, Viewer


def render_delete(outcome: DeleteOutcome, viewer: Viewer) -> Message:
    """Return what the delete did."""
    match outcome:
        case DeleteRefused():
            return _render_refused(outcome, viewer)
        case Deleted():
            return _render_deleted(outcome, viewer)
        case AlreadyGone():
            return _render_already_gone(outcome, viewer)
        case DeleteDidNotHappen():
            return _render_did_not_happen(outcome, viewer)
        case DeleteUnknown():
            return _render_unknown(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_refused(outcome: DeleteRefused, viewer: Viewer) -> Message:
    """Return that only an ended batch can be deleted, with the buttons that help."""
    words = "Only an ended batch can be deleted. Nothing was deleted. Cancel it first, or wait for its end."
    reference = Reference(outcome.batch.id)
    names = viewer.names.get(outcome.batch.id)
    buttons = [button("Refresh", Status(reference), renew=True)]
    if outcome.batch.processing_status == "in_progress" and Permission.OPERATE in viewer.permissions:
        buttons.append(button("Cancel", Cancel(reference)))
    blocks = (
        section(words),
        header(first_line(outcome.batch, names, viewer.now)),
        *card_facts(outcome.batch, names=names),
        *actions(buttons),
    )
    return Message(f"{words} {card_text(outcome.batch, viewer.names.get(outcome.batch.id), viewer.now)}", blocks)


def _render_deleted(outcome: Deleted, viewer: Viewer) -> Message:
    by = deleted_by_words(viewer.caller.user)
    if not outcome.answered:
        by += " The API's answer was lost, but I checked."
    text = f"🗑️ {code(outcome.batch_id)}\n{by}"
    return Message(
        f"Deleted {code(outcome.batch_id)}. {by}", (section(text), *actions([button("All batches", List())]))
    )


def _render_already_gone(outcome: AlreadyGone, viewer: Viewer) -> Message:
    text = f"{code(outcome.batch_id)} had already been deleted elsewhere. Nothing was deleted now."
    return Message(text, (section(text),))


def _render_did_not_happen(outcome: DeleteDidNotHappen, viewer: Viewer) -> Message:
    """Return that the batch still exists, with a button that asks again."""
    words = "Not deleted. The API didn't answer, and the batch is still there. Try again."
    again = actions([button("Delete", Delete(Reference(outcome.batch.id)), style="danger", renew=True)])
    return Message(
        f"{words} {card_text(outcome.batch, viewer.names.get(outcome.batch.id), viewer.now)}",
        (section(words), *card_facts(outcome.batch), *again),
    )


def _render_unknown(outcome: DeleteUnknown, viewer: Viewer) -> Message:
    """Return that the outcome is unknown, with a button that looks again."""
    text = f"I don't know whether {code(outcome.batch_id)} was deleted. The API didn't answer, and I couldn't check."
    look = actions([button("Look again", Status(Reference(outcome.batch_id)), renew=True)])
    return Message(text, (section(text), *look, context("If the batch is still there, delete it again.")))


def delete_question(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> QuestionWords:
    """Return the words of the question before a batch is deleted; `summary` is what is stored of its results."""
    return QuestionWords(
        title="Delete this batch for good?",
        yes="Delete for good",
        no="Keep",
        consequences=_consequence_words(batch, viewer, summary),
    )


def _consequence_words(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> str:
    counts = batch.request_counts
    until = batch.readable_until
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
        case "unconfirmed":
            return f"*A file was sent to {who}*, and Slack did not confirm that it arrived."
        case unreachable:
            assert_never(unreachable)
