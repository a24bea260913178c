"""How the answer to `own` looks."""

from typing import assert_never

from bot.commands.own import Owned, OwnedAlready, OwnOutcome
from bot.ui.components.text import code, mention, section
from bot.ui.reply import Message, Viewer


def render_own(outcome: OwnOutcome, viewer: Viewer) -> Message:
    """Say whose the batch is."""
    text = _words(outcome)
    return Message(text, (section(text),))


def _words(outcome: OwnOutcome) -> str:
    batch, owner = code(outcome.batch.id), mention(outcome.owner)
    match outcome:
        case Owned():
            return f"{batch} is {owner}'s now."
        case OwnedAlready():
            return f"{batch} is {owner}'s already. Nothing was changed. To hand it over: `/batch own ID @who`."
        case unreachable:
            assert_never(unreachable)
