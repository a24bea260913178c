"""What the bot says of watching: answers to its verbs, cards, notices and digests, in every state."""

from datetime import timedelta
from decimal import Decimal
from typing import get_args

from msgspec.structs import replace

from bot.caller import ChannelId
from bot.commands.cancel import CancelRequested
from bot.commands.language.errors import NeedsChannel
from bot.commands.mute import Muted
from bot.commands.notify import NotifyShown
from bot.commands.registry import Outcome
from bot.commands.status import BatchShown
from bot.commands.watch import Unwatched, WatchBegun, WatchesShown, WatchTooLate
from bot.errors import ExpectedError
from bot.operations.follow import CardPlace, WatchedBatch
from bot.store.records.labels import BatchNames
from bot.store.records.notices import Notice
from bot.ui.notices.digest import Digest, Share, render_digest
from bot.ui.notices.notice import BatchEvent, NoticeContext, draw_notice, render_notice
from bot.ui.notices.watch_card import WatchCardState, render_watch_card
from bot.ui.reply import Message
from tests.builders import ADA, ADMIN, BATCHES, BEN, ID, NOW, batch_id, canceled, canceling, counts, ended, running
from tests.ui.create_catalog import REST

ENDED = BATCHES["ended_some_succeeded"]
BOTH = (ADA.user, BEN.user)
NAMED = BatchNames("Nightly eval", ADA.user, "after the *prompt* fix")
CHANNEL = CardPlace("C0BATCHES")
DIRECT = CardPlace(ADA.user)
CLOSED = CardPlace(ADA.user, ChannelId("C0GENERAL"))

OUTCOMES: dict[str, Outcome] = {
    "watch_begun": WatchBegun(running(), CHANNEL, already=False),
    "watch_begun_in_messages": WatchBegun(running(), DIRECT, already=False),
    "watch_begun_where_the_bot_is_not": WatchBegun(running(), CLOSED, already=False),
    "watch_begun_where_failures_are_told": WatchBegun(
        running(), CardPlace("C0BATCHES", notify_level="failures"), already=False
    ),
    "watch_begun_where_it_is_muted": WatchBegun(running(), CardPlace("C0BATCHES", notify_level="muted"), already=False),
    "watch_twice": WatchBegun(canceling(), CHANNEL, already=True),
    "watch_too_late": WatchTooLate(ENDED),
    "watches": WatchesShown(
        (
            WatchedBatch(running(id=batch_id(1)), ("C0BATCHES", ADA.user)),
            WatchedBatch(canceling(id=batch_id(2)), (ADA.user,)),
        )
    ),
    "watches_of_many": WatchesShown(
        tuple(WatchedBatch(running(number, id=batch_id(number)), ("C0BATCHES",)) for number in range(1, 60))
    ),
    "watches_none": WatchesShown(()),
    "unwatched": Unwatched(ID, ("C0BATCHES",)),
    "unwatched_nothing": Unwatched(ID, ()),
    "muted_batch": Muted(ID, False, NOW + timedelta(hours=2)),
    "muted_channel": Muted("C0BATCHES", True, None),
    "muted_no_more": Muted("C0BATCHES", True, None, ended=True),
    **{f"notify_{level}": NotifyShown("C0BATCHES", level, changed=True) for level in ("all", "failures", "none")},
    "notify_shown": NotifyShown("C0BATCHES", "all", changed=False),
    "cancel_requested_and_told_here": CancelRequested(canceling(), CHANNEL),
    "cancel_requested_where_nothing_is_told": CancelRequested(canceling(), CardPlace("C0BATCHES", notify_level="none")),
    "cancel_requested_and_told_in_messages": CancelRequested(canceling(), CLOSED),
    "status_watched": BatchShown(running(), public=False, watchers=BOTH),
    "status_watched_by_many": BatchShown(running(), public=False, watchers=tuple(f"U0P{n}" for n in range(9))),
    "status_watched_in_public": BatchShown(running(), public=True, watchers=BOTH),
}
ERRORS: dict[str, ExpectedError] = {"needs_channel": NeedsChannel("notify")}

