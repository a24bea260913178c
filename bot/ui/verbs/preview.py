"""The first request of a draft, for an approver."""

import json

from bot.commands.preview import PreviewOutcome
from bot.ui.components.draft_question import draft_name
from bot.ui.components.text import clean_lines, code, context, number, section
from bot.ui.reply import Block, Message, Placement, Viewer

LONGEST_PREVIEW = 3_000
"""Characters. The rest of a longer request is left out."""


def render_preview(outcome: PreviewOutcome, viewer: Viewer) -> Message:
    """Return the params of the first request."""
    draft = outcome.draft
    params = clean_lines(json.dumps(outcome.first.params, ensure_ascii=False, indent=2))
    shown = params if len(params) <= LONGEST_PREVIEW else f"{params[:LONGEST_PREVIEW]}…"
    title = f"{draft_name(draft)} · request 1 of {number(draft.requests)} · {code(outcome.first.custom_id, 64)}"
    body: Block = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}],
    }
    notes = ["Recorded in the audit log"]
    notes += [f"the first {number(LONGEST_PREVIEW)} characters are shown"] if shown is not params else []
    blocks = (section(title), body, context(" · ".join(notes)))
    return Message(title, blocks, placement=Placement.BELOW, modal_title="First request")
