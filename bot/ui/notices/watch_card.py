"""The card of a watched batch, which is edited in place."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_card import batch_card, card_facts, card_text
from bot.ui.components.deletion import deleted_by_words, deletion_words, not_seen_words
from bot.ui.components.first_line import batch_name
from bot.ui.components.parts import view_whole
from bot.ui.components.text import context, header, safe_text, section
from bot.ui.reply import Block, Message, Viewer


class WatchCardState(Struct, frozen=True):
    """What a watch card shows besides the batch.

    `last_seen`: when the API last showed the batch, if it no longer does. `gone`: the batch was deleted;
    `deleted_by`: the user who deleted it through this bot. `is_fed`: the card is in the channel for all batches.
    `parts`: the batches that the batch stands for.
    """

    watchers: Sequence[str] = ()
    last_seen: datetime | None = None
    gone: bool = False
    deleted_by: str | None = None
    canceled_by: str | None = None
    is_fed: bool = False
    parts: Sequence[MessageBatch] = ()


def render_watch_card(batch: MessageBatch, viewer: Viewer, state: WatchCardState) -> Message:
    """Return the card for a channel. Everyone there sees it, so it has every button that this state allows.

    It mentions people; the caller replaces mentions with names before it posts, because a card notifies no one.
    """
    viewer = view_whole(viewer, state.parts)
    names = viewer.names.get(batch.id)
    if state.gone:
        return _render_deleted_card(batch, state, names)
    blocks = batch_card(batch, viewer, state.canceled_by, state.watchers, shared=True, stays=True, parts=state.parts)
    notes = []
    if state.last_seen is not None and not batch.has_ended:
        notes.append(not_seen_words(state.last_seen))
    if state.is_fed and not state.watchers and (names is None or names.owner is None):
        notes.append("No owner: this batch was created elsewhere, and no one watches it.")
    more: tuple[Block, ...] = (context(" ".join(notes)),) if notes else ()
    return Message(" ".join([card_text(batch, names), *notes]), (*blocks, *more), public=True)


def _render_deleted_card(batch: MessageBatch, state: WatchCardState, names: BatchNames | None) -> Message:
    words = deleted_by_words(state.deleted_by) if state.deleted_by else deletion_words(state.last_seen)
    title = f"🗑️ {'Deleted' if state.deleted_by else 'Deleted elsewhere'} · {batch_name(batch, names)}"
    facts = card_facts(batch, state.canceled_by, names=names, gone=True)
    blocks = (header(title), *facts, section(words))
    return Message(f"{safe_text(title)} ({safe_text(batch.id)}). {words}", blocks, public=True)
