"""What a card says: the stored facts, handed to whoever draws them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.operations.snapshots import batch_of
from bot.store.records.batches import GONE, SeenBatch
from bot.store.records.labels import Named
from bot.store.records.watches import Watch
from bot.ui.notices.watch_card import Standing, watch_card
from bot.ui.reply import Message, Viewer


def card_message(
    seen: SeenBatch,
    channel_id: str,
    known: Sequence[Watch],
    canceled_by: str | None,
    deleted_by: str | None,
    now: datetime,
    named: Named | None = None,
) -> Message:
    """Return a batch's card for a channel; everybody there sees it, so it has every button this state allows."""
    here = [watch for watch in known if watch.channel_id == channel_id]
    standing = Standing(
        watchers=tuple(dict.fromkeys(watch.user_id for watch in here if watch.user_id)),
        gone=seen.status == GONE,
        canceled_by=canceled_by,
        deleted_by=deleted_by,
        is_fed=any(watch.reason == "feed" for watch in here) and not any(watch.user_id for watch in known),
    )
    reader = UserId(channel_id if channel_id.startswith(("U", "W")) else "")  # a channel's readers are many
    caller = Caller(reader, TeamId(""), ChannelId(channel_id))
    names = {seen.id: named} if named is not None else {}
    return watch_card(batch_of(seen), Viewer(caller, frozenset(Permission), now, names), standing)


def digest_of(message: Message) -> str:
    """Return a word that differs where two messages do."""
    content = json.dumps([message.text, list(message.blocks)], sort_keys=True, default=dict)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
