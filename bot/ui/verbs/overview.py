"""What `/batch` without a verb and the Home tab show."""

from bot.commands.list import List
from bot.commands.overview import LOOKED_AT, Overview, OverviewOutcome
from bot.ui.components.batch_rows import batch_rows, list_batches, open_menu, spoken_rows
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import DIVIDER, context, header, quantity, section
from bot.ui.components.waiting import own_approvals, running_lists, waiting_blocks, waiting_words
from bot.ui.reply import Message, Viewer

ROWS = 10


def render_overview(outcome: OverviewOutcome, viewer: Viewer) -> Message:
    """Return what waits for the viewer, the unfinished batches, the newest ended one, and buttons to continue."""
    running = outcome.unfinished
    title = f"{quantity(len(running), 'batch', 'batches')} in progress" if running else "Nothing is running"
    title += f" among the newest {LOOKED_AT} batches" if outcome.more else ""
    shown = list_batches(running[:ROWS], viewer.names, viewer.now)
    ended = list_batches([outcome.last_ended] if outcome.last_ended is not None else [], viewer.names, viewer.now)
    rows = batch_rows(shown)
    if len(running) > ROWS:
        rows.append(context(f"{len(running) - ROWS} more are not shown. *All batches* lists them."))
    elif outcome.more:
        rows.append(context("Older batches may be in progress too. `/batch list running` lists them."))
    rows += running_lists(outcome.waiting.running, viewer)
    waiting = waiting_blocks(outcome.waiting, viewer)
    waits = waiting_words(outcome.waiting, viewer)
    spoken = [*([waits] if waits else []), title, *spoken_rows(shown)]
    if ended:
        newest = "Newest ended batch"
        rows += [DIVIDER, context(newest), *batch_rows(ended)]
        spoken.append(f"{newest}: {spoken_rows(ended)[0]}")
    elif not running:
        none = "There are no batches yet."
        rows.append(section(none))
        spoken.append(none.rstrip("."))
    go_on = actions(
        [open_menu(shown + ended), button("All batches", List()), button("Refresh", Overview(), renew=True)]
    )
    has_batches = bool(running or ended)
    ways = (
        "`/batch status last` · `/batch list ended` · `/batch help`"
        if has_batches
        else "`/batch create` · `/batch help`"
    )
    hint = context(ways)
    first = [header("Waiting for you"), *waiting] if waiting else []
    first += own_approvals(outcome.waiting, viewer)
    return Message(". ".join(spoken), (*first, header(title), *rows, *go_on, hint), public=outcome.public)
