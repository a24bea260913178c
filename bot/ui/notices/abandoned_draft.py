"""The message about a draft whose process died: what is known, and how to continue."""

from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.commands.discard import Discard
from bot.commands.send import Send
from bot.store.records.drafts import REFERENCE_LENGTH, Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.lost_answer import search_result
from bot.ui.components.text import code, quantity, safe_text, section
from bot.ui.reply import Block, Message


def render_interrupted(draft: Draft, appeared: Sequence[MessageBatch] | None) -> Message:
    """Return what was interrupted, for the person who asked for it. `appeared`: as in AnswerLost."""
    name = safe_text(draft.name, 80)
    if draft.state == "checking":
        words = f"I was stopped while I read *{name}*. Nothing was sent; share it or choose it again."
        return Message(words, (section(words),))
    requests = quantity(draft.requests, "request")
    if draft.is_unparted:
        words = f"I was stopped before I sent any of {requests} of *{name}*. The checked file is still here."
        return Message(words, (section(words), *_next_steps(draft.id, "Send", "Discard")))
    words = (
        f"I was stopped while I sent {requests} of *{name}*, and do not know whether they arrived. I do not send them "
        "again: that could pay twice."
    )
    found, rows = search_result(draft, appeared)
    if draft.rest_id is None:
        return Message(f"{words} {found}", (section(words), section(found), *rows))
    rest = f"The others were not sent: {code(f'/batch send {draft.rest_id[:REFERENCE_LENGTH]}')} asks about them."
    buttons = _next_steps(draft.rest_id, "Send the others", "Discard them")
    return Message(f"{words} {found} {rest}", (section(words), section(found), *rows, section(rest), *buttons))


def _next_steps(draft_id: str, yes: str, no: str) -> tuple[Block, ...]:
    return actions([button(yes, Send(draft_id), renew=True), button(no, Discard(draft_id), renew=True)])
