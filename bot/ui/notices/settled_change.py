"""The words about a change whose process died before it recorded the outcome, and which a worker settled."""

import re
from datetime import datetime
from enum import Enum, auto
from typing import assert_never

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.operations.find_batch import PREFIX
from bot.store.records.drafts import REFERENCE_LENGTH
from bot.store.records.labels import BatchNames
from bot.ui.components.cancellation import cancel_result_words
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code, date

_DRAFT_ID = re.compile("[0-9a-f]{24}")


class Settlement(Enum):
    """What the worker found when it looked at the batch, or what it did."""

    BATCH_MISSING = auto()
    BATCH_DELETED = auto()
    BATCH_CHANGED = auto()
    NOT_PERMITTED = auto()
    TOO_OLD = auto()
    UNKNOWN_COMMAND = auto()
    DONE = auto()
    NOT_DONE = auto()
    IN_DOUBT = auto()
    DRAFT_REFUSED = auto()
    REPEATABLE = auto()
    GOES_ON = auto()


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
    Settlement.BATCH_MISSING: "The batch is gone: it was deleted by this or by someone else.",
    Settlement.BATCH_DELETED: "The batch is deleted.",
    Settlement.BATCH_CHANGED: "Nothing was done, because the batch has changed since you confirmed.",
    Settlement.NOT_PERMITTED: "Nothing was done, because you may no longer do this. Ask an administrator.",
    Settlement.TOO_OLD: "Nothing was done, because too much time has passed since you confirmed.",
    Settlement.UNKNOWN_COMMAND: "Nothing was done, because this version of Batchdesk doesn't know the command. "
    "`/batch help` lists what you can type.",
    Settlement.DONE: "The change was made.",
    Settlement.NOT_DONE: "The change was not made.",
    Settlement.DRAFT_REFUSED: "The API refused the file, and no batch was created. To see why, share the file again "
    "and send it.",
    Settlement.GOES_ON: "I'm working on the list again, and I'll message you what happened to each batch.",
    Settlement.REPEATABLE: "I don't know whether the change was made. It's safe to type the command again.",
}


_AGAIN = (Settlement.BATCH_CHANGED, Settlement.TOO_OLD, Settlement.NOT_DONE)
"""What was not done, and can be asked for again."""


def settled_change_words(verb: str, subject: str, finding: Finding, names: BatchNames | None = None) -> str:
    """Return which change was interrupted, and its outcome. `names`: those of the batch it is about."""
    return f"{_interrupted(verb, subject, names)} {_finding_words(finding, verb, subject)}"


def waiting_change_words(verb: str, subject: str, until: datetime, names: BatchNames | None = None) -> str:
    """Return that a change which was interrupted waits for the API, and until when."""
    return (
        f"{_interrupted(verb, subject, names)} I don't know whether it was done, because the API isn't "
        f"answering. I'll keep checking until {date(until)}, do it if it wasn't done, and message you."
    )


def _interrupted(verb: str, subject: str, names: BatchNames | None) -> str:
    if subject.startswith(PREFIX):
        about = f" of {bold_id_name(subject, names)}"
    elif _DRAFT_ID.fullmatch(subject):
        about = f" of the file {code(subject[:REFERENCE_LENGTH])}"
    else:
        about = ""
    return f"I was restarted during your {code(verb)}{about}."


def _finding_words(finding: Finding, verb: str, subject: str) -> str:
    match finding:
        case Settlement.IN_DOUBT:
            return f"I don't know whether the change was made. {_check_words(subject)}"
        case Settlement() if finding in _AGAIN:
            wanted = f"{verb} it" if verb in ("cancel", "delete", "send") else "it"
            want = f"want to {wanted}" if wanted != "it" else "want it"
            return f"{_WORDS[finding]} If you still {want}, type the command again."
        case Settlement():
            return _WORDS[finding]
        case CancelAccepted():
            if not finding.batch.has_ended:
                return "The batch is being canceled."
            return f"The batch has ended. {cancel_result_words(finding.batch)}"
        case OutcomeUnknown():
            return f"I couldn't find out whether the change was made ({code(finding.kind)}). {_check_words(subject)}"
        case SettlingFailed():
            return f"The change failed: {finding.reason.removesuffix('.')}. {_check_words(subject)}"
        case DraftSent():
            return f"The file was sent as {code(finding.batch_id)}."
        case DraftNotSent():
            again = code(f"/batch send {finding.draft_id[:REFERENCE_LENGTH]}")
            return f"Nothing was sent. To be asked again, type {again}."
        case ApprovalNotAsked():
            line = code(f"/batch approve {finding.draft_id[:REFERENCE_LENGTH]}")
            return f"I may not have asked anyone to approve the file. An approver can type {line}."
        case unreachable:
            assert_never(unreachable)


def _check_words(subject: str) -> str:
    status = code(f"/batch status {subject}") if subject.startswith(PREFIX) else "`/batch list`"
    return f"Check with {status} before you try again."
