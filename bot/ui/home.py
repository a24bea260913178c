"""Render the App Home tab when it cannot be brought up to date. Otherwise it looks like `/batch` alone."""

from datetime import datetime

from msgspec.structs import replace

from bot.commands.home import HomeBoard
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import context, date, header
from bot.ui.reply import Message


def render_tab_failed(error: Message, since: datetime) -> Message:
    """Return the error, since when it persists, and a button that tries again, so that the tab is no dead end."""
    again = actions([button("Refresh", HomeBoard(), renew=True)])
    known = context(f"This tab has not been updated since {date(since)}.")
    return replace(error, blocks=(header("⚠️ Not up to date"), *error.blocks, known, *again))
