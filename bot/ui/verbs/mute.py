"""The words of `mute`."""

from bot.commands.mute import MuteOutcome
from bot.ui.components.text import code, date, place_words, section
from bot.ui.reply import Message, Viewer


def render_mute(outcome: MuteOutcome, viewer: Viewer) -> Message:
    """Return what is muted and until when."""
    place = place_words(outcome.subject)
    what = place.removeprefix("in ") if outcome.is_channel else code(outcome.subject, 100)
    if outcome.ended:
        text = f"No longer muted: {what}. Notices are sent again."
        return Message(text, (section(text),))
    until = f"until {date(outcome.until)}" if outcome.until else "until somebody ends it"
    effect = f"Nothing is told {place}" if outcome.is_channel else f"Nobody is told of {what}"
    off = code(f"/batch mute {'here' if outcome.is_channel else outcome.subject} off", 150)
    text = f"Muted: {effect} {until}. Cards stay up to date. {off} ends it."
    return Message(text, (section(text),))
