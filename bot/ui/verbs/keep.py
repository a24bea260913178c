"""The words of `keep`."""

from bot.commands.keep import KeepOutcome
from bot.operations.find_batch import PREFIX
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import section
from bot.ui.reply import Message, Placement, Viewer


def render_keep(outcome: KeepOutcome, viewer: Viewer) -> Message:
    """Return that nothing was changed."""
    if outcome.subject is None:
        text = "This question is no longer open. Nothing was changed."
        return Message(text, (section(text),), placement=Placement.BESIDE_ANSWER)
    if outcome.subject.startswith(PREFIX):
        kept = bold_id_name(outcome.subject, viewer.names.get(outcome.subject))
        text = f"Kept {kept}. Nothing was changed."
    else:
        text = "Nothing was changed."
    return Message(text, (section(text),))
