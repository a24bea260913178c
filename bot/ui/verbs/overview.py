"""What `/batch` without a verb and the Home tab show."""

from bot.commands.list import List
from bot.commands.overview import LOOKED_AT, Overview, OverviewOutcome
from bot.ui.components.batch_card import card_row, verdict
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import DIVIDER, context, header, quantity, safe_text, section
from bot.ui.reply import Block, Message, Viewer

ROWS = 10


def render_overview(outcome: OverviewOutcome, viewer: Viewer) -> Message:
    """Return the unfinished batches, the newest ended one, and buttons to continue."""
    running = outcome.unfinished
    title = f"{quantity(len(running), 'batch', 'batches')} running" if running else "Nothing is running"
    title += f" among the newest {LOOKED_AT} batches" if outcome.more else ""
    rows: list[Block] = [card_row(batch, viewer.names.get(batch.id)) for batch in running[:ROWS]]
    if len(running) > ROWS:
        rows.append(context(f"and {len(running) - ROWS} more: `/batch list in_progress`"))
    elif outcome.more:
        rows.append(context("Older ones may run as well: `/batch list in_progress`"))
    if outcome.last_ended is not None:
        rows += [
            DIVIDER,
            context("The newest that has ended"),
            card_row(outcome.last_ended, viewer.names.get(outcome.last_ended.id)),
        ]
    elif not running:
        rows.append(section("This workspace has no batches yet."))
    go_on = actions([button("All batches", List()), button("Refresh", Overview(), renew=True)])
    hint = context("`/batch status last` · `/batch list ended` · `/batch help`")
    spoken = [f"{safe_text(verdict(batch).words, 60)}: {safe_text(batch.id, 60)}" for batch in running[:ROWS]]
    text = ". ".join([title, *spoken])
    return Message(text, (header(title), *rows, *go_on, hint), public=outcome.public)
