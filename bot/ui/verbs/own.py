"""The words of `own`."""

from typing import assert_never

from bot.commands.own import Owned, OwnedAlready, OwnOutcome
from bot.ui.components.first_line import batch_name
from bot.ui.components.text import mention, safe_text, section
from bot.ui.reply import Message, Viewer


def render_own(outcome: OwnOutcome, viewer: Viewer) -> Message:
    """Return the owner of the batch."""
    text = _owner_words(outcome, safe_text(batch_name(outcome.batch, viewer.names.get(outcome.batch.id)), 80))
    return Message(text, (section(text),))


def _owner_words(outcome: OwnOutcome, name: str) -> str:
    batch = f"*{name}*"
    owner = mention(outcome.owner)
    match outcome:
        case Owned():
            return f"{owner} now owns {batch}."
        case OwnedAlready():
            return f"{owner} already owns {batch}. Nothing was changed. To hand it over, type `/batch own ID @who`."
        case unreachable:
            assert_never(unreachable)
