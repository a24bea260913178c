"""The words of `watch` and `unwatch`."""

from typing import assert_never

from bot.commands.watch import (
    Unwatch,
    UnwatchOutcome,
    Watch,
    WatchBegun,
    WatchesShown,
    WatchOutcome,
    WatchTooLate,
)
from bot.operations.find_batch import Reference
from bot.operations.follow import WatchedBatch
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.batch_rows import ListedBatch, list_batches, open_menu, spoken_rows
from bot.ui.components.buttons import SELECT_LIMIT, actions, button, choice, select
from bot.ui.components.first_line import batch_name, bold_id_name, bold_line
from bot.ui.components.quiet import card_there_words, mention_promise, quiet_suffix
from bot.ui.components.text import context, header, join_words, place_words, quantity, section
from bot.ui.reply import Block, Message, Viewer

ROWS = 10


def render_watch(outcome: WatchOutcome, viewer: Viewer) -> Message:
    """Return where the card of the batch is, or what the viewer watches."""
    match outcome:
        case WatchBegun():
            return _render_begun(outcome, viewer)
        case WatchTooLate():
            return _render_too_late(outcome, viewer)
        case WatchesShown():
            return _render_watches(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_begun(outcome: WatchBegun, viewer: Viewer) -> Message:
    """Return where the card is, and which channel did not accept it."""
    place = outcome.place
    batch = outcome.batch
    if outcome.already:
        words = f"You're already watching this batch. Its card is {place_words(place.id)}."
    else:
        promise = mention_promise(place, "you")
        words = f"Watching. I'll keep its card up to date {place_words(place.id)}{promise and f' and {promise}'}."
    words += quiet_suffix(place)
    if place.closed_channel is not None:
        words += f" {card_there_words(place.closed_channel, batch.id)}"
    names = viewer.names.get(batch.id)
    spoken = f"Unwatch {batch_name(batch, names, 40)}"
    buttons = actions([button("Unwatch", Unwatch(Reference(batch.id)), spoken=spoken)])
    line = bold_line(batch, names, viewer.now)
    return Message(f"{words} {card_text(batch, names, viewer.now)}", (section(f"{line}\n{words}"), *buttons))


def _render_too_late(outcome: WatchTooLate, viewer: Viewer) -> Message:
    words = "This batch has already ended, so there is nothing to watch."
    text = card_text(outcome.batch, viewer.names.get(outcome.batch.id), viewer.now)
    return Message(f"{words} {text}", (section(words), *batch_card(outcome.batch, viewer)))


def _render_watches(outcome: WatchesShown, viewer: Viewer) -> Message:
    """Return the batches that the viewer watches, each with its places, and a menu to stop watching any of them."""
    watched = outcome.watched
    title = (
        f"You're watching {quantity(len(watched), 'batch', 'batches')}"
        if watched
        else "You aren't watching any batches"
    )
    listed = list_batches([each.batch for each in watched[:SELECT_LIMIT]], viewer.names, viewer.now)
    rows = [_watched_row(each, line) for each, line in zip(watched[:ROWS], listed, strict=False)]
    if len(watched) > ROWS:
        rows.append(context(f"and {len(watched) - ROWS} more"))
    unwatch = [choice(str(each.first_line), Unwatch(Reference(each.batch.id))) for each in listed]
    menus = actions([open_menu(listed), select("Stop watching…", unwatch)])
    hint = () if watched else (context("To watch a batch, type `/batch watch ID`."),)
    return Message(". ".join([title, *spoken_rows(listed[:ROWS])]), (header(title), *rows, *menus, *hint))


def _watched_row(watched: WatchedBatch, listed: ListedBatch) -> Block:
    places = join_words([place_words(place) for place in watched.places])
    return section(f"{listed.row()} · card {places}")


def render_unwatch(outcome: UnwatchOutcome, viewer: Viewer) -> Message:
    """Return that the viewer no longer watches the batch, or did not watch it."""
    name = bold_id_name(outcome.batch_id, viewer.names.get(outcome.batch_id))
    if not outcome.places:
        text = f"You weren't watching {name}. Nothing was changed."
        return Message(text, (section(text),))
    places = join_words([place_words(place) for place in outcome.places])
    text = f"Stopped watching {name}. Its card stays {places}."
    buttons = actions([button("Watch", Watch(Reference(outcome.batch_id)))])
    return Message(text, (section(text), *buttons))
