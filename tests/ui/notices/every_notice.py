"""Every card, notice and digest that the worker posts."""

from datetime import timedelta
from decimal import Decimal
from typing import get_args

from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.operations.cost_totals import DeletedCost
from bot.operations.progress import Phase, ReadingProgress
from bot.operations.retiring_use import RetiringUse, Use
from bot.store.records.bulks import FailReason, SkipReason
from bot.store.records.labels import Relative
from bot.store.records.notices import Notice
from bot.store.transactions.split_draft import CANARY
from bot.ui.components.progress import render_progress, render_progress_line
from bot.ui.notices.abandoned_draft import (
    render_batch_found,
    render_batch_not_created,
    render_batch_undecided,
    render_interrupted,
)
from bot.ui.notices.bulk_outcome import render_bulk_audit_line, render_bulk_outcome
from bot.ui.notices.digest import Digest, Share, render_digest
from bot.ui.notices.notice import BatchEvent, NoticeContext, draw_notice, render_notice
from bot.ui.notices.settled_change import (
    ApprovalNotAsked,
    CancelAccepted,
    DraftNotSent,
    DraftSent,
    Finding,
    OutcomeUnknown,
    Settlement,
    SettlingFailed,
    settled_change_words,
    waiting_change_words,
)
from bot.ui.notices.shared_channel import shared_channel_words
from bot.ui.notices.unconfirmed import unconfirmed_words
from bot.ui.notices.watch_card import WatchCardState, render_watch_card
from bot.ui.reply import Message
from tests.builders import ADA, ADMIN, BATCHES, BEN, ID, NOW, another_id, canceled, canceling, counts, ended, running
from tests.ui.bulk_samples import bulk, item
from tests.ui.draft_samples import DIVIDED, DRAFT, PARTS, REST, RETIRING, SAMPLE, SAMPLE_FIRST, UNSENT
from tests.ui.outcomes.cost import AGREES, DIFFERS
from tests.ui.samples import ENDED, NAMES, WATCHERS

WITH_RELATIVES = replace(
    NAMES,
    note="prompt v7, rerun of Monday",
    file_name="requests.jsonl",
    relatives=(
        Relative(ID, another_id(1), "retry"),
        Relative(another_id(2), ID, "retry"),
        Relative(another_id(3), ID, CANARY),
        Relative(another_id(4), ID, "retry"),
    ),
)

CARDS: dict[str, Message] = {
    **{f"card_{name}": render_watch_card(batch, ADMIN, WatchCardState(WATCHERS)) for name, batch in BATCHES.items()},
    "card_nobody_watches": render_watch_card(running(), ADMIN, WatchCardState()),
    "card_named": render_watch_card(running(), replace(ADMIN, names={ID: NAMES}), WatchCardState(WATCHERS)),
    "card_unseen": render_watch_card(running(), ADMIN, WatchCardState(WATCHERS, last_seen=NOW - timedelta(minutes=20))),
    "card_gone": render_watch_card(running(), ADMIN, WatchCardState(WATCHERS, last_seen=NOW, gone=True)),
    "card_deleted": render_watch_card(ENDED, ADMIN, WatchCardState(WATCHERS, gone=True, deleted_by="U0CARL")),
    "card_canceled_by": render_watch_card(canceling(), ADMIN, WatchCardState(WATCHERS, canceled_by=BEN.user)),
    "card_fed": render_watch_card(running(), ADMIN, WatchCardState(is_fed=True)),
    "card_fed_and_watched": render_watch_card(running(), ADMIN, WatchCardState(WATCHERS, is_fed=True)),
    "card_few_failed": render_watch_card(ended(counts(succeeded=19_990, errored=10)), ADMIN, WatchCardState(WATCHERS)),
    "card_with_relatives": render_watch_card(
        ENDED, replace(ADMIN, names={ID: WITH_RELATIVES}), WatchCardState(WATCHERS)
    ),
    "card_results_not_there_yet": render_watch_card(
        ENDED.model_copy(update={"results_url": None}), ADMIN, WatchCardState(WATCHERS)
    ),
}

CANCELS = {
    "some": canceled(),
    "all": ended(counts(canceled=500)),
    "none_in_time": ended(counts(succeeded=500)),
    "none_succeeded": ended(counts(errored=3, canceled=5)),
    "one_succeeded": ended(counts(succeeded=1, canceled=1)),
}


