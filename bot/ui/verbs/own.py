"""The words of `own`."""

from typing import assert_never

from bot.commands.own import Owned, OwnedAlready, OwnOutcome
from bot.ui.components.text import code, mention, section
from bot.ui.reply import Message, Viewer


def render_own(outcome: OwnOutcome, viewer: Viewer) -> Message:
    """Return the owner of the batch."""
    text = _owner_words(outcome)
    return Message(text, (section(text),))


def _owner_words(outcome: OwnOutcome) -> str:
    batch = code(outcome.batch.id)
    owner = mention(outcome.owner)
    match outcome:
        case Owned():
            return f"{batch} is {owner}'s now."
        case OwnedAlready():
            return f"{batch} is {owner}'s already. Nothing was changed. To hand it over: `/batch own ID @who`."
        case unreachable:
            assert_never(unreachable)
