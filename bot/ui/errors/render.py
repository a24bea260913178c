"""Render any expected error; each kind of error has its words in a module beside this one."""

from typing import assert_never

from msgspec.structs import replace

from bot.api.errors import AnyApiError, ApiUnavailable, RateLimited, RequestsUnreadable, ResultsBroken
from bot.api.ids import InvalidBatchId
from bot.commands.base import Command
from bot.commands.bulk_change import BulkUnavailable
from bot.commands.language.errors import AnyUsageError
from bot.commands.stop_reading import ReadingOfAnother
from bot.confirmations import ConfirmationRefused
from bot.errors import ExpectedError
from bot.operations.approval import ApprovalOfOwn, LimitReached
from bot.operations.bill_check import BillKeyMissing, BillOfAnother, BillUnreadable
from bot.operations.drafts import (
    DraftAmbiguous,
    DraftUnavailable,
    FormAlreadySubmitted,
    RequestsFileMissing,
    RetriedMeanwhile,
)
from bot.operations.find_batch import NoBatches, ReferenceAmbiguous, ReferenceNotFound
from bot.operations.interruption import Interrupted
from bot.operations.missing_batches import BatchDeletedHere
from bot.operations.progress import ReadingStopped
from bot.operations.read_results import AnyReadingFailed
from bot.operations.retirements import RetiresMeanwhile
from bot.operations.shared_files import FileUnreadable, NoFileInMessage
from bot.operations.work_limits import TooManyDrafts, TooMuchWork
from bot.operations.workspace_faults import WorkspaceRefused
from bot.permissions import NotPermitted, RequesterNotPermitted
from bot.results.summary import SummaryUnreadable
from bot.scratch_file import ScratchFileFailed
from bot.slack_faults import Meaning
from bot.store.db.database import StoreUnavailable
from bot.ui.components.buttons import NotOurButton, actions, button
from bot.ui.components.store_states import STORE_STATES
from bot.ui.components.text import code, quantity, section
from bot.ui.errors.api import render_api_error
from bot.ui.errors.bill import AnyBillError, bill_words
from bot.ui.errors.drafts import (
    render_ambiguous_draft,
    render_draft_unavailable,
    render_limit_reached,
    render_retires_meanwhile,
    render_retried_meanwhile,
)
from bot.ui.errors.files import file_words, render_file_unreadable
from bot.ui.errors.limits import render_too_many_drafts, render_too_much_work
from bot.ui.errors.reading import (
    render_interrupted,
    render_reading_failed,
    render_reading_of_another,
    render_reading_stopped,
)
from bot.ui.errors.references import reference_words, render_ambiguous_reference
from bot.ui.errors.refusals import render_confirmation_refused, render_not_permitted, render_requester_not_permitted
from bot.ui.errors.usage import usage_words
from bot.ui.errors.workspaces import workspace_words
from bot.ui.reply import Message, Placement

ParagraphError = (
    AnyUsageError
    | RequestsUnreadable
    | FormAlreadySubmitted
    | NoFileInMessage
    | InvalidBatchId
    | NoBatches
    | ReferenceNotFound
    | BatchDeletedHere
    | StoreUnavailable
    | ResultsBroken
    | ScratchFileFailed
    | SummaryUnreadable
    | NotOurButton
    | AnyBillError
    | BulkUnavailable
    | WorkspaceRefused
)
"""Errors that are shown as one paragraph."""
ShownError = (
    ParagraphError
    | AnyApiError
    | NotPermitted
    | RequesterNotPermitted
    | ConfirmationRefused
    | DraftUnavailable
    | DraftAmbiguous
    | ApprovalOfOwn
    | RequestsFileMissing
    | RetriedMeanwhile
    | RetiresMeanwhile
    | LimitReached
    | FileUnreadable
    | ReferenceAmbiguous
    | AnyReadingFailed
    | ReadingStopped
    | ReadingOfAnother
    | Interrupted
    | TooMuchWork
    | TooManyDrafts
)
"""Every error that can reach a person in Slack. The others end the start of a process; it prints them."""


