"""Outcome → reply for everything on the way from a file to a batch; closed by assert_never."""

from typing import assert_never

from bot.commands.create import FormWanted
from bot.commands.drop import Dropped
from bot.commands.registry import Making
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, RetryTooEarly, RetryTooLate
from bot.confirmations import DraftQuestion
from bot.operations.drafts import DraftReady, FileRefused
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.ui.create_form import render_form
from bot.ui.drafts import render_approval_asked, render_draft_question, render_dropped
from bot.ui.problems import render_file_refused
from bot.ui.reply import Reply, Viewer
from bot.ui.retry import render_no_retry
from bot.ui.sent import render_answer_lost, render_created, render_not_sent


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
