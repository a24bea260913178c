"""The outcomes of sending a draft."""

from collections.abc import Awaitable, Callable
from typing import assert_never

from msgspec import Struct

from bot.api.errors import ApiError, ApiRejected, ApiUnavailable
from bot.api.models import MessageBatch
from bot.operations.approval import BudgetUse, LimitExceeded
from bot.operations.drafts import RequestsFileMissing
from bot.operations.follow import CardPlace
from bot.operations.retirements import RetiringModel
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft


class BatchCreated(Struct, frozen=True):
    """The draft has become this batch.

    `requests_archived` means that a retry needs no original file. `rest` is the draft of all other requests after a
    sample. `place` is where the person who asked for the batch watches it. If it is not `recorded`, the store failed
    after the batch was created, and does not know what it was made from.
    """

    batch: MessageBatch
    draft: Draft
    requests_archived: bool
    rest: Draft | None = None
    place: CardPlace | None = None
    recorded: bool = True


class ApprovalAsked(Struct, frozen=True):
    """The draft is above a limit: nothing was sent, and a second person must approve.

    `approvers` are the people and user groups to mention. `on_posted` records where the question was posted.
    `retiring` are the models of its requests that retire.
    """

    draft: Draft
    exceeded: LimitExceeded
    approvers: tuple[str, ...]
    on_posted: Callable[[str, str], Awaitable[None]]
    retiring: tuple[RetiringModel, ...] = ()
    budget: BudgetUse | None = None


class SendRefused(Struct, frozen=True):
    """The API refused the file for what it contains, or for its size, and created nothing.

    `custom_id` is the request it names, if it names one.
    """

    draft: Draft
    error: ApiRejected
    custom_id: str | None


class NotSent(Struct, frozen=True):
    """Nothing was created, and no fault of the file is known. The draft can be sent again.

    Its requests did not arrive, the API refused the create without naming them, or a sample could not be split off.
    """

    draft: Draft
    error: ApiError | ScratchFileFailed | StoreUnavailable


class AnswerLost(Struct, frozen=True):
    """The batch may exist or not: no answer came, or one that leaves it open. `error` is what came instead.

    `new_batches` are the new batches of the same size; None means that the list could not be read either. `rest` is
    the draft of all other requests after a sample.
    """

    draft: Draft
    new_batches: tuple[MessageBatch, ...] | None
    error: ApiUnavailable
    rest: Draft | None = None


class NotRecorded(Struct, frozen=True):
    """The last batch was created and could not be recorded, so no other one is begun."""


NOT_RECORDED = NotRecorded()
StopReason = SendRefused | NotSent | AnswerLost | NotRecorded | RequestsFileMissing | StoreUnavailable


class PartsSent(Struct, frozen=True):
    """Parts of a divided draft have become batches, `created` now, in their order.

    `left` is what can be sent now of the others, `stopped` why they were not sent. Without it, all parts are sent.
    """

    draft: Draft
    created: tuple[BatchCreated, ...]
    left: Draft | None = None
    stopped: StopReason | None = None


SendOutcome = BatchCreated | PartsSent | ApprovalAsked | SendRefused | NotSent | AnswerLost


def audit_outcome(outcome: SendOutcome) -> RecordedOutcome:
    """Return what the audit records of an outcome."""
    match outcome:
        case BatchCreated():
            return "done"
        case PartsSent():
            return _audit_parts(outcome)
        case ApprovalAsked():
            return "waiting"
        case AnswerLost():
            return "unknown"
        case SendRefused():
            return "refused"
        case NotSent():
            return "failed"
        case unreachable:
            assert_never(unreachable)


def _audit_parts(outcome: PartsSent) -> RecordedOutcome:
    match outcome.stopped:
        case AnswerLost():
            return "unknown"
        case SendRefused() if not outcome.created:
            return "refused"
        case _:
            return "done" if outcome.created else "failed"


def describe_parts(outcome: PartsSent) -> str:
    """Return what the audit says of the parts that became batches: how many of how many, and their ids."""
    ids = ", ".join(each.batch.id for each in outcome.created)
    return f"{len(outcome.created)} of {outcome.draft.parts} batches{f': {ids}' if ids else ''}"
