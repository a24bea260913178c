"""How a question before an act looks: what it is about, what would be lost, two buttons."""

from msgspec import Struct

from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.keep import Keep
from bot.confirmations import ConfirmationNeeded
from bot.ui.components.batch_card import card_facts, card_text, card_title
from bot.ui.components.buttons import Style, actions, button
from bot.ui.components.text import context, counted, date, header, inline, section
from bot.ui.reply import Message, Viewer
from bot.ui.verbs.delete import deletion_losses


class _Words(Struct, frozen=True):
    title: str
    yes: str
    no: str
    loses: str
    style: Style


def render_question(outcome: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question."""
    words, batch, named = _words(outcome, viewer), outcome.batch, viewer.names.get(outcome.batch.id)
    yes = button(words.yes, outcome.command, style=words.style, renew=True, confirmation=outcome.confirmation_id)
    no = button(words.no, Keep(outcome.confirmation_id), renew=True)
    blocks = (
        header(words.title),
        section(f"*{inline(card_title(batch, named))}*"),
        *card_facts(batch, named=named),
        section(words.loses),
        *actions([yes, no]),
        context(f"Only you can answer, once, until {date(outcome.expires_at)}."),
    )
    return Message(f"{words.title} {card_text(batch, named)} {words.loses}", blocks)


def _words(outcome: ConfirmationNeeded, viewer: Viewer) -> _Words:
    match outcome.command:
        case Delete():
            loses = deletion_losses(outcome.batch, viewer, outcome.fetched)
            return _Words("Delete this batch for good?", "Delete for good", "Keep", loses, "danger")
        case Cancel():
            loses = (
                f"Up to {counted(outcome.batch.request_counts.total, 'request')} will not be processed. "
                "Those that are running may still finish and be billed. A cancellation cannot be taken back."
            )
            return _Words("Cancel this batch?", "Cancel the batch", "Keep it running", loses, "danger")
        case other:
            verb = other.verb.capitalize()
            return _Words(f"{verb}?", verb, "Keep", "Nothing is changed yet.", "primary")
