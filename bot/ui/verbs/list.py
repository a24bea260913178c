"""A page of batches."""

from bot.commands.list import BatchList, List, ListOutcome
from bot.ui.components.batch_rows import batch_rows, open_menu, spoken_rows
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, header, number, one_line, quantity, section
from bot.ui.reply import Block, Message, Viewer


def render_list(outcome: ListOutcome, viewer: Viewer) -> Message:
    """Return a line for each batch, newest first, a menu that opens any of them, and buttons where there are more."""
    title = _title(outcome.query)
    batches, names, now = outcome.batches, viewer.names, viewer.now
    rows = batch_rows(batches, names, now) or [section("No batch fits.")]
    turn: list[Block | None] = [open_menu(batches, names, now)]
    if outcome.newer is not None:
        turn.append(button("Newer", outcome.newer, renew=True))
    if outcome.older is not None:
        turn.append(button("Older", outcome.older, renew=True))
    spoken = spoken_rows(batches, names, now)
    return Message(
        ". ".join([title, *(spoken or ["No batch fits"])]),
        (header(title), *rows, *actions(turn), context(_footer(outcome))),
        public=outcome.query.public,
    )


def _title(query: List) -> str:
    words = "Batches" if query.status is None else f"Batches {query.status.replace('_', ' ')}"
    words += f" called {one_line(query.label, 60)}" if query.label is not None else ""
    words += f" of {'yours' if query.owner == 'me' else query.owner}" if query.owner else ""
    return f"{words}, older than {query.older_than}" if query.older_than else words


def _footer(outcome: BatchList) -> str:
    shown = f"{quantity(len(outcome.batches), 'batch', 'batches')} shown"
    looked = f", {number(outcome.scanned)} searched" if outcome.scanned > len(outcome.batches) else ""
    return f"{shown}{looked} · {code(f'/batch {outcome.query.spell()}')}"
