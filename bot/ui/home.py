"""How the App Home tab looks when it cannot be brought up to date; otherwise it looks like `/batch` alone."""

from datetime import datetime

from msgspec.structs import replace

from bot.commands.overview import Overview
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import context, date, header
from bot.ui.reply import Message


def render_tab_failed(why: Message, since: datetime) -> Message:
    """Return why, since when, and the button that tries again: without it the tab would be a dead end."""
    again = actions([button("Refresh", Overview(), renew=True)])
    known = context(f"Since {date(since)} I could not bring this tab up to date.")
    return replace(why, blocks=(header("⚠️ Not up to date"), *why.blocks, known, *again))
