"""Outcome → reply: one case a verb; each renderer closes the union of its verb."""

from typing import assert_never

from bot.commands.audit import AuditOutcome
from bot.commands.cancel import CancelOutcome
from bot.commands.cost import CostOutcome
from bot.commands.create import CreateOutcome
from bot.commands.decline import DeclineOutcome
from bot.commands.delete import DeleteOutcome
from bot.commands.details import DetailsOutcome
from bot.commands.discard import DiscardOutcome
from bot.commands.edit import EditOutcome
from bot.commands.help import HelpOutcome
from bot.commands.home import HomeOutcome
from bot.commands.keep import KeepOutcome
from bot.commands.label import LabelOutcome
from bot.commands.list import ListOutcome
from bot.commands.mute import MuteOutcome
from bot.commands.note import NoteOutcome
from bot.commands.notify import NotifyOutcome
from bot.commands.overview import OverviewOutcome
from bot.commands.own import OwnOutcome
from bot.commands.preview import PreviewOutcome
from bot.commands.registry import Outcome
from bot.commands.results import ResultsOutcome
from bot.commands.retry import RetryOutcome
from bot.commands.send import SendOutcome
from bot.commands.show import ShowOutcome
from bot.commands.status import StatusOutcome
from bot.commands.stop_list import StopListOutcome
from bot.commands.stop_reading import StopReadingOutcome
from bot.commands.watch import UnwatchOutcome, WatchOutcome
from bot.confirmations import ConfirmationNeeded
from bot.explanations import Explained
from bot.ui.question import render_question
from bot.ui.reply import Reply, Viewer
from bot.ui.verbs.audit import render_audit
from bot.ui.verbs.cancel import render_cancel
from bot.ui.verbs.cost import render_cost
from bot.ui.verbs.create import render_create
from bot.ui.verbs.decline import render_decline
from bot.ui.verbs.delete import render_delete
from bot.ui.verbs.details import render_details
from bot.ui.verbs.discard import render_discard
from bot.ui.verbs.edit import render_edit
from bot.ui.verbs.explain import render_explained
from bot.ui.verbs.help import render_help
from bot.ui.verbs.home import render_home
from bot.ui.verbs.keep import render_keep
from bot.ui.verbs.label import render_label
from bot.ui.verbs.list import render_list
from bot.ui.verbs.mute import render_mute
from bot.ui.verbs.note import render_note
from bot.ui.verbs.notify import render_notify
from bot.ui.verbs.overview import render_overview
from bot.ui.verbs.own import render_own
from bot.ui.verbs.preview import render_preview
from bot.ui.verbs.results import render_results
from bot.ui.verbs.retry import render_retry
from bot.ui.verbs.send import render_send
from bot.ui.verbs.show import render_show
from bot.ui.verbs.status import render_status
from bot.ui.verbs.stop_list import render_stop_list
from bot.ui.verbs.stop_reading import render_stop_reading
from bot.ui.verbs.watch import render_unwatch, render_watch


def render(outcome: Outcome | Explained | ConfirmationNeeded, viewer: Viewer) -> Reply:
    """Return what the viewer sees of an outcome."""
    if isinstance(outcome, Explained):
        return render_explained(outcome)
    if isinstance(outcome, ConfirmationNeeded):
        return render_question(outcome, viewer)
    if isinstance(outcome, AuditOutcome):
        return render_audit(outcome, viewer)
    if isinstance(outcome, CancelOutcome):
        return render_cancel(outcome, viewer)
    if isinstance(outcome, CostOutcome):
        return render_cost(outcome, viewer)
    if isinstance(outcome, CreateOutcome):
        return render_create(outcome, viewer)
    if isinstance(outcome, DeclineOutcome):
        return render_decline(outcome, viewer)
    if isinstance(outcome, DeleteOutcome):
        return render_delete(outcome, viewer)
    if isinstance(outcome, DiscardOutcome):
        return render_discard(outcome, viewer)
    if isinstance(outcome, DetailsOutcome):
        return render_details(outcome, viewer)
    if isinstance(outcome, EditOutcome):
        return render_edit(outcome, viewer)
    if isinstance(outcome, HelpOutcome):
        return render_help(outcome, viewer)
    if isinstance(outcome, HomeOutcome):
        return render_home(outcome, viewer)
    if isinstance(outcome, KeepOutcome):
        return render_keep(outcome, viewer)
    if isinstance(outcome, LabelOutcome):
        return render_label(outcome, viewer)
    if isinstance(outcome, ListOutcome):
        return render_list(outcome, viewer)
    if isinstance(outcome, MuteOutcome):
        return render_mute(outcome, viewer)
    if isinstance(outcome, NoteOutcome):
        return render_note(outcome, viewer)
    if isinstance(outcome, NotifyOutcome):
        return render_notify(outcome, viewer)
    if isinstance(outcome, OverviewOutcome):
        return render_overview(outcome, viewer)
    if isinstance(outcome, OwnOutcome):
        return render_own(outcome, viewer)
    if isinstance(outcome, PreviewOutcome):
        return render_preview(outcome, viewer)
    if isinstance(outcome, ResultsOutcome):
        return render_results(outcome, viewer)
    if isinstance(outcome, RetryOutcome):
        return render_retry(outcome, viewer)
    if isinstance(outcome, SendOutcome):
        return render_send(outcome, viewer)
    if isinstance(outcome, ShowOutcome):
        return render_show(outcome, viewer)
    if isinstance(outcome, StatusOutcome):
        return render_status(outcome, viewer)
    if isinstance(outcome, StopListOutcome):
        return render_stop_list(outcome, viewer)
    if isinstance(outcome, StopReadingOutcome):
        return render_stop_reading(outcome, viewer)
    if isinstance(outcome, UnwatchOutcome):
        return render_unwatch(outcome, viewer)
    if isinstance(outcome, WatchOutcome):
        return render_watch(outcome, viewer)
    assert_never(outcome)
