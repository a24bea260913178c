"""What `/batch` without a verb and the Home tab show."""

from bot.commands.list import List
from bot.commands.overview import LOOKED_AT, Overview, OverviewOutcome
from bot.ui.components.batch_rows import batch_rows, open_menu, spoken_rows
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import DIVIDER, context, header, quantity, section
from bot.ui.reply import Message, Viewer

ROWS = 10


def render_overview(outcome: OverviewOutcome, viewer: Viewer) -> Message:
    """Return the unfinished batches, the newest ended one, and buttons to continue."""
    running = outcome.unfinished
    title = f"{quantity(len(running), 'batch', 'batches')} running" if running else "Nothing is running"
    title += f" among the newest {LOOKED_AT} batches" if outcome.more else ""
    names, now = viewer.names, viewer.now
    rows = batch_rows(running[:ROWS], names, now)
    shown = running[:ROWS]
    if len(running) > ROWS:
        rows.append(context(f"and {len(running) - ROWS} more: `/batch list in_progress`"))
    elif outcome.more:
        rows.append(context("Older ones may run as well: `/batch list in_progress`"))
    if outcome.last_ended is not None:
        shown = (*shown, outcome.last_ended)
        rows += [DIVIDER, context("The newest that has ended"), *batch_rows([outcome.last_ended], names, now)]
    elif not running:
        rows.append(section("This workspace has no batches yet."))
    go_on = actions(
        [open_menu(shown, names, now), button("All batches", List()), button("Refresh", Overview(), renew=True)]
    )
    hint = context("`/batch status last` · `/batch list ended` · `/batch help`")
    spoken = spoken_rows(running[:ROWS], names, now)
    text = ". ".join([title, *spoken])
    return Message(text, (header(title), *rows, *go_on, hint), public=outcome.public)
