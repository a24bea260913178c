"""A page of batches."""

from bot.commands.list import BatchList, List, ListOutcome
from bot.ui.components.batch_card import card_row, verdict
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, header, number, one_line, quantity, safe_text, section
from bot.ui.reply import Message, Viewer


def render_list(outcome: ListOutcome, viewer: Viewer) -> Message:
    """Return a row for each batch, newest first, with Older and Newer buttons where there are more."""
    title = _title(outcome.query)
    rated = [(batch, verdict(batch)) for batch in outcome.batches]
    rows = tuple([card_row(batch, viewer.names.get(batch.id), words) for batch, words in rated])
    turn = []
    if outcome.newer is not None:
        turn.append(button("Newer", outcome.newer, renew=True))
    if outcome.older is not None:
        turn.append(button("Older", outcome.older, renew=True))
    spoken = [f"{safe_text(words.words, 60)}: {safe_text(batch.id, 60)}" for batch, words in rated]
    return Message(
        ". ".join([title, *(spoken or ["No batch fits"])]),
        (header(title), *(rows or (section("No batch fits."),)), *actions(turn), context(_footer(outcome))),
        public=outcome.query.public,
    )


def _title(query: List) -> str:
    words = "Batches" if query.status is None else f"Batches {query.status.replace('_', ' ')}"
    words += f" called {one_line(query.label, 60)}" if query.label is not None else ""
    words += f" of {'yours' if query.owner == 'me' else query.owner}" if query.owner else ""
    return f"{words}, older than {query.older_than}" if query.older_than else words


def _footer(outcome: BatchList) -> str:
    shown = f"{quantity(len(outcome.batches), 'batch', 'batches')} shown"
    looked = f", {number(outcome.scanned)} looked through" if outcome.scanned > len(outcome.batches) else ""
    return (
        f"{shown}{looked} · open one with `/batch status ID`, or type {code(f'/batch {outcome.query.spell()}')} again"
    )
