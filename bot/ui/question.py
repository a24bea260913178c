"""Assemble the question before a batch is changed: its card, the consequences, and two buttons."""

from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.keep import Keep
from bot.confirmations import ConfirmationNeeded
from bot.ui.components.batch_card import card_facts, card_text, card_title
from bot.ui.components.buttons import actions, button
from bot.ui.components.question import QuestionWords
from bot.ui.components.text import context, date, header, safe_text, section
from bot.ui.reply import Message, Viewer
from bot.ui.verbs.cancel import cancel_question
from bot.ui.verbs.delete import delete_question


def render_question(outcome: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question; only the caller can answer it, once, until it expires."""
    batch, names = outcome.batch, viewer.names.get(outcome.batch.id)
    words = _question_words(outcome, viewer)
    yes = button(words.yes, outcome.command, style=words.style, renew=True, confirmation=outcome.confirmation_id)
    no = button(words.no, Keep(outcome.confirmation_id), renew=True)
    blocks = (
        header(words.title),
        section(f"*{safe_text(card_title(batch, names))}*"),
        *card_facts(batch, named=names),
        section(words.consequences),
        *actions([yes, no]),
        context(f"Only you can answer, once, until {date(outcome.expires_at)}."),
    )
    return Message(f"{words.title} {card_text(batch, names)} {words.consequences}", blocks)


def _question_words(outcome: ConfirmationNeeded, viewer: Viewer) -> QuestionWords:
    match outcome.command:
        case Delete():
            return delete_question(outcome.batch, viewer, outcome.fetched)
        case Cancel():
            return cancel_question(outcome.batch)
        case other:
            raise AssertionError(f"{other.verb} asks a question that has no words")
