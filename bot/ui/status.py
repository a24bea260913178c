"""How one batch looks."""

from bot.commands.status import BatchShown
from bot.ui.batch_card import batch_card, card_text
from bot.ui.reply import Message, Viewer


def render_status(outcome: BatchShown, viewer: Viewer) -> Message:
    """Return the card."""
    blocks = batch_card(outcome.batch, viewer, outcome.canceled_by, outcome.watchers, shared=outcome.public)
    return Message(card_text(outcome.batch, viewer.names.get(outcome.batch.id)), blocks, public=outcome.public)
