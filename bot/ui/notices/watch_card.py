"""The card of a watched batch, which stays up to date."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_card import batch_card, card_facts, card_text, display_name
from bot.ui.components.deletion import deleted_by_words, deletion_words, not_seen_words
from bot.ui.components.text import context, header, safe_text, section
from bot.ui.reply import Block, Message, Viewer


class WatchCardState(Struct, frozen=True):
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


def watch_card(batch: MessageBatch, viewer: Viewer, standing: WatchCardState) -> Message:
    """Return the card of a channel: everybody there sees it, so it has every button this state allows.

    Whoever posts it puts names in the place of its mentions: it is no reason to ping anybody.
    """
    named = viewer.names.get(batch.id)
    if standing.gone:
        return _gone_card(batch, standing, named)
    blocks = batch_card(batch, viewer, standing.canceled_by, standing.watchers, shared=True)
    notes = []
    if standing.last_seen is not None and not batch.has_ended:
        notes.append(not_seen_words(standing.last_seen))
    if batch.has_ended and batch.results_url is None and batch.archived_at is None:
        notes.append("The batch has ended; the API does not offer its results yet.")
    if standing.is_fed and not standing.watchers and (named is None or named.owner is None):
        notes.append("Nobody owns this batch: it was not made through me, and nobody watches it.")
    more: tuple[Block, ...] = (context(" ".join(notes)),) if notes else ()
    return Message(" ".join([card_text(batch, named), *notes]), (*blocks, *more), public=True)


def _gone_card(batch: MessageBatch, standing: WatchCardState, named: BatchNames | None) -> Message:
    words = deleted_by_words(standing.deleted_by) if standing.deleted_by else deletion_words(standing.last_seen)
    title = f"🗑️ {'Deleted' if standing.deleted_by else 'Deleted elsewhere'} · {display_name(batch, named)}"
    facts = card_facts(batch, standing.canceled_by, named=named, gone=True)
    blocks = (header(title), *facts, section(words))
    return Message(f"{safe_text(title)} ({safe_text(batch.id)}). {words}", blocks, public=True)
