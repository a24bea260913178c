"""The words of a cancellation: the question before it, and each of its outcomes."""

from collections.abc import Sequence
from typing import assert_never

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.bulk_change import BulkStarted, NothingMatches
from bot.commands.cancel import AlreadyCanceling, CancelOutcome, CancelRequested, CancelTooLate
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.bulk import render_bulk
from bot.ui.components.cancellation import billed_words
from bot.ui.components.parts import view_whole
from bot.ui.components.question import QuestionWords
from bot.ui.components.quiet import quiet_reason
from bot.ui.components.text import join_words, number, place_words, quantity, section
from bot.ui.reply import Message, Viewer


def cancel_question(batch: MessageBatch, parts: int = 0) -> QuestionWords:
    """Return the words of the question before a batch, or the `parts` of a file, are canceled."""
    which = f"all {number(parts)} parts of this file" if parts else ""
    return QuestionWords(
        title=f"Cancel {which or 'this batch'}?",
        yes=f"Cancel all {number(parts)} parts" if parts else "Cancel the batch",
        no="Keep them running" if parts else "Keep it running",
        style="primary",
        consequences=(
            f"Cancels up to {quantity(batch.request_counts.total, 'request')}. "
            "Requests already running may still finish and be billed. You can't undo a cancel."
        ),
    )


def render_cancel(outcome: CancelOutcome, viewer: Viewer) -> Message:
    """Return what the cancel did."""
    if not isinstance(outcome, BulkStarted | NothingMatches):
        viewer = view_whole(viewer, outcome.parts)
    match outcome:
        case BulkStarted() | NothingMatches():
            return render_bulk(outcome, viewer)
        case CancelRequested():
            return _render_requested(outcome, viewer)
        case CancelTooLate():
            return _render_too_late(outcome, viewer)
        case AlreadyCanceling():
            return _render_already_canceling(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_requested(outcome: CancelRequested, viewer: Viewer) -> Message:
    """Return that the cancel was accepted; if the batch has ended meanwhile, how many requests were canceled."""
    if outcome.batch.has_ended:
        words = f"The batch has ended. {billed_words(outcome.batch)}"
        return _render_card(words, outcome.batch, viewer, outcome.parts)
    next_step = ""
    if outcome.notified_in is not None:
        place = place_words(outcome.notified_in.id)
        reason = quiet_reason(outcome.notified_in)
        next_step = (
            f" The card {place} will show the final count. {reason}"
            if reason
            else f" I'll post the final count {place}."
        )
    words = f"Canceling. Requests already running may still finish and be billed.{next_step}"
    if outcome.failed:
        words = _failed_words(outcome, viewer)
    return _render_card(words, outcome.batch, viewer, outcome.parts)


def _failed_words(outcome: CancelRequested, viewer: Viewer) -> str:
    """Return which parts still run, because the API did not accept their cancellation."""
    running = [
        f"part {place}" for place, part in enumerate(outcome.parts, 1) if part.processing_status == "in_progress"
    ]
    which = join_words(running) if len(running) == outcome.failed else quantity(outcome.failed, "part")
    run, its = ("runs", "its") if outcome.failed == 1 else ("run", "their")
    again = "Press *Cancel* again." if Permission.OPERATE in viewer.permissions else "An operator can cancel again."
    words = f"{which[0].upper()}{which[1:]} still {run}: the API didn't accept {its} cancellation. {again}"
    return f"{words} The others are being canceled." if len(outcome.parts) > outcome.failed else words


def _render_too_late(outcome: CancelTooLate, viewer: Viewer) -> Message:
    return _render_card("This batch has already ended. Nothing was canceled.", outcome.batch, viewer, outcome.parts)


def _render_already_canceling(outcome: AlreadyCanceling, viewer: Viewer) -> Message:
    words = "This batch is already being canceled. Nothing was changed."
    return _render_card(words, outcome.batch, viewer, outcome.parts)


def _render_card(words: str, batch: MessageBatch, viewer: Viewer, parts: Sequence[MessageBatch]) -> Message:
    return Message(
        f"{words} {card_text(batch, viewer.names.get(batch.id), viewer.now)}",
        (section(words), *batch_card(batch, viewer, parts=parts)),
    )
