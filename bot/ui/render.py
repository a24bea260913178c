"""Outcome → reply: the one place that knows every renderer, closed by assert_never."""

from typing import assert_never

from bot.commands.audit import AuditExported, AuditShown
from bot.commands.cancel import AlreadyCanceling, CancelRequested, CancelTooLate
from bot.commands.cost import CostShown
from bot.commands.create import FormWanted
from bot.commands.delete import AlreadyGone, Deleted, DeleteDidNotHappen, DeleteRefused, DeleteUnknown
from bot.commands.drop import Dropped
from bot.commands.help import HelpShown
from bot.commands.keep import Kept
from bot.commands.label import Labelled
from bot.commands.list import BatchList
from bot.commands.mute import Muted
from bot.commands.note import Noted
from bot.commands.notify import NotifyShown
from bot.commands.overview import OverviewShown
from bot.commands.own import Owned, OwnedAlready
from bot.commands.registry import Making, Outcome, WatchOutcome
from bot.commands.results import ResultsOutcome
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, RetryTooEarly, RetryTooLate
from bot.commands.status import BatchShown
from bot.commands.stop_reading import ReadingLost, StopAsked
from bot.commands.watch import Unwatched, WatchBegun, WatchesShown, WatchTooLate
from bot.confirmations import ConfirmationNeeded, DraftQuestion
from bot.operations.drafts import DraftReady, FileRefused
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.ui.components.draft_question import render_draft_question
from bot.ui.components.file_problems import render_file_refused
from bot.ui.errors.reading import render_reading_lost
from bot.ui.question import render_question
from bot.ui.reply import Reply, Viewer
from bot.ui.verbs.approve import render_approval_asked
from bot.ui.verbs.audit import render_audit, render_audit_export
from bot.ui.verbs.cancel import render_already_canceling, render_cancel_requested, render_cancel_too_late
from bot.ui.verbs.cost import render_cost
from bot.ui.verbs.create import render_form
from bot.ui.verbs.delete import (
    render_already_gone,
    render_delete_did_not_happen,
    render_delete_refused,
    render_delete_unknown,
    render_deleted,
)
from bot.ui.verbs.drop import render_dropped
from bot.ui.verbs.help import render_help
from bot.ui.verbs.keep import render_kept
from bot.ui.verbs.label import render_label
from bot.ui.verbs.list import render_list
from bot.ui.verbs.mute import render_muted
from bot.ui.verbs.note import render_note
from bot.ui.verbs.notify import render_notify
from bot.ui.verbs.overview import render_overview
from bot.ui.verbs.own import render_own
from bot.ui.verbs.results import render_results
from bot.ui.verbs.retry import render_no_retry
from bot.ui.verbs.send import render_answer_lost, render_created, render_not_sent
from bot.ui.verbs.status import render_status
from bot.ui.verbs.stop_reading import render_stop_asked
from bot.ui.verbs.watch import render_unwatched, render_watch_begun, render_watch_too_late, render_watches


