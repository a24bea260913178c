"""Approving a draft: the question that the approver is asked again."""

from msgspec.structs import replace

from bot.commands.approve import ApproveChange
from bot.confirmations import ConfirmationNeeded
from bot.ui.components.approval_question import approval_question
from bot.ui.components.competing_retries import other_retry_lines
from bot.ui.components.text import context, date
from bot.ui.reply import Message


def render_approve_question(change: ApproveChange, question: ConfirmationNeeded) -> Message:
    """Return the question to the approver again, with retries of the same failures that began after they were asked.

    The yes says so if a model is about to retire.
    """
    asked = approval_question(
        change.draft,
        change.exceeded,
        (),
        change.retiring,
        other_retry_lines(change.retried),
        question.confirmation_id,
        change.budget,
    )
    terms = f"Expires {date(question.expires_at)} · only you can answer"
    return replace(asked, blocks=(*asked.blocks[:-1], context(terms)))
