"""The question to a second person, which the channel sees and the approver is asked again."""

from bot.commands.approve import Approve
from bot.commands.discard import Discard
from bot.requests.estimate import load_estimate
from bot.store.records.drafts import Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.estimate import cost_breakdown, cost_line
from bot.ui.components.text import header, mention, number, quantity, safe_text, section
from bot.ui.reply import Block, Message


def approval_question(draft: Draft, warnings: tuple[Block, ...] = (), confirmation: str | None = None) -> Message:
    """Return the question to a second person whether the draft may be sent."""
    estimate = load_estimate(draft.estimate)
    title = f"Approve {quantity(draft.requests, 'request')}?"
    words = (
        f"{mention(draft.user_id)} wants to send *{safe_text(draft.name, 80)}* as a new batch{_sample_words(draft)}. "
        "It is above the limit, so a second person who may operate has to agree."
    )
    buttons = [
        button("Approve", Approve(draft.id), style="primary", renew=True, confirmation=confirmation),
        button("Decline", Discard(draft.id), renew=True),
    ]
    blocks = (header(title), section(words), section(cost_breakdown(estimate)), *warnings, *actions(buttons))
    return Message(f"{title} {words} {cost_line(estimate)}.", blocks)


def _sample_words(draft: Draft) -> str:
    return f", {number(draft.sample)} of its requests first; the yes is for all of them" if draft.sample else ""