def render_error(error: ExpectedError, *, acted: bool = False, subject: str | None = None) -> Message:
    """Return what went wrong, what was not done and the next step. The message goes below the button's.

    `acted`: the error came from a change of `subject`, so a lost answer leaves its outcome in doubt.
    """
    if not isinstance(error, ShownError):
        raise AssertionError(f"{type(error).__name__} has no words")
    if isinstance(error, ParagraphError):
        return _paragraph(_paragraph_words(error))
    if isinstance(error, AnyApiError):
        return render_api_error(error, acted=acted, subject=subject)
    if isinstance(error, AnyReadingFailed):
        return render_reading_failed(error)
    match error:
        case RequesterNotPermitted():
            return render_requester_not_permitted(error)
        case NotPermitted():
            return render_not_permitted(error)
        case ConfirmationRefused():
            return render_confirmation_refused(error)
        case DraftUnavailable() | ApprovalOfOwn() | RequestsFileMissing():
            return render_draft_unavailable(error)
        case DraftAmbiguous():
            return render_ambiguous_draft(error)
        case RetiresMeanwhile():
            return render_retires_meanwhile(error)
        case RetriedMeanwhile():
            return render_retried_meanwhile(error)
        case LimitReached():
            return render_limit_reached(error)
        case FileUnreadable():
            return render_file_unreadable(error)
        case ReferenceAmbiguous():
            return render_ambiguous_reference(error)
        case ReadingStopped():
            return render_reading_stopped(error)
        case ReadingOfAnother():
            return render_reading_of_another(error)
        case Interrupted():
            return render_interrupted(error)
        case TooMuchWork():
            return render_too_much_work(error)
        case TooManyDrafts():
            return render_too_many_drafts(error)
        case unreachable:
            assert_never(unreachable)


def render_with_retry(error: ExpectedError, command: Command | None) -> Message:
    """Return what `render_error` does, with a button that runs the command again if that may work a minute later."""
    message = render_error(error)
    if command is None or not _is_passing(error):
        return message
    return replace(message, blocks=(*message.blocks, *actions([button("Try again", command, renew=True)])))


def _is_passing(error: ExpectedError) -> bool:
    if isinstance(error, NotPermitted):
        return error.fault is not None and error.fault.meaning is Meaning.PASSING
    cause = error.cause if isinstance(error, BillUnreadable) else error
    return isinstance(cause, RateLimited | ApiUnavailable)


def render_unexpected(reference: str) -> Message:
    """Return that Batchdesk itself failed, with the reference that finds the failure in the log."""
    return _paragraph(
        "Something went wrong inside Batchdesk. Something may have been changed. "
        f"Give {code(reference)} to your administrator, who can check the log and `/batch audit`."
    )


def _paragraph_words(error: ParagraphError) -> str:
    if isinstance(error, AnyUsageError):
        return usage_words(error)
    match error:
        case RequestsUnreadable() | FormAlreadySubmitted() | NoFileInMessage():
            return file_words(error)
        case InvalidBatchId() | NoBatches() | ReferenceNotFound() | BatchDeletedHere():
            return reference_words(error)
        case StoreUnavailable():
            return f"Batchdesk's database is {STORE_STATES[error.reason]}. Nothing was changed. {_store_remedy(error)}"
        case ResultsBroken():
            read = (
                quantity(error.bytes_read, "byte") if error.lines_read is None else quantity(error.lines_read, "line")
            )
            return f"The results were cut off after {read}. Try again."
        case ScratchFileFailed():
            remedy = "free space" if error.full else "make its disk writable"
            failed = f"I couldn't write to Batchdesk's disk. Nothing was sent. An administrator must {remedy}."
            return f"{failed}\nReason: {code(error.reason)}"
        case SummaryUnreadable():
            return "The stored summary of these results is unreadable. Try again."
        case BillKeyMissing() | BillUnreadable() | BillOfAnother():
            return bill_words(error)
        case BulkUnavailable():
            return (
                "This list of batches is no longer open. Nothing was done now. Type the command again for a new list."
            )
        case WorkspaceRefused():
            return workspace_words(error)
        case NotOurButton():
            return "This button is from another version of Batchdesk. Nothing was done. Try `/batch help`."
        case unreachable:
            assert_never(unreachable)


def _store_remedy(error: StoreUnavailable) -> str:
    if error.reason == "full":
        return "An administrator must free space."
    if error.reason == "read-only":
        return "An administrator must make it writable."
    return "Try again in a minute, or contact your administrator if this goes on."


def _paragraph(words: str) -> Message:
    return Message(words, (section(words),), placement=Placement.BELOW)
