"""What can come of sending a draft."""

from msgspec import Struct

from bot.api.errors import ApiError, ApiRejected
from bot.api.models import MessageBatch
from bot.operations.follow import CardPlace
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft


class BatchCreated(Struct, frozen=True):
    """The draft has become this batch; `kept`: its requests can be sent again. `rest`: what is left after a sample.

    `place`: where it is watched by who asked for it. Not `recorded`: the store did not take what is known of it.
    """

    batch: MessageBatch
    draft: Draft
    kept: bool
    rest: Draft | None = None
    place: CardPlace | None = None
    recorded: bool = True


class ApprovalAsked(Struct, frozen=True):
    """It is above the limit: nothing was sent, and somebody else has to agree."""

    draft: Draft


class SendRefused(Struct, frozen=True):
    """The API refused the whole; nothing was created. `custom_id` is the request it names, if it names one."""

    draft: Draft
    error: ApiRejected
    custom_id: str | None


class NotSent(Struct, frozen=True):
    """It certainly did not arrive; the draft can be sent as before. Of a sample the disk or the store took no parts."""

    draft: Draft
    error: ApiError | ScratchFileFailed | StoreUnavailable


class AnswerLost(Struct, frozen=True):
    """Nobody knows whether it arrived. `appeared`: batches of that size that are new; None: looking failed too.

    `rest`: what is left after a sample, without any of its requests.
    """

    draft: Draft
    appeared: tuple[MessageBatch, ...] | None
    rest: Draft | None = None


SendOutcome = BatchCreated | ApprovalAsked | SendRefused | NotSent | AnswerLost


def conclusion(outcome: object) -> RecordedOutcome:
    """Return what the audit says of what came of a draft."""
    match outcome:
        case BatchCreated() | ApprovalAsked():
            return "done"
        case AnswerLost():
            return "unknown"
        case SendRefused():
            return "refused"
        case _:
            return "failed"