def _context(event: BatchEvent) -> NoticeContext:
    match event:
        case "ended":
            return NoticeContext(ENDED, WATCHERS, NOW)
        case "canceled":
            return NoticeContext(canceled(), WATCHERS, NOW)
        case "results_expire_7d":
            return NoticeContext(ENDED, WATCHERS, ENDED.created_at + timedelta(days=22))
        case "results_expire_1d":
            return NoticeContext(ENDED, WATCHERS, ENDED.created_at + timedelta(days=28))
        case "expires_soon":
            return NoticeContext(running(), WATCHERS, running().expires_at - timedelta(minutes=59))
        case _:
            return NoticeContext(running(), WATCHERS, NOW, last_seen=NOW - timedelta(minutes=20))


NOTICES: dict[str, Message] = {
    **{f"notice_{event}": render_notice(event, _context(event)) for event in get_args(BatchEvent)},
    **{
        f"notice_canceled_{name}": render_notice("canceled", NoticeContext(each, WATCHERS, NOW))
        for name, each in CANCELS.items()
    },
    **{
        f"notice_of_{name}": render_notice("ended", NoticeContext(each, WATCHERS, NOW))
        for name, each in BATCHES.items()
        if each.has_ended
    },
    "notice_named": render_notice("ended", NoticeContext(ENDED, WATCHERS, NOW, names=NAMES)),
    "notice_deleted": render_notice(
        "gone", NoticeContext(running(), WATCHERS, NOW, deleted_here=True, deleted_by=BEN.user)
    ),
    "notice_deleted_by_no_one_known": render_notice("gone", NoticeContext(running(), WATCHERS, NOW, deleted_here=True)),
    "notice_for_nobody": render_notice("ended", NoticeContext(ENDED, (), NOW)),
    "notice_with_details": render_notice(
        "ended",
        NoticeContext(
            ENDED, WATCHERS, NOW, details=("31 × `invalid_request_error` (`prompt is too long`)", "Cost: $1.20")
        ),
    ),
    "notice_of_a_sample": render_notice(
        "ended",
        NoticeContext(
            ended(counts(succeeded=9, errored=1)),
            WATCHERS,
            NOW,
            details=("1 × `invalid_request_error` (`prompt is too long`)",),
            rest=REST,
        ),
    ),
    "notice_appeared": draw_notice(Notice("feed:1", None, "appeared", "C1", (), NOW, {"more": 2_980}), None, NOW),
    "notice_act": draw_notice(
        Notice("act:1", None, "act", ADA.user, WATCHERS, NOW, {"words": "Your workspace has 12 new batches."}),
        None,
        NOW,
    ),
}

_SETTLED: dict[str, Finding] = {
    **{each.name.lower(): each for each in Settlement},
    "cancel_accepted": CancelAccepted(canceling()),
    "cancel_ended": CancelAccepted(canceled()),
    "outcome_unknown": OutcomeUnknown("api_error"),
    "failed": SettlingFailed("the API refused it"),
    "sent": DraftSent(ID),
    "not_sent": DraftNotSent(DRAFT.id),
    "approval_not_asked": ApprovalNotAsked(DRAFT.id),
}


def _settled_command(name: str) -> tuple[str, str]:
    """Return a verb and a subject that can end so."""
    if name in ("draft_refused", "sent", "not_sent", "approval_not_asked"):
        return "send", DRAFT.id
    return ("cancel" if "cancel" in name else "delete"), "bulk_0123456789abcdef" if name == "goes_on" else ID


_SENTENCES: dict[str, str] = {
    **{f"settled_{name}": settled_change_words(*_settled_command(name), finding) for name, finding in _SETTLED.items()},
    "settled_named": settled_change_words("cancel", ID, Settlement.DONE, NAMES),
    "settling_waits": waiting_change_words("cancel", ID, NOW + timedelta(hours=1)),
    "unconfirmed": unconfirmed_words("C0BATCHES", ID),
    "unconfirmed_in_direct_messages": unconfirmed_words("U0ADA", None),
    "shared_channel": shared_channel_words("C0BATCHES"),
}
NOTICES |= {
    f"notice_{name}": draw_notice(Notice("act:1", None, "act", ADA.user, (), NOW, {"words": words}), None, NOW)
    for name, words in _SENTENCES.items()
}

