"""The words of a deletion: the question before it, and each of its outcomes."""

from datetime import timedelta
from typing import assert_never

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.bulk_change import BulkStarted, NothingMatches
from bot.commands.cancel import Cancel
from bot.commands.delete import (
    AlreadyGone,
    CountWanted,
    Delete,
    Deleted,
    DeleteDidNotHappen,
    DeleteOutcome,
    DeleteRefused,
    DeleteUnknown,
    NothingToSave,
)
from bot.commands.list import List
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.summaries import StoredSummary
from bot.ui.components.bulk import render_bulk, render_count_form
from bot.ui.components.buttons import actions, button
from bot.ui.components.deletion import deleted_by_words
from bot.ui.components.first_line import bold_id_name, bold_line
from bot.ui.components.question import QuestionWords
from bot.ui.components.text import code, context, date, mention, more_time, quantity, section
from bot.ui.reply import Block, Form, Message, Viewer


def render_delete(outcome: DeleteOutcome, viewer: Viewer) -> Message | Form:
    """Return what the delete did, or the form that asks how many batches to delete."""
    match outcome:
        case BulkStarted() | NothingMatches():
            return render_bulk(outcome, viewer)
        case CountWanted():
            return render_count_form(outcome, viewer)
        case NothingToSave():
            return _render_nothing_to_save(outcome, viewer)
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
    is_canceling = outcome.batch.processing_status == "canceling"
    step = "Delete it when the cancel is done." if is_canceling else "Cancel it first, or wait for it to end."
    words = f"Nothing was deleted. Only an ended batch can be deleted. {step}"
    reference = Reference(outcome.batch.id)
    buttons = [button("Refresh", Status(reference), renew=True)]
    if outcome.batch.processing_status == "in_progress" and Permission.OPERATE in viewer.permissions:
        buttons.append(button("Cancel", Cancel(reference)))
    return _render_with_line(words, outcome.batch, viewer, actions(buttons))


def _render_deleted(outcome: Deleted, viewer: Viewer) -> Message:
    by = deleted_by_words(viewer.caller.user)
    if not outcome.answered:
        by += " The API's answer was lost, but I checked that the batch is gone."
    name = bold_id_name(outcome.batch_id, outcome.names)
    text = f"🗑️ {name} · {by}"
    blocks = (section(text), context(code(outcome.batch_id)), *actions([button("All batches", List())]))
    return Message(f"{text} {code(outcome.batch_id)}", blocks)


def _render_already_gone(outcome: AlreadyGone, viewer: Viewer) -> Message:
    name = bold_id_name(outcome.batch_id, viewer.names.get(outcome.batch_id))
    text = f"{name} was already deleted elsewhere. Nothing was deleted now."
    return Message(text, (section(text), context(code(outcome.batch_id))))


def _render_did_not_happen(outcome: DeleteDidNotHappen, viewer: Viewer) -> Message:
    """Return that the batch still exists, with a button that asks again."""
    words = "Not deleted. The API didn't answer, and the batch is still there. Try again."
    again = actions([button("Delete", Delete(Reference(outcome.batch.id)), renew=True)])
    return _render_with_line(words, outcome.batch, viewer, again)


def _render_unknown(outcome: DeleteUnknown, viewer: Viewer) -> Message:
    """Return that the outcome is unknown, with a button that looks again."""
    name = bold_id_name(outcome.batch_id, viewer.names.get(outcome.batch_id))
    text = (
        f"The API didn't answer, so I don't know whether {name} was deleted. Look again. If it still exists, delete it "
        "again."
    )
    look = actions([button("Look again", Status(Reference(outcome.batch_id)), renew=True)])
    return Message(text, (section(text), context(code(outcome.batch_id)), *look))


def _render_nothing_to_save(outcome: NothingToSave, viewer: Viewer) -> Message:
    """Return that there are no results to save, with a button that asks again."""
    words = "There are no results to save anymore. Nothing was deleted."
    again = actions([button("Delete", Delete(Reference(outcome.batch.id)), renew=True)])
    return _render_with_line(words, outcome.batch, viewer, again)


def _render_with_line(words: str, batch: MessageBatch, viewer: Viewer, buttons: tuple[Block, ...]) -> Message:
    """Return the words below the first line of the batch."""
    line = bold_line(batch, viewer.names.get(batch.id), viewer.now)
    return Message(f"{words} {line}", (section(f"{line}\n{words}"), context(code(batch.id)), *buttons))


def delete_question(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> QuestionWords:
    """Return the words of the question before a batch is deleted; `summary` is what is stored of its results."""
    return QuestionWords(
        title="Delete this batch for good?",
        yes="Delete for good",
        no="Keep",
        consequences=_consequence_words(batch, viewer, summary),
    )


def _consequence_words(batch: MessageBatch, viewer: Viewer, summary: StoredSummary | None) -> str:
    total = batch.request_counts.total
    left = batch.readable_until - viewer.now
    if batch.archived_at is not None or left <= timedelta():
        return "The results are no longer available. This deletes only the record of the batch."
    if not total:
        return "The batch has no results. This deletes only its record."
    lost = f"Deletes {quantity(total, 'result')} that would stay available for {more_time(left)}."
    return f"{lost} {_download_words(summary, total)}"


def _download_words(summary: StoredSummary | None, total: int) -> str:
    """Return who has downloaded the results, if anyone: the stored summary alone cannot restore them."""
    them = "it" if total == 1 else "them"
    if summary is None or summary.taken is None or summary.taken_at is None:
        return f"*No one has downloaded {them}.*"
    who = f"{mention(summary.taken_by or '')} {date(summary.taken_at)}"
    match summary.taken:
        case "jsonl":
            return f"Downloaded by {who}."
        case "csv":
            return f"*Only a CSV was downloaded*, by {who}."
        case "errors":
            return f"*Only the failures were downloaded*, by {who}."
        case "family":
            return f"*Downloaded only in a file merged with its retries*, by {who}."
        case "unconfirmed":
            return f"*A file for {who} was not confirmed by Slack.*"
        case unreachable:
            assert_never(unreachable)
