"""A page of batches."""

from bot.commands.list import BatchList, List, ListOutcome
from bot.ui.components.batch_rows import batch_rows, list_batches, open_menu, spoken_rows
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, mention, number, quantity, safe_text, section
from bot.ui.reply import Block, Message, Viewer

MOST_LABELS = 10
_STATES = {"in_progress": "running"}
_STATE_WORDS = {"canceling": "batches being canceled"}


def render_list(outcome: ListOutcome, viewer: Viewer) -> Message:
    """Return a line for each batch, newest first, a menu that opens any of them, and buttons where there are more."""
    title = _title(outcome.query)
    listed = list_batches(outcome.batches, viewer.names, viewer.now)
    empty = _empty_words(outcome)
    rows = batch_rows(listed) or [section(empty)]
    turn: list[Block | None] = [open_menu(listed)]
    if outcome.newer is not None:
        turn.append(button("Newer", outcome.newer, renew=True))
    if outcome.older is not None:
        turn.append(button("Older", outcome.older, renew=True))
    spoken = spoken_rows(listed)
    return Message(
        ". ".join([title, *(spoken or [empty])]),
        (section(f"*{title}*"), *rows, *actions(turn), context(_footer(outcome))),
        public=outcome.query.public,
    )


def _title(query: List) -> str:
    """Return what is listed, as mrkdwn: a header block cannot name a person."""
    state = _STATES.get(query.status, query.status) if query.status is not None else None
    words = _STATE_WORDS.get(query.status or "", f"{state} batches" if state else "batches")
    if query.owner == "me":
        words = f"your {words}"
    words = f"{words[0].upper()}{words[1:]}"
    words += f" labeled “{safe_text(query.label, 60)}”" if query.label is not None else ""
    words += f" owned by {mention(query.owner)}" if query.owner not in (None, "me") else ""
    return f"{words}, older than {query.older_than}" if query.older_than else words


def _empty_words(outcome: BatchList) -> str:
    used = outcome.labels_in_use
    if outcome.is_cut and outcome.scanned == 0:
        return "The API says that there are batches, but it did not show them. Try again in a minute."
    if not used:
        return "No batch matches."
    shown = ", ".join(code(label, 80) for label in used[:MOST_LABELS])
    more = f" and {number(len(used) - MOST_LABELS)} more" if len(used) > MOST_LABELS else ""
    return f"No batch matches. Labels in use: {shown}{more}"


def _footer(outcome: BatchList) -> str:
    parts = [f"{quantity(len(outcome.batches), 'batch', 'batches')} shown"]
    parts += [f"{number(outcome.scanned)} searched"] if outcome.scanned > len(outcome.batches) else []
    parts += [f"{quantity(outcome.unreadable, 'batch', 'batches')} could not be read"] if outcome.unreadable else []
    parts += ["the API did not show the rest"] if outcome.is_cut and outcome.scanned else []
    return " · ".join(parts)
