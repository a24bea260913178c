"""Outcome → reply: the one place that knows every renderer, closed by assert_never."""

from typing import assert_never

from bot.commands.audit import AuditExported, AuditShown
from bot.commands.cancel import AlreadyCanceling, CancelRequested, CancelTooLate
from bot.commands.cost import CostShown
from bot.commands.delete import AlreadyGone, Deleted, DeleteDidNotHappen, DeleteRefused, DeleteUnknown
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
from bot.commands.status import BatchShown
from bot.commands.stop_reading import ReadingLost, StopAsked
from bot.commands.watch import Unwatched, WatchBegun, WatchesShown, WatchTooLate
from bot.confirmations import ConfirmationNeeded, DraftQuestion
from bot.ui.audit import render_audit, render_audit_export
from bot.ui.cancel import render_already_canceling, render_cancel_requested, render_cancel_too_late
from bot.ui.confirmation import render_kept, render_question
from bot.ui.cost import render_cost
from bot.ui.delete import (
    render_already_gone,
    render_delete_did_not_happen,
    render_delete_refused,
    render_delete_unknown,
    render_deleted,
)
from bot.ui.help import render_help
from bot.ui.list import render_list
from bot.ui.making import render_making
from bot.ui.names import render_named
from bot.ui.overview import render_overview
from bot.ui.progress import render_stop_asked
from bot.ui.reading_errors import render_reading_lost
from bot.ui.reply import Reply, Viewer
from bot.ui.results import render_results
from bot.ui.status import render_status
from bot.ui.watch import (
    render_muted,
    render_notify,
    render_unwatched,
    render_watch_begun,
    render_watch_too_late,
    render_watches,
)


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
        case Labelled() | Noted() | Owned() | OwnedAlready():
            return render_named(outcome, viewer)
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
