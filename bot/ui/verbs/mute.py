"""The words of `mute`."""

from typing import assert_never

from msgspec.structs import replace

from bot.commands.mute import FOREVER, Mute, MuteAsked, Muted, MuteOutcome
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code, date, place_words, section
from bot.ui.reply import Message, Viewer

_SPANS = {"1h": "1 hour", "8h": "8 hours", "1d": "1 day", "1w": "1 week", FOREVER: "Until unmuted"}


def render_mute(outcome: MuteOutcome, viewer: Viewer) -> Message:
    """Return what is muted and until when, or ask for how long."""
    match outcome:
        case Muted():
            text = _muted_words(outcome, viewer)
            return Message(text, (section(text),))
        case MuteAsked():
            return _render_asked(outcome.query)
        case unreachable:
            assert_never(unreachable)


def _render_asked(query: Mute) -> Message:
    text = "How long should this channel be muted for everyone?"
    hint = "Nothing is muted yet. You can also type `/batch mute here 3d` or `/batch mute here 2026-12-31`."
    choices = [button(label, replace(query, until=span), renew=True) for span, label in _SPANS.items()]
    return Message(f"{text} {hint}", (section(f"*{text}*\n{hint}"), *actions(choices)))


def _muted_words(outcome: Muted, viewer: Viewer) -> str:
    if outcome.is_channel:
        subject = place_words(outcome.subject).removeprefix("in ")
    else:
        subject = bold_id_name(outcome.subject, viewer.names.get(outcome.subject))
    if outcome.ended:
        return f"Unmuted {subject}. I'll post notices again."
    until = f"until {date(outcome.until)}" if outcome.until else "until someone unmutes it"
    unmute = code(f"/batch mute {'here' if outcome.is_channel else outcome.subject} off", 150)
    return f"Muted {subject} {until}. Cards stay up to date. To unmute: {unmute}"