HALF = ReadingProgress(ID, 12_345, 34_567_890, 20_000)
WHOLE = ReadingProgress(ID, 20_000, 56_000_000, 20_000)
PROGRESS: dict[str, Message] = {
    **{
        f"progress_{phase.name.lower()}": render_progress(WHOLE if phase is Phase.DONE else HALF, phase, 12.0, "r1")
        for phase in Phase
    },
    "progress_in_place": render_progress(HALF, Phase.UNDER_WAY, 12.0, "r1", will_be_replaced=True),
    "progress_line": render_progress_line(HALF, "r1"),
    "progress_begun": render_progress(ReadingProgress(ID), Phase.UNDER_WAY, 0.0, "r1"),
    "progress_of_a_family": render_progress(
        ReadingProgress(ID, 12_345, 34_567_890, None, 1, 3), Phase.UNDER_WAY, 12.0, "r1"
    ),
    "progress_of_a_file": render_progress(
        ReadingProgress("requests.jsonl", 12_345, 34_567_890), Phase.UNDER_WAY, 12.0, None
    ),
}

SUCCEEDED_GROUP = Share(3, (BATCHES["ended_all_succeeded"],))
SPENT_ON_IT = Decimal("1.20")


def _many(batch: MessageBatch, first: int) -> Share:
    numbers = range(first, first + 5)
    return Share(2_000, tuple(batch.model_copy(update={"id": another_id(number)}) for number in numbers))


def _expiring(batch: MessageBatch) -> MessageBatch:
    """Return the batch as one whose results expire the day after the digest."""
    before = timedelta(days=28)
    update = {
        name: moment - before for name in ("created_at", "expires_at", "ended_at") if (moment := getattr(batch, name))
    }
    return batch.model_copy(update=update)


FAILED_GROUP = Share(2, (ENDED, ended(counts(errored=850), id=another_id(8))))

DIGESTS: dict[str, Message] = {
    "digest": render_digest(
        Digest(
            NOW - timedelta(days=1),
            failed=FAILED_GROUP,
            expiring=Share(1, (_expiring(ended(counts(succeeded=1_200), id=another_id(5))),)),
            ended=Share(12, (canceled(), ended(counts(succeeded=500), id=another_id(6)))),
            running=Share(1, (running(id=another_id(7)),)),
            canceled=1,
            unread=14,
        )
    ),
    "digest_of_many": render_digest(
        Digest(
            NOW - timedelta(days=1),
            failed=_many(ENDED, 10),
            expiring=_many(_expiring(ENDED), 20),
            ended=_many(BATCHES["ended_all_succeeded"], 30),
            running=_many(running(), 40),
            canceled=1_200,
            spent=Decimal("4180.20"),
        )
    ),
    "digest_not_of_all": render_digest(
        Digest(
            NOW - timedelta(days=1),
            ended=Share(20_000, (BATCHES["ended_all_succeeded"],)),
            looked_at=20_000,
            spent=Decimal("20418.70"),
        )
    ),
    "digest_of_a_named_batch_with_unread_results": render_digest(
        Digest(
            NOW - timedelta(days=1),
            failed=Share(2, (ENDED,)),
            spent=SPENT_ON_IT,
            unread=1,
            names={ENDED.id: NAMES},
        )
    ),
    "digest_with_deleted_batches": render_digest(
        Digest(
            NOW - timedelta(days=1),
            ended=Share(1, (BATCHES["ended_all_succeeded"],)),
            spent=Decimal("20.77"),
            deleted=DeletedCost(2, Decimal("12.48"), complete=True, unread=1),
        )
    ),
    "digest_with_retiring_models": render_digest(
        Digest(
            NOW - timedelta(days=1),
            ended=Share(1, (BATCHES["ended_all_succeeded"],)),
            spent=SPENT_ON_IT,
            retiring=(
                RetiringUse(RETIRING[1], (Use("a <b>", ADA.user, 3), Use(None, None, 2), Use(None, BEN.user, 1))),
                RetiringUse(RETIRING[3], tuple(Use(f"job {number}", None, 1) for number in range(8))),
            ),
        )
    ),
    "digest_of_retiring_models_alone": render_digest(
        Digest(NOW - timedelta(days=1), retiring=(RetiringUse(RETIRING[0], (Use("weekly", ADA.user, 1),)),))
    ),
    "digest_with_an_agreeing_bill": render_digest(
        Digest(NOW - timedelta(days=1), ended=SUCCEEDED_GROUP, spent=SPENT_ON_IT, bill=AGREES.check)
    ),
    "digest_with_another_bill": render_digest(
        Digest(
            NOW - timedelta(days=1),
            ended=SUCCEEDED_GROUP,
            spent=SPENT_ON_IT,
            bill=replace(DIFFERS.check, workspace_id=None),
        )
    ),
    "digest_all_well": render_digest(Digest(NOW - timedelta(days=1), ended=SUCCEEDED_GROUP, spent=SPENT_ON_IT)),
}

