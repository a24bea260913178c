"""Declining a draft: the form that asks why, and who hears of it."""

from typing import assert_never

from bot.commands.decline import Declined, DeclineOutcome, ReasonWanted
from bot.commands.language.values import LONGEST_NOTE
from bot.ui.components.approval_question import settle_question
from bot.ui.components.draft_question import draft_line, draft_name
from bot.ui.components.text import code, mention, quantity, safe_text, section
from bot.ui.reply import Block, Form, Message, Placement, Posting, Reply, Viewer

DECLINE_FORM = "decline"


def render_decline(outcome: DeclineOutcome, viewer: Viewer) -> Reply:
    """Return the form, or that the draft was declined."""
    match outcome:
        case ReasonWanted():
            return _render_form(outcome, viewer)
        case Declined():
            return _render_declined(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_form(outcome: ReasonWanted, viewer: Viewer) -> Form:
    draft = outcome.draft
    asks = f"{draft_name(draft)} · {quantity(draft.requests, 'request')} · asked by {mention(draft.user_id)}"
    field: Block = {
        "type": "input",
        "block_id": "reason",
        "label": {"type": "plain_text", "text": "Reason"},
        "hint": {"type": "plain_text", "text": "I'll send it to the person who asked."},
        "element": {
            "type": "plain_text_input",
            "action_id": "reason",
            "multiline": True,
            "max_length": LONGEST_NOTE,
        },
    }
    typed = f"Type the reason: {code(f'/batch decline {draft.reference} REASON')}. Nothing was declined."
    return Form(
        callback_id=DECLINE_FORM,
        title="Decline this batch?",
        submit="Decline",
        blocks=(section(asks), field),
        channel=viewer.caller.channel,
        subject=draft.id,
        message_without_form=Message(typed, (section(typed),), placement=Placement.BELOW),
    )


def _render_declined(outcome: Declined, viewer: Viewer) -> Message:
    draft = outcome.draft
    decliner = mention(viewer.caller.user)
    reason = safe_text(outcome.reason, LONGEST_NOTE)
    requests = quantity(draft.requests, "request")
    notice = f"🚫 {decliner} declined {draft_name(draft)} ({requests}). Nothing was sent.\n>{reason}"
    words = f"🚫 Declined {draft_name(draft)}. I've sent your reason to {mention(draft.user_id)}."
    postings = settle_question(draft, f"🚫 Declined by {decliner} · {draft_line(draft)}")
    return Message(
        words,
        (section(words),),
        postings=(*postings, Posting(draft.user_id, Message(notice, (section(notice),)), notifies=True)),
    )
