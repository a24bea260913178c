"""The words of `notify`."""

from bot.commands.notify import Notify, NotifyOutcome
from bot.store.records.watches import ChannelNotifyLevel
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import section
from bot.ui.reply import Message, Viewer

_LEVELS: dict[ChannelNotifyLevel, str] = {
    "all": "post in {} when a watched batch ends",
    "failures": "only post failures and deletions in {}",
    "none": "post nothing in {} when batches end",
}


def render_notify(outcome: NotifyOutcome, viewer: Viewer) -> Message:
    """Return which notices the channel gets, with a button for each other level."""
    now = "From now on I'll" if outcome.changed else "I currently"
    text = f"{now} {_LEVELS[outcome.level].format(f'<#{outcome.channel}>')}. Cards stay up to date."
    others = [button(level.capitalize(), Notify(level), renew=True) for level in _LEVELS if level != outcome.level]
    return Message(text, (section(text), *actions(others)))
