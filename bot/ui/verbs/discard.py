"""The words of `discard`."""

from bot.commands.discard import DiscardOutcome
from bot.store.records.drafts import Draft
from bot.ui.components.approval_question import settle_question
from bot.ui.components.draft_question import draft_line, draft_name
from bot.ui.components.text import mention, quantity, section
from bot.ui.reply import Message, Posting, Viewer


def render_discard(outcome: DiscardOutcome, viewer: Viewer) -> Message:
    """Return that the draft was discarded and nothing was sent."""
    draft = outcome.draft
    which = f"the other {quantity(draft.requests, 'request')} of " if draft.whole_id else ""
    none_sent = "None of them was sent." if draft.whole_id else "Nothing was sent."
    words = f"🗑️ Discarded {which}{draft_name(draft)}. {none_sent}"
    waited = draft.question_ts is not None and draft.approved_by is None
    return Message(words, (section(words),), postings=_close_question(draft, viewer) if waited else ())


def _close_question(draft: Draft, viewer: Viewer) -> tuple[Posting, ...]:
    """Return the edit of the question about its approval, and what the requester hears if someone else discarded it."""
    person = mention(viewer.caller.user)
    closed = settle_question(draft, f"🗑️ Discarded by {person} · {draft_line(draft)}")
    if viewer.caller.user == draft.user_id:
        return closed
    words = f"🗑️ {person} discarded {draft_name(draft)} while it waited for approval. Nothing was sent."
    return (*closed, Posting(draft.user_id, Message(words, (section(words),)), notifies=True))
