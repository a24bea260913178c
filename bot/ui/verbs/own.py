"""The words of `own`."""

from typing import assert_never

from bot.commands.own import Owned, OwnedAlready, OwnOutcome
from bot.ui.components.first_line import bold_name
from bot.ui.components.text import code, mention, section
from bot.ui.reply import Message, Viewer


def render_own(outcome: OwnOutcome, viewer: Viewer) -> Message:
    """Return the owner of the batch."""
    text = _owner_words(outcome, bold_name(outcome.batch, viewer.names.get(outcome.batch.id)))
    return Message(text, (section(text),))


def _owner_words(outcome: OwnOutcome, batch: str) -> str:
    owner = mention(outcome.owner)
    match outcome:
        case Owned():
            return f"{owner} now owns {batch}."
        case OwnedAlready():
            hand_over = code(f"/batch own {outcome.batch.id} @who")
            return f"{owner} already owns {batch}. Nothing was changed. To hand it over, type {hand_over}."
        case unreachable:
            assert_never(unreachable)
