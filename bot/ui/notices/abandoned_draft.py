"""What a person is told of a draft whose process died: what is known, and what he can do."""

from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.commands.drop import Drop
from bot.commands.send import Send
from bot.store.records.drafts import Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.lost_answer import search_result
from bot.ui.components.text import code, quantity, safe_text, section
from bot.ui.reply import Block, Message


def render_interrupted(draft: Draft, appeared: Sequence[MessageBatch] | None) -> Message:
    """Tell whoever asked what was under way; `appeared` as in AnswerLost."""
    name = safe_text(draft.name, 80)
    if draft.state == "checking":
        words = f"I was stopped while I read *{name}*. Nothing was sent; share it or choose it again."
        return Message(words, (section(words),))
    requests = quantity(draft.requests, "request")
    if draft.is_unparted:
        words = f"I was stopped before I sent any of {requests} of *{name}*. The checked file is still here."
        return Message(words, (section(words), *_ways_on(draft.id, "Send", "Drop")))
    words = (
        f"I was stopped while I sent {requests} of *{name}*, and do not know whether they arrived. I do not send them "
        "again: that could pay twice."
    )
    look, rows = search_result(draft, appeared)
    if draft.rest_id is None:
        return Message(f"{words} {look}", (section(words), section(look), *rows))
    rest = f"The others were not sent: {code(f'/batch send {draft.rest_id}')} asks about them."
    ways = _ways_on(draft.rest_id, "Send the others", "Drop them")
    return Message(f"{words} {look} {rest}", (section(words), section(look), *rows, section(rest), *ways))


def _ways_on(draft_id: str, yes: str, no: str) -> tuple[Block, ...]:
    return actions([button(yes, Send(draft_id), renew=True), button(no, Drop(draft_id), renew=True)])