CARDS: dict[str, Message] = {
    **{f"card_{name}": render_watch_card(batch, ADMIN, WatchCardState(BOTH)) for name, batch in BATCHES.items()},
    "card_nobody_watches": render_watch_card(running(), ADMIN, WatchCardState()),
    "card_named": render_watch_card(running(), replace(ADMIN, names={ID: NAMED}), WatchCardState(BOTH)),
    "card_unseen": render_watch_card(running(), ADMIN, WatchCardState(BOTH, last_seen=NOW - timedelta(minutes=20))),
    "card_gone": render_watch_card(running(), ADMIN, WatchCardState(BOTH, last_seen=NOW, gone=True)),
    "card_deleted": render_watch_card(ENDED, ADMIN, WatchCardState(BOTH, gone=True, deleted_by="U0CARL")),
    "card_canceled_by": render_watch_card(canceling(), ADMIN, WatchCardState(BOTH, canceled_by=BEN.user)),
    "card_fed": render_watch_card(running(), ADMIN, WatchCardState(is_fed=True)),
    "card_fed_and_watched": render_watch_card(running(), ADMIN, WatchCardState(BOTH, is_fed=True)),
    "card_results_not_there_yet": render_watch_card(
        ENDED.model_copy(update={"results_url": None}), ADMIN, WatchCardState(BOTH)
    ),
}
CANCELS = {
    "some": canceled(),
    "all": ended(counts(canceled=500)),
    "none_in_time": ended(counts(succeeded=500)),
    "none_succeeded": ended(counts(errored=3, canceled=5)),
    "one_succeeded": ended(counts(succeeded=1, canceled=1)),
}


def _told(event: BatchEvent) -> NoticeContext:
    match event:
        case "ended":
            return NoticeContext(ENDED, BOTH, NOW)
        case "canceled":
            return NoticeContext(canceled(), BOTH, NOW)
        case "results_expire_7d":
            return NoticeContext(ENDED, BOTH, ENDED.created_at + timedelta(days=22))
        case "results_expire_1d":
            return NoticeContext(ENDED, BOTH, ENDED.created_at + timedelta(days=28))
        case "expires_soon":
            return NoticeContext(running(), BOTH, running().expires_at - timedelta(minutes=59))
        case _:
            return NoticeContext(running(), BOTH, NOW, last_seen=NOW - timedelta(minutes=20))


NOTICES: dict[str, Message] = {
    **{f"notice_{event}": render_notice(event, _told(event)) for event in get_args(BatchEvent)},
    **{
        f"notice_canceled_{name}": render_notice("canceled", NoticeContext(each, BOTH, NOW))
        for name, each in CANCELS.items()
    },
    **{
        f"notice_of_{name}": render_notice("ended", NoticeContext(each, BOTH, NOW))
        for name, each in BATCHES.items()
        if each.has_ended
    },
    "notice_named": render_notice("ended", NoticeContext(ENDED, BOTH, NOW, named=NAMED)),
    "notice_deleted": render_notice("gone", NoticeContext(running(), BOTH, NOW, deleted_here=True)),
    "notice_for_nobody": render_notice("ended", NoticeContext(ENDED, (), NOW)),
    "notice_with_details": render_notice(
        "ended", NoticeContext(ENDED, BOTH, NOW, details=("31 prompt too long", "Cost: $1.20"))
    ),
    "notice_of_a_sample": render_notice(
        "ended", NoticeContext(ENDED, BOTH, NOW, details=("31 prompt too long",), rest=REST)
    ),
    "notice_appeared": draw_notice(Notice("feed:1", None, "appeared", "C1", (), NOW, {"more": 2_980}), None, NOW),
    "notice_act": draw_notice(
        Notice("act:1", None, "act", ADA.user, BOTH, NOW, {"words": "I looked again."}), None, NOW
    ),
}
MANY = Share(2_000, tuple(running(id=batch_id(n)) for n in range(5)))
FEW = Share(2, (ENDED, BATCHES["ended_none_succeeded"]))
DIGESTS: dict[str, Message] = {
    "digest": render_digest(
        Digest(NOW, Share(1, (running(),)), Share(12), FEW, Share(1, (BATCHES["ended_all_succeeded"],)))
    ),
    "digest_of_many": render_digest(Digest(NOW, MANY, MANY, MANY, MANY)),
    "digest_not_of_all": render_digest(Digest(NOW, succeeded=Share(20_000, (ENDED,)), looked_at=20_000)),
    "digest_of_a_named_batch_with_unread_results": render_digest(
        Digest(NOW, failed=Share(1, (ENDED,)), spent=Decimal("1.20"), spent_whole=False, names={ENDED.id: NAMED})
    ),
    "digest_all_well": render_digest(Digest(NOW, succeeded=Share(3, (ENDED,)))),
}
MESSAGES = CARDS | NOTICES | DIGESTS