def render(outcome: Outcome | ConfirmationNeeded | DraftQuestion, viewer: Viewer) -> Reply:
    """Return what the viewer is to see of an outcome."""
    if isinstance(outcome, Making | DraftQuestion):
        return render_making(outcome, viewer)
    if isinstance(outcome, ResultsOutcome):
        return render_results(outcome, viewer)
    match outcome:
        case OverviewShown() | HelpShown():
            return _render_way_in(outcome, viewer)
        case BatchList():
            return render_list(outcome, viewer)
        case BatchShown():
            return render_status(outcome, viewer)
        case AuditShown() | AuditExported():
            return _render_audit(outcome, viewer)
        case ConfirmationNeeded() | Kept():
            return _render_question(outcome, viewer)
        case CostShown() | StopAsked() | ReadingLost():
            return _render_reading(outcome, viewer)
        case Labelled():
            return render_label(outcome, viewer)
        case Noted():
            return render_note(outcome, viewer)
        case Owned() | OwnedAlready():
            return render_own(outcome, viewer)
        case CancelRequested() | CancelTooLate() | AlreadyCanceling():
            return _render_cancel(outcome, viewer)
        case Deleted() | AlreadyGone() | DeleteDidNotHappen() | DeleteUnknown() | DeleteRefused():
            return _render_delete(outcome, viewer)
        case WatchBegun() | WatchTooLate() | WatchesShown() | Unwatched() | Muted() | NotifyShown():
            return _render_watch(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_reading(outcome: CostShown | StopAsked | ReadingLost, viewer: Viewer) -> Reply:
    if isinstance(outcome, ReadingLost):
        return render_reading_lost(outcome.again)
    return render_cost(outcome, viewer) if isinstance(outcome, CostShown) else render_stop_asked(outcome, viewer)


def _render_way_in(outcome: OverviewShown | HelpShown, viewer: Viewer) -> Reply:
    return render_help(outcome, viewer) if isinstance(outcome, HelpShown) else render_overview(outcome, viewer)


def _render_question(outcome: ConfirmationNeeded | Kept, viewer: Viewer) -> Reply:
    return render_kept(outcome, viewer) if isinstance(outcome, Kept) else render_question(outcome, viewer)


def _render_audit(outcome: AuditShown | AuditExported, viewer: Viewer) -> Reply:
    return render_audit(outcome, viewer) if isinstance(outcome, AuditShown) else render_audit_export(outcome, viewer)


def _render_cancel(outcome: CancelRequested | CancelTooLate | AlreadyCanceling, viewer: Viewer) -> Reply:
    match outcome:
        case CancelRequested():
            return render_cancel_requested(outcome, viewer)
        case CancelTooLate():
            return render_cancel_too_late(outcome, viewer)
        case AlreadyCanceling():
            return render_already_canceling(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_delete(
    outcome: Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown | DeleteRefused, viewer: Viewer
) -> Reply:
    match outcome:
        case Deleted():
            return render_deleted(outcome, viewer)
        case AlreadyGone():
            return render_already_gone(outcome, viewer)
        case DeleteDidNotHappen():
            return render_delete_did_not_happen(outcome, viewer)
        case DeleteUnknown():
            return render_delete_unknown(outcome, viewer)
        case DeleteRefused():
            return render_delete_refused(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_watch(outcome: WatchOutcome, viewer: Viewer) -> Reply:
    match outcome:
        case WatchBegun():
            return render_watch_begun(outcome, viewer)
        case WatchTooLate():
            return render_watch_too_late(outcome, viewer)
        case WatchesShown():
            return render_watches(outcome, viewer)
        case Unwatched():
            return render_unwatched(outcome, viewer)
        case Muted():
            return render_muted(outcome, viewer)
        case NotifyShown():
            return render_notify(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def render_making(outcome: Making | DraftQuestion, viewer: Viewer) -> Reply:
    """Return what the viewer is to see of an outcome."""
    match outcome:
        case FormWanted():
            return render_form(outcome, viewer)
        case FileRefused():
            return render_file_refused(outcome, viewer)
        case DraftQuestion():
            return render_draft_question(outcome, viewer)
        case DraftReady():
            raise AssertionError("a draft that is ready is asked about before it is drawn")
        case Dropped():
            return render_dropped(outcome, viewer)
        case BatchCreated():
            return render_created(outcome, viewer)
        case ApprovalAsked():
            return render_approval_asked(outcome, viewer)
        case SendRefused() | NotSent():
            return render_not_sent(outcome, viewer)
        case AnswerLost():
            return render_answer_lost(outcome, viewer)
        case NothingToRetry() | NoSuchCause() | OriginalNeeded() | RetryTooEarly() | RetryTooLate():
            return render_no_retry(outcome, viewer)
        case unreachable:
            assert_never(unreachable)
