"""Every error in words: what was wrong, where, what to do."""

from bot.api.errors import (
    ApiError,
    ApiUnavailable,
    BatchNotFound,
    KeyRefused,
    RateLimited,
    RequestsUnreadable,
    ResultsBroken,
    SpendLimitReached,
)
from bot.api.ids import InvalidBatchId
from bot.commands.language.errors import UsageError
from bot.commands.stop_reading import ReadingOfAnother
from bot.confirmations import ConfirmationRefused
from bot.errors import ExpectedError
from bot.operations.approval import ApprovalOfOwn
from bot.operations.drafts import DraftUnavailable, FormAlreadySubmitted, RequestsFileMissing, RetriedMeanwhile
from bot.operations.find_batch import NoBatches, ReferenceAmbiguous, ReferenceNotFound
from bot.operations.progress import ReadingStopped
from bot.operations.read_results import ReadingFailed
from bot.operations.shared_files import FileUnreadable, NoFileInMessage
from bot.permissions import NotPermitted
from bot.results.summary import SummaryUnreadable
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.ui.components.batch_card import card_row
from bot.ui.components.buttons import NotOurButton
from bot.ui.components.text import code, context, counted, inline, section
from bot.ui.errors.drafts import render_draft_over, render_retried_meanwhile
from bot.ui.errors.files import render_file_unreadable
from bot.ui.errors.reading import render_reading_failed, render_reading_of_another, render_reading_stopped
from bot.ui.errors.refusals import render_confirmation_refused, render_not_permitted
from bot.ui.errors.usage import usage_words
from bot.ui.reply import Block, Message, Placement


def render_error(error: ExpectedError, *, acted: bool = False) -> Message:
    """Return one message: what was wrong, where, what to do. What the button belongs to stays as it is.

    `acted`: it came of an act and not of looking, so what became of it may be in doubt.
    """
    match error:
        case NotPermitted():
            return render_not_permitted(error)
        case ConfirmationRefused():
            return render_confirmation_refused(error)
        case DraftUnavailable() | ApprovalOfOwn() | RequestsFileMissing():
            return render_draft_over(error)
        case RetriedMeanwhile():
            return render_retried_meanwhile(error)
        case FileUnreadable():
            return render_file_unreadable(error)
        case ReferenceAmbiguous():
            return _ambiguous(error)
        case ReadingFailed():
            return render_reading_failed(error)
        case ReadingStopped():
            return render_reading_stopped(error)
        case ReadingOfAnother():
            return render_reading_of_another(error)
        case ApiError():
            return _said(_api_words(error, acted=acted), context(_traces(error)))
        case _:
            return _said(_words(error))


def render_unexpected(reference: str) -> Message:
    """Say that something broke here, with the reference under which the log has it."""
    return _said(
        f"Something went wrong inside Batchdesk, and it is our fault. The log has it under {code(reference)}: "
        "give that reference to whoever runs this bot. `/batch audit` shows whether something was changed."
    )


def _words(error: ExpectedError) -> str:
    match error:
        case UsageError():
            return usage_words(error)
        case RequestsUnreadable() | FormAlreadySubmitted() | NoFileInMessage():
            return _of_files(error)
        case InvalidBatchId():
            return f"{code(error.text, 80)} cannot be a batch id: it {code(error.reason)}. Nothing was sent."
        case NoBatches():
            return "This workspace has no batches, so there is no last one."
        case ReferenceNotFound():
            return _not_found(error)
        case StoreUnavailable():
            return (
                f"I cannot read or write my own records (the store is {error.reason}), so nothing was changed. "
                "Try again in a minute; if it stays, tell whoever runs this bot."
            )
        case ResultsBroken():
            read = counted(error.bytes_read, "byte") if error.lines_read is None else counted(error.lines_read, "line")
            return f"The results broke off on the way, after {read}. Ask again."
        case ScratchFileFailed():
            return f"The disk of the bot did not take a file ({code(error.reason)}). Tell whoever runs this bot."
        case SummaryUnreadable():
            return "What I remembered of these results cannot be read any more. Ask again."
        case NotOurButton():
            return "This button is from another version of Batchdesk. Type the command instead: `/batch help`."
        case _:
            return "That did not work."


def _of_files(error: RequestsUnreadable | FormAlreadySubmitted | NoFileInMessage) -> str:
    match error:
        case RequestsUnreadable():
            return "The requests that I kept cannot be read (any more), so nothing was sent: name the original file."
        case FormAlreadySubmitted():
            return "This form was submitted before; the answer to it has come or will come. Nothing more was done."
        case NoFileInMessage():
            return "There is no file on this message. Use the shortcut on a message that shares a `.jsonl` file."


def _not_found(error: ReferenceNotFound) -> str:
    looked = "all" if error.all_searched else "the newest"
    where = f"I looked through {looked} {counted(error.searched, 'batch', 'batches')} of this key's workspace."
    return f"No batch begins with {code(error.text)}. {where} `/batch list` shows them."


def _api_words(error: ApiError, *, acted: bool) -> str:
    wait = f" It asks to wait {error.retry_after:.0f} s." if error.retry_after else ""
    match error:
        case BatchNotFound():
            return (
                f"There is no batch {code(error.batch_id)} in this key's workspace: it was deleted, belongs to another "
                "workspace, or the id has a slip. `/batch list` shows what there is."
            )
        case KeyRefused():
            return (
                f"The API refused Batchdesk's key: {code(error.message)}\nNobody can mend this from Slack: "
                "tell whoever runs this bot to check `ANTHROPIC_API_KEY` (`python -m bot doctor`)."
            )
        case SpendLimitReached():
            reached = f"The organization's spend limit is reached: {code(error.message)}"
            return f"{reached}\nWaiting does not help; it has to be raised."
        case RateLimited():
            return f"The API has had too many calls from this organization.{wait} Try again then; nothing was changed."
        case ApiUnavailable():
            in_doubt = acted and error.may_have_happened
            changed = " Whether it was done is not known: look with `/batch status`." if in_doubt else ""
            return f"The Message Batches API gave no usable answer: {code(error.message)}{wait}{changed}"
        case _:
            return f"The API refused this: {code(error.message)}"


def _traces(error: ApiError) -> str:
    parts = [code(error.kind, 60)]
    parts += [f"HTTP {error.status}"] if error.status else []
    parts += [f"request {code(error.request_id, 80)}"] if error.request_id else []
    return " · ".join(parts)


def _ambiguous(error: ReferenceAmbiguous) -> Message:
    shown = len(error.candidates)
    some = f" (the newest {shown} are shown)" if error.total > shown else ""
    fits = f"{code(error.text)} fits {counted(error.total, 'batch', 'batches')}{some}."
    words = f"{fits} Nothing was done: type the id, or more of it."
    rows = [card_row(batch, error.names.get(batch.id)) for batch in error.candidates]
    listed = ", ".join(f"{_called(error, batch.id)}{code(batch.id)}" for batch in error.candidates)
    return Message(f"{words} {listed}", (section(words), *rows), placement=Placement.BELOW)


def _called(error: ReferenceAmbiguous, batch_id: str) -> str:
    named = error.names.get(batch_id)
    return f"{inline(named.label, 80)}: " if named is not None and named.label else ""


def _said(words: str, *more: Block) -> Message:
    return Message(words, (section(words), *more), placement=Placement.BELOW)