_REFUSED = "permission_error: Your key may not delete batches. (HTTP 403, request req_011CQ)"
_NO_ANSWER = "timeout: no answer within 60 s (no HTTP status, request without an id)"
_FAILURES = {
    "api": _REFUSED,
    "unreadable": "results broke after 412 lines, 94208 bytes: the connection was closed",
    "incomplete": "1,180 lines for 1,200 requests",
    "slack": "file_uploads_disabled",
    "too_large": "more than 1,000 MB",
    "unconfirmed": "the answer was lost",
}
"""What is stored with a batch that was not saved."""
_MIXED = (
    *(item(number) for number in range(1, 6)),
    item(6, "skipped", "label", name=None),
    item(7, "skipped", "gone"),
    item(8, "failed", "api", _REFUSED),
    item(9, "unknown", "api", _NO_ANSWER),
)
_STOPPED = [item(1), *[item(number, "skipped", "stopped_by", BEN.user) for number in (2, 3)]]

BULKS: dict[str, Message] = {
    "bulk_deleted_all": render_bulk_outcome(bulk(), [item(1), item(2)]),
    "bulk_deleted_some": render_bulk_outcome(bulk(), _MIXED),
    "bulk_audit_line": render_bulk_audit_line(bulk(saves=True), _MIXED),
    "bulk_audit_line_of_nothing": render_bulk_audit_line(
        replace(bulk(), channel_id=None), [item(1, "skipped", "gone")]
    ),
    "bulk_canceled": render_bulk_outcome(
        bulk("cancel", command="cancel --all"), [item(1), item(2, "skipped", "ended")]
    ),
    "bulk_stopped_by_an_administrator": render_bulk_outcome(bulk(), _STOPPED),
    "bulk_audit_line_stopped_by_an_administrator": render_bulk_audit_line(bulk(), _STOPPED),
    "bulk_saved": render_bulk_outcome(
        bulk(saves=True), [item(1, saved=True), item(2, "failed", "api", _REFUSED, saved=True)]
    ),
    "bulk_of_500": render_bulk_outcome(bulk(), [item(1, name="x" * 200)] * 500),
    "saved_and_deleted": render_bulk_outcome(bulk(saves=True), [item(1, saved=True)]),
    "saved_and_not_deleted": render_bulk_outcome(bulk(saves=True), [item(1, "failed", "api", _REFUSED, saved=True)]),
    "saved_and_unknown": render_bulk_outcome(bulk(saves=True), [item(1, "unknown", "api", saved=True)]),
    **{
        f"not_saved_{reason}": render_bulk_outcome(
            bulk(saves=True), [item(1, "failed", reason, _FAILURES.get(reason), name=None)]
        )
        for reason in get_args(FailReason)
    },
    **{
        f"not_saved_{reason}": render_bulk_outcome(
            bulk(saves=True), [item(1, "skipped", reason, BEN.user if reason == "stopped_by" else None)]
        )
        for reason in get_args(SkipReason)
        if reason not in ("ended", "canceling")  # only of what is canceled
    },
}

INTERRUPTED: dict[str, Message] = {
    "interrupted_checking": render_interrupted(replace(DRAFT, state="checking"), ()),
    "interrupted_sending": render_interrupted(replace(DRAFT, state="sending"), ()),
    "interrupted_sending_and_found": render_interrupted(replace(DRAFT, state="sending"), (running(1_003),)),
    "interrupted_before_the_sample": render_interrupted(replace(SAMPLE_FIRST, state="sending"), ()),
    "interrupted_sample": render_interrupted(replace(SAMPLE, state="sending"), None),
    "uncertain_found": render_batch_found(DRAFT, running(1_003)),
    "uncertain_not_created": render_batch_not_created(DRAFT),
    "uncertain_undecided": render_batch_undecided(DRAFT, (running(1_003), running(1_003))),
    "interrupted_parts": render_interrupted(replace(DIVIDED, state="sending"), (), UNSENT),
    "interrupted_parts_all_sent": render_interrupted(replace(DIVIDED, state="sending"), ()),
    "interrupted_part": render_interrupted(replace(PARTS[1], state="sending"), ()),
    "uncertain_part_found": render_batch_found(PARTS[1], running(100_000), UNSENT),
    "uncertain_part_not_created": render_batch_not_created(PARTS[1], replace(UNSENT, requests=150_000)),
    "uncertain_part_undecided": render_batch_undecided(PARTS[1], (running(100_000), running(100_000)), UNSENT),
}
