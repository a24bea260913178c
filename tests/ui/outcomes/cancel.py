"""Every outcome of `cancel`, and its question, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.bulk_change import BulkStarted, NothingMatches
from bot.commands.cancel import AlreadyCanceling, Cancel, CancelChange, CancelRequested, CancelTooLate
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.bulk import NoMatch
from bot.operations.follow import CardPlace
from bot.operations.whole_batch import add_up_batches
from tests.builders import BATCHES, canceling, running
from tests.ui.bulk_samples import FACTS, bulk, change
from tests.ui.samples import CHANNEL, CLOSED, DELETE_QUESTION, PARTS_RUNNING, REFERENCE

PART_REFUSED = tuple(
    part if place == 1 else canceling(part.request_counts.total, id=part.id) for place, part in enumerate(PARTS_RUNNING)
)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "cancel_requested": CancelRequested(canceling()),
    "cancel_requested_and_over": CancelRequested(BATCHES["ended_canceled"]),
    "cancel_too_late": CancelTooLate(BATCHES["ended_all_succeeded"]),
    "cancel_twice": AlreadyCanceling(canceling()),
    "question_cancel": ConfirmationNeeded(
        CancelChange(Cancel(REFERENCE), running(), asks=True), DELETE_QUESTION.id, DELETE_QUESTION.expires_at
    ),
    "question_cancel_parts": ConfirmationNeeded(
        CancelChange(Cancel(REFERENCE), add_up_batches(PARTS_RUNNING), asks=True, parts=PARTS_RUNNING),
        DELETE_QUESTION.id,
        DELETE_QUESTION.expires_at,
    ),
    "cancel_of_parts_refused_once": CancelRequested(add_up_batches(PART_REFUSED), None, PART_REFUSED, 1),
    "question_cancel_bulk": ConfirmationNeeded(change(12, "cancel"), DELETE_QUESTION.id, DELETE_QUESTION.expires_at),
    "question_cancel_bulk_partly_priced": ConfirmationNeeded(
        change(3, "cancel", replace(FACTS, priced=1)), DELETE_QUESTION.id, DELETE_QUESTION.expires_at
    ),
    "cancel_bulk_started": BulkStarted(bulk("cancel"), 12),
    "cancel_nothing_matches": NothingMatches("cancel", NoMatch(10_000, is_whole=False)),
    "cancel_requested_and_told_here": CancelRequested(canceling(), CHANNEL),
    "cancel_requested_where_nothing_is_told": CancelRequested(canceling(), CardPlace("C0BATCHES", notify_level="none")),
    "cancel_requested_and_told_in_messages": CancelRequested(canceling(), CLOSED),
}
