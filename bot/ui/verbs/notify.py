"""The words of `notify`."""

from bot.commands.notify import Notify, NotifyOutcome
from bot.store.records.watches import ChannelNotifyLevel
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import section
from bot.ui.reply import Message, Viewer

_LEVELS: dict[ChannelNotifyLevel, str] = {
    "all": "how every watched batch ends",
    "failures": "only when something of a batch did not succeed, or it is gone",
    "none": "nothing when batches end",
}


def render_notify(outcome: NotifyOutcome, viewer: Viewer) -> Message:
    """Return which notices the channel gets, with a button for each other level."""
    now = "from now on " if outcome.changed else ""
    text = f"<#{outcome.channel}> is {now}told {_LEVELS[outcome.level]}. Cards stay up to date."
    others = [button(level.capitalize(), Notify(level), renew=True) for level in _LEVELS if level != outcome.level]
    return Message(text, (section(text), *actions(others)))
