"""The words about a change whose process died before it recorded the outcome, and which a worker settled."""

from datetime import datetime
from enum import Enum, auto
from typing import assert_never

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.store.records.drafts import REFERENCE_LENGTH
from bot.ui.components.cancellation import cancel_result_words
from bot.ui.components.text import code, date


class Settlement(Enum):
    """What the worker found when it looked at the batch, or what it did."""

    BATCH_MISSING = auto()
    BATCH_DELETED = auto()
    BATCH_CHANGED = auto()
    TOO_OLD = auto()
    UNKNOWN_COMMAND = auto()
    DONE = auto()
    NOT_DONE = auto()
    IN_DOUBT = auto()
    DRAFT_REFUSED = auto()
    REPEATABLE = auto()


class CancelAccepted(Struct, frozen=True):
    """The API had accepted the cancel before the process died."""

    batch: MessageBatch


class OutcomeUnknown(Struct, frozen=True):
    """The API did not answer, so whether the change was made is unknown. `kind` is as in ApiError."""

    kind: str


class SettlingFailed(Struct, frozen=True):
    """The worker could not make the change. `reason` is the error in a few words."""

    reason: str


class DraftSent(Struct, frozen=True):
    """The draft had become this batch."""

    batch_id: str


class DraftNotSent(Struct, frozen=True):
    """The draft was not sent, and still can be."""

    draft_id: str


class ApprovalNotAsked(Struct, frozen=True):
    """The draft waits for an approval that no one may have been asked for."""

    draft_id: str


Finding = Settlement | CancelAccepted | OutcomeUnknown | SettlingFailed | DraftSent | DraftNotSent | ApprovalNotAsked
_WORDS = {
    Settlement.BATCH_MISSING: "the batch is not there any more",
    Settlement.BATCH_DELETED: "the batch is deleted",
    Settlement.BATCH_CHANGED: "the batch has changed since you confirmed; nothing was done",
    Settlement.TOO_OLD: "that was too long ago to do it now; ask again",
    Settlement.UNKNOWN_COMMAND: "this version of me does not know the command",
    Settlement.DONE: "it is done",
    Settlement.NOT_DONE: "it was not done",
    Settlement.IN_DOUBT: "I do not know whether it is done",
    Settlement.DRAFT_REFUSED: "the API refused it, and created nothing",
    Settlement.REPEATABLE: "I do not know whether it is done; type it again, which is safe",
}


def settled_change_words(verb: str, subject: str, finding: Finding) -> str:
    """Return one sentence: which change was interrupted, and its outcome."""
    return f"I was stopped while I was at `{verb}` of {code(subject)}, and looked again: {_finding_words(finding)}."


def waiting_change_words(verb: str, subject: str, until: datetime) -> str:
    """Return that a change which was interrupted waits for the API, and until when."""
    return (
        f"I was stopped while I was at `{verb}` of {code(subject)}. The API does not answer now. As soon as it does, "
        f"until {date(until)}, I finish it and message you."
    )


def _finding_words(finding: Finding) -> str:
    match finding:
        case Settlement():
            return _WORDS[finding]
        case CancelAccepted():
            words = "its cancellation has begun"
            if not finding.batch.has_ended:
                return words
            return f"{words}, and it has ended by now. {cancel_result_words(finding.batch).removesuffix('.')}"
        case OutcomeUnknown():
            return f"I could not find out ({finding.kind})"
        case SettlingFailed():
            return finding.reason
        case DraftSent():
            return f"it is sent, as {code(finding.batch_id)}"
        case DraftNotSent():
            return f"nothing was sent; {code(f'/batch send {finding.draft_id[:REFERENCE_LENGTH]}')} asks again"
        case ApprovalNotAsked():
            line = code(f"/batch approve {finding.draft_id[:REFERENCE_LENGTH]}")
            return f"perhaps no one was asked to approve it yet; another operator can type {line}"
        case unreachable:
            assert_never(unreachable)
