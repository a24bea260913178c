"""Approving a draft: the question that the approver is asked again."""

from msgspec.structs import replace

from bot.commands.approve import ApproveChange
from bot.confirmations import ConfirmationNeeded
from bot.store.records.drafts import Draft
from bot.ui.components.approval_question import approval_question
from bot.ui.components.competing_retries import other_retry_lines
from bot.ui.components.text import code, context, date
from bot.ui.reply import Message


def render_approve_question(change: ApproveChange, question: ConfirmationNeeded) -> Message:
    """Return the question to the approver again: why, and the retries of the same failures that exist by now.

    The button is "Approve anyway" if a model is about to retire.
    """
    retries = other_retry_lines(change.retried)
    asked = approval_question(
        change.draft,
        change.exceeded,
        None,
        change.retiring,
        retries,
        question.confirmation_id,
        change.budget,
        _why_again(change),
    )
    terms = f"Expires {date(question.expires_at)} · only you can answer"
    return replace(asked, blocks=(*asked.blocks[:-1], context(terms)))


def _why_again(change: ApproveChange) -> str:
    """Return why one press is not enough. A model that is about to retire is in the title and on the button."""
    if not change.retried:
        return _named_words(change.draft) if change.is_named else ""
    return f"{'Another retry exists' if len(change.retried) == 1 else 'Other retries exist'}. Approve anyway?"


def _named_words(draft: Draft) -> str:
    """Return which file it is, and what to do if another one was meant: declining would decline this one."""
    return (
        f"This is the file {code(draft.reference)}. Other files may have the same name. If you mean another one, "
        "leave this question, and type `/batch approve` with the reference of that file."
    )
