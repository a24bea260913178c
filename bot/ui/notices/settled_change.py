"""The words about a change whose process died before it recorded the outcome, and which a worker settled."""

from enum import Enum, auto
from typing import assert_never

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.ui.components.cancellation import cancel_result_words
from bot.ui.components.text import code


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


class CancelAccepted(Struct, frozen=True):
    """The API had accepted the cancel before the process died."""

    batch: MessageBatch


class OutcomeUnknown(Struct, frozen=True):
    """The API did not answer, so whether the change was made is unknown. `kind` is as in ApiError."""

    kind: str


class SettlingFailed(Struct, frozen=True):
    """The worker could not make the change. `reason` is the error in a few words."""

    reason: str


Finding = Settlement | CancelAccepted | OutcomeUnknown | SettlingFailed
_WORDS = {
    Settlement.BATCH_MISSING: "the batch is not there any more",
    Settlement.BATCH_DELETED: "the batch is deleted",
    Settlement.BATCH_CHANGED: "the batch has changed since you confirmed; nothing was done",
    Settlement.TOO_OLD: "that was too long ago to do it now; ask again",
    Settlement.UNKNOWN_COMMAND: "this version of me does not know the command",
    Settlement.DONE: "it is done",
    Settlement.NOT_DONE: "it was not done",
    Settlement.IN_DOUBT: "I do not know whether it is done",
}


def settled_change_words(verb: str, subject: str, finding: Finding) -> str:
    """Return one sentence: which change was interrupted, and its outcome."""
    return f"I was stopped while I was at `{verb}` of {code(subject)}, and looked again: {_finding_words(finding)}."


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
        case unreachable:
            assert_never(unreachable)
