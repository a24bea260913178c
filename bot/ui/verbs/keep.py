"""The words of `keep`."""

from bot.commands.keep import KeepOutcome
from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement, Viewer


def render_keep(outcome: KeepOutcome, viewer: Viewer) -> Message:
    """Return that nothing was changed."""
    if outcome.subject is None:
        text = "This question is no longer open. Nothing was changed."
        return Message(text, (section(text),), placement=Placement.BESIDE_ANSWER)
    text = f"Kept {code(outcome.subject)}. Nothing was changed."
    return Message(text, (section(text),))
