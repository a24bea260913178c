"""Approving a draft: the question to the approver, and that no one could be asked."""

from msgspec.structs import replace

from bot.commands.approve import ApproveChange
from bot.confirmations import ConfirmationNeeded
from bot.ui.components.approval_question import approval_question
from bot.ui.components.competing_retries import other_retry_lines, warnings_section
from bot.ui.components.text import code, context, date, section
from bot.ui.reply import Message, Placement


def render_approve_question(change: ApproveChange, question: ConfirmationNeeded) -> Message:
    """Return the question to the approver again, with retries of the same failures that began after they were asked."""
    line = code(f"/batch approve {change.draft.reference}")
    terms = (
        f"Only the one who pressed Approve can answer this, once, until {date(question.expires_at)}. {line} asks again."
    )
    asked = approval_question(
        change.draft, warnings_section(other_retry_lines(change.retried)), question.confirmation_id
    )
    return replace(asked, blocks=(*asked.blocks, context(terms)))


def render_not_shared(channel: str | None, *, uncertain: bool = False) -> Message:
    """Return that no one else was asked, because the bot cannot post in the channel.

    `uncertain`: Slack did not say whether the question is there.
    """
    place = f"<#{channel}>" if channel else "this place"
    if uncertain:
        words = f"I can't confirm that my question is in {place}. If you don't see it there, pass on the line above."
        return Message(words, (section(words),), placement=Placement.BELOW)
    words = f"I could not post in {place}, so nobody else was asked. Give the line above to somebody who may operate."
    return Message(words, (section(words),), placement=Placement.BELOW)
