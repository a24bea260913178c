"""How a cancellation looks."""

from bot.api.models import MessageBatch
from bot.commands.cancel import AlreadyCanceling, CancelRequested, CancelTooLate
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.cancellation import canceled_words
from bot.ui.components.quiet import quiet_note
from bot.ui.components.text import section, where
from bot.ui.reply import Message, Viewer


def render_cancel_requested(outcome: CancelRequested, viewer: Viewer) -> Message:
    """Say what has begun and what it does not promise, or what it did where it is over already."""
    if outcome.batch.has_ended:
        return _said(f"The batch has ended. {canceled_words(outcome.batch)}", outcome.batch, viewer)
    told = "How many were really canceled shows when the batch has ended."
    if outcome.told_in is not None:
        told = f"I will tell you {where(outcome.told_in.id)} how many were really canceled when the batch has ended."
        told += quiet_note(outcome.told_in)
    return _said(
        "Cancellation has begun. Requests that are running may still finish, and those that succeed are billed. "
        f"{told}",
        outcome.batch,
        viewer,
    )


def render_cancel_too_late(outcome: CancelTooLate, viewer: Viewer) -> Message:
    """Say that there was nothing left to cancel."""
    return _said("Too late to cancel: the batch has already ended. Nothing was changed.", outcome.batch, viewer)


def render_already_canceling(outcome: AlreadyCanceling, viewer: Viewer) -> Message:
    """Say that it is under way."""
    return _said("This batch is already being canceled. Nothing was changed.", outcome.batch, viewer)


def _said(words: str, batch: MessageBatch, viewer: Viewer) -> Message:
    return Message(
        f"{words} {card_text(batch, viewer.names.get(batch.id))}", (section(words), *batch_card(batch, viewer))
    )
