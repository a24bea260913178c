"""How the question to a second person looks, and the answer to whoever asked for it."""

from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.drop import Drop
from bot.operations.follow import is_direct
from bot.operations.send_outcomes import ApprovalAsked
from bot.store.records.drafts import Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.draft_question import (
    approval_question,
)
from bot.ui.components.text import code, counted, section
from bot.ui.reply import Message, Placement, Viewer


def render_shared(outcome: object, caller: Caller) -> Message | None:
    """Return what everybody in the channel is to see of an outcome."""
    if not isinstance(outcome, ApprovalAsked) or _is_alone(outcome.draft):
        return None
    return replace(approval_question(outcome.draft), public=True)


def _is_alone(draft: Draft) -> bool:
    """Whether it was asked for where there is nobody else to say yes."""
    return draft.channel_id is None or is_direct(draft.channel_id)


def render_not_shared(channel: str | None) -> Message:
    """Say that nobody else was asked, because the bot cannot post there."""
    where = f"<#{channel}>" if channel else "this place"
    words = f"I could not post in {where}, so nobody else was asked. Give the line above to somebody who may operate."
    return Message(words, (section(words),), placement=Placement.BELOW)


def render_approval_asked(outcome: ApprovalAsked, viewer: Viewer) -> Message:
    """Say that nothing was sent yet, and how it goes on."""
    draft = outcome.draft
    line = code(f"/batch approve {draft.id}")
    how = f"I ask in the channel; whoever may operate can also type {line}."
    if _is_alone(draft):
        how = f"Nobody else sees this place, so nobody was asked: have somebody who may operate type {line}."
    words = f"{counted(draft.requests, 'request')} wait for somebody else's yes. {how}"
    return Message(words, (section(words), *actions([button("Drop", Drop(draft.id), renew=True)])))
