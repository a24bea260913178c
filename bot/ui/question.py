"""Assemble the question before a change: what it is about, the consequences, and two buttons."""

from typing import assert_never

from msgspec.structs import replace

from bot.commands.approve import ApproveChange
from bot.commands.bulk_change import BulkChange
from bot.commands.cancel import CancelChange
from bot.commands.delete import Delete, DeleteChange, SaveThenDelete
from bot.commands.draft_change import SendChange
from bot.commands.keep import Keep
from bot.confirmations import ConfirmationNeeded
from bot.operations.bulk import can_save
from bot.operations.find_batch import Reference
from bot.ui.components.batch_rows import list_batches
from bot.ui.components.bulk import render_bulk_question
from bot.ui.components.buttons import actions, button
from bot.ui.components.parts import view_whole
from bot.ui.components.question import QuestionWords
from bot.ui.components.text import code, context, date, header, safe_text, section
from bot.ui.reply import Message, Viewer
from bot.ui.verbs.approve import render_approve_question
from bot.ui.verbs.cancel import cancel_question
from bot.ui.verbs.delete import delete_question
from bot.ui.verbs.send import render_send_question


def render_question(outcome: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question; only the caller can answer it, once, until it expires."""
    match outcome.change:
        case CancelChange() as change:
            return _ask_about_batch(change, cancel_question(change.batch, len(change.parts)), outcome, viewer)
        case DeleteChange() as change:
            words = delete_question(change.batch, viewer, change.fetched)
            return _ask_about_batch(change, words, outcome, viewer)
        case SaveThenDelete() as change:
            command = Delete(Reference(change.batch.id))
            words = delete_question(change.batch, viewer, None)
            return _ask_about_batch(DeleteChange(command, change.batch), words, outcome, viewer)
        case BulkChange() as change:
            expires = f"expires {date(outcome.expires_at)} · only you can answer"
            return render_bulk_question(change, outcome.confirmation_id, viewer, expires)
        case SendChange() as change:
            return render_send_question(change, outcome, viewer)
        case ApproveChange() as change:
            return render_approve_question(change, outcome)
        case unreachable:
            assert_never(unreachable)


def _ask_about_batch(
    change: CancelChange | DeleteChange, words: QuestionWords, outcome: ConfirmationNeeded, viewer: Viewer
) -> Message:
    batch = change.batch
    if isinstance(change, CancelChange):
        viewer = view_whole(viewer, change.parts)
    [listed] = list_batches([batch], viewer.names, viewer.now)
    yes = button(words.yes, change.command, style=words.style, renew=True, confirmation=outcome.confirmation_id)
    no = button(words.no, Keep(outcome.confirmation_id), renew=True)
    save = None
    if isinstance(change, DeleteChange) and viewer.reads_contents and can_save(batch, viewer.now):
        saving = replace(change.command, save=True)
        save = button("Save, then delete", saving, renew=True, confirmation=outcome.confirmation_id)
    blocks = (
        header(words.title),
        section(f"{listed.row()}\n{words.consequences}"),
        *actions([yes, save, no]),
        context(f"Expires {date(outcome.expires_at)} · only you can answer · {code(batch.id)}"),
    )
    text = f"{words.title} {listed.escaped_line} ({safe_text(batch.id)}). {words.consequences}"
    return Message(text, blocks)
