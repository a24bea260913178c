"""How watching looks: the card that stays up to date, and the answers to watch, unwatch, mute and notify."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.mute import Muted
from bot.commands.notify import Notify, NotifyShown
from bot.commands.watch import Unwatch, Unwatched, Watch, WatchBegun, WatchesShown, WatchTooLate
from bot.operations.find_batch import Reference
from bot.operations.follow import Watched
from bot.store.records.labels import Named
from bot.store.records.watches import QuietLevel
from bot.ui.batch_card import batch_card, called, card_facts, card_row, card_text, card_title, short_id
from bot.ui.buttons import actions, button, fits
from bot.ui.delete import deleted_words
from bot.ui.hush import hush_words
from bot.ui.notices import gone_words, unseen_words
from bot.ui.reply import Block, Message, Viewer
from bot.ui.text import code, context, counted, date, header, inline, section, where

ROWS = 20
_LEVELS: dict[QuietLevel, str] = {
    "all": "how every watched batch ends",
    "failures": "only when something of a batch did not succeed, or it is gone",
    "none": "nothing when batches end",
}


class Standing(Struct, frozen=True):
    """What a watch card says beyond the batch itself.

    `last_seen`: since when the API has not shown it. `gone`: it is not there any more; `deleted_by`: whose act that
    was, if it was done here. `is_fed`: the card is in the channel that gets every batch, and nobody watches this one
    anywhere.
    """

    watchers: Sequence[str] = ()
    last_seen: datetime | None = None
    gone: bool = False
    deleted_by: str | None = None
    canceled_by: str | None = None
    is_fed: bool = False


def watch_card(batch: MessageBatch, viewer: Viewer, standing: Standing) -> Message:
    """Return the card of a channel: everybody there sees it, so it has every button this state allows.

    Whoever posts it puts names in the place of its mentions: it is no reason to ping anybody.
    """
    named = viewer.names.get(batch.id)
    if standing.gone:
        return _gone_card(batch, standing, named)
    blocks = batch_card(batch, viewer, standing.canceled_by, standing.watchers, shared=True)
    notes = []
    if standing.last_seen is not None and not batch.has_ended:
        notes.append(unseen_words(standing.last_seen))
    if batch.has_ended and batch.results_url is None and batch.archived_at is None:
        notes.append("The batch has ended; the API does not offer its results yet.")
    if standing.is_fed and not standing.watchers and (named is None or named.owner is None):
        notes.append("Nobody owns this batch: it was not made through me, and nobody watches it.")
    more: tuple[Block, ...] = (context(" ".join(notes)),) if notes else ()
    return Message(" ".join([card_text(batch, named), *notes]), (*blocks, *more), public=True)


def _gone_card(batch: MessageBatch, standing: Standing, named: Named | None) -> Message:
    words = deleted_words(standing.deleted_by) if standing.deleted_by else gone_words(standing.last_seen)
    title = f"🗑️ {'Deleted' if standing.deleted_by else 'Deleted elsewhere'} · {called(batch, named)}"
    facts = card_facts(batch, standing.canceled_by, named=named, gone=True)
    blocks = (header(title), *facts, section(words))
    return Message(f"{inline(title)} ({inline(batch.id)}). {words}", blocks, public=True)


def render_watch_begun(outcome: WatchBegun, viewer: Viewer) -> Message:
    """Say what will be told where; and that a channel did not let it."""
    place, batch = outcome.place, outcome.batch
    if outcome.already:
        words = f"You watch this batch already; its card is {where(place.id)}."
    else:
        words = (
            f"I keep a card of this batch up to date {where(place.id)}, and mention you there once, when it has ended."
        )
    words += hush_words(place)
    if place.closed is not None:
        words += f" I may not post in <#{place.closed}>: invite me with `/invite @Batchdesk` to have the card there."
    more = actions([button("Unwatch", Unwatch(Reference(batch.id)), says=f"Watch batch {short_id(batch)} no more")])
    named = viewer.names.get(batch.id)
    title = card_title(batch, named)
    return Message(
        f"{words} {card_text(batch, named)}", (section(f"{words}\n*{inline(title)}*\n{code(batch.id)}"), *more)
    )


def render_watch_too_late(outcome: WatchTooLate, viewer: Viewer) -> Message:
    """Say that there is nothing to wait for, and show how it ended."""
    words = "There is nothing to watch: this batch has ended."
    text = card_text(outcome.batch, viewer.names.get(outcome.batch.id))
    return Message(f"{words} {text}", (section(words), *batch_card(outcome.batch, viewer)))


def render_watches(outcome: WatchesShown, viewer: Viewer) -> Message:
    """Return what the viewer watches, each with the places of its cards and a way to end it."""
    watched = outcome.watched
    title = f"You watch {counted(len(watched), 'batch', 'batches')}" if watched else "You watch nothing"
    rows = [block for each in watched[:ROWS] for block in _watched(each, viewer)]
    if len(watched) > ROWS:
        rows.append(context(f"and {len(watched) - ROWS} more"))
    hint = context("`/batch watch ID` begins, `/batch unwatch ID` ends.")
    titles = ((card_title(each.batch, viewer.names.get(each.batch.id)), each.batch.id) for each in watched[:ROWS])
    spoken = [f"{inline(said)} {inline(batch_id)}" for said, batch_id in titles]
    return Message(". ".join([title, *spoken]), (header(title), *rows, hint))


def _watched(watched: Watched, viewer: Viewer) -> tuple[Block, ...]:
    batch = watched.batch
    ends = button("Unwatch", Unwatch(Reference(batch.id)), says=f"Watch batch {short_id(batch)} no more")
    row = {name: value for name, value in card_row(batch, viewer.names.get(batch.id)).items() if name != "accessory"}
    places = ", ".join(where(place) for place in watched.places)
    return ({**row, "accessory": ends} if fits(ends) else row, context(f"You are told {places}."))


def render_unwatched(outcome: Unwatched, viewer: Viewer) -> Message:
    """Say that nothing more will be told, or that nothing was going to be."""
    if not outcome.places:
        text = f"You were not watching {code(outcome.batch_id)}. Nothing was changed."
        return Message(text, (section(text),))
    places = ", ".join(where(place) for place in outcome.places)
    text = f"You are not told of {code(outcome.batch_id)} any more. Its card stays {places}."
    again = actions([button("Watch", Watch(Reference(outcome.batch_id)))])
    return Message(text, (section(text), *again))


def render_muted(outcome: Muted, viewer: Viewer) -> Message:
    """Say what is not told any more, to whom, and until when."""
    place = where(outcome.subject)
    what = place.removeprefix("in ") if outcome.is_channel else code(outcome.subject, 100)
    if outcome.ended:
        text = f"No longer muted: {what}. Notices are sent again."
        return Message(text, (section(text),))
    until = f"until {date(outcome.until)}" if outcome.until else "until somebody ends it"
    told = f"Nothing is told {place}" if outcome.is_channel else f"Nobody is told of {what}"
    off = code(f"/batch mute {'here' if outcome.is_channel else outcome.subject} off", 150)
    text = f"Muted: {told} {until}. Cards stay up to date. {off} ends it."
    return Message(text, (section(text),))


def render_notify(outcome: NotifyShown, viewer: Viewer) -> Message:
    """Say what a channel is told, and offer the other levels."""
    now = "from now on " if outcome.changed else ""
    text = f"<#{outcome.channel}> is {now}told {_LEVELS[outcome.level]}. Cards stay up to date."
    others = [button(level.capitalize(), Notify(level), renew=True) for level in _LEVELS if level != outcome.level]
    return Message(text, (section(text), *actions(others)))
