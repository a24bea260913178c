"""The card of one batch."""

from bot.commands.base import Permission
from bot.commands.status import StatusOutcome
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.parts import view_whole
from bot.ui.components.sample_rest import rest_buttons, rest_words, unsent_buttons, unsent_words
from bot.ui.components.text import section
from bot.ui.reply import Block, Message, Viewer


def render_status(outcome: StatusOutcome, viewer: Viewer) -> Message:
    """Return the card; for a sample, also the requests that wait for it."""
    may_send = Permission.OPERATE in viewer.permissions
    viewer = view_whole(viewer, outcome.parts)
    asks = outcome.rest is not None and may_send
    blocks = batch_card(
        outcome.batch,
        viewer,
        outcome.canceled_by,
        outcome.watchers,
        shared=outcome.public,
        leads=not (asks and outcome.batch.has_ended),
        parts=outcome.parts,
    )
    text = card_text(outcome.batch, viewer.names.get(outcome.batch.id), viewer.now)
    if outcome.unsent is not None:
        words = unsent_words(outcome.unsent, may_send=may_send)
        more = unsent_buttons(outcome.unsent, renew=False) if may_send else ()
        return Message(f"{text} {words}", (*blocks, section(words), *more), public=outcome.public)
    if outcome.rest is None:
        return Message(text, blocks, public=outcome.public)
    words = rest_words(outcome.rest, may_send=asks)
    buttons: tuple[Block, ...] = rest_buttons(outcome.rest, leads=outcome.batch.has_ended) if asks else ()
    return Message(f"{text} {words}", (*blocks, section(words), *buttons), public=outcome.public)
