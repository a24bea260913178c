"""The question to a second person, which the channel sees, and the line that it becomes."""

from collections.abc import Sequence

from bot.commands.approve import Approve
from bot.commands.decline import Decline
from bot.commands.preview import Preview
from bot.operations.approval import BudgetUse, LimitExceeded
from bot.operations.retirements import RetiringModel, list_due
from bot.requests.estimate import load_estimate
from bot.store.records.drafts import UNSENT_LIFETIME, Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.competing_retries import warnings_section
from bot.ui.components.draft_question import approver_words, budget_lines, draft_facts, limit_words
from bot.ui.components.estimate import cost_words
from bot.ui.components.retirements import retirement_lines, title_ending
from bot.ui.components.text import (
    code,
    context,
    date,
    end_sentence,
    header,
    mention,
    number,
    quantity,
    safe_text,
    section,
)
from bot.ui.reply import Message, Posting


def approval_question(
    draft: Draft,
    exceeded: LimitExceeded | None,
    approvers: tuple[str, ...] | None,
    retiring: tuple[RetiringModel, ...] = (),
    warnings: Sequence[str] = (),
    confirmation: str | None = None,
    budget: BudgetUse | None = None,
    reason: str = "",
) -> Message:
    """Return the question to a second person whether the draft may be sent. `reason`: why it is asked again.

    The button is "Approve anyway" if a model is about to retire and there is a `confirmation`. Without one the press
    asks first. `approvers` is None if an approver is asked again. `exceeded` is None if the limit was raised
    since, and the draft still waits.
    """
    title = f"Approve {quantity(draft.requests, 'request')}{title_ending(retiring, draft.requests)}?"
    lines = [*retirement_lines(retiring), *warnings]
    yes = "Approve anyway" if confirmation is not None and list_due(retiring) else "Approve"
    asks = (
        "asks for approval."
        if exceeded
        else "asked for approval when this was over a limit. "
        "It is within the limit now, but the request for approval is still open."
    )
    must = approver_words(approvers, draft.user_id) if approvers is not None else ""
    why = " ".join(filter(None, [asks, limit_words(exceeded, "their"), must]))
    words = f"{mention(draft.user_id)} {why}{_sample_words(draft)}"
    buttons = [
        button(yes, Approve(draft.id), style="primary", renew=True, confirmation=confirmation),
        button("Preview", Preview(draft.id), spoken="Preview the first request"),
        button("Decline", Decline(draft.id)),
    ]
    until = date(draft.changed_at + UNSENT_LIFETIME)
    typed = code(f"/batch approve {draft.reference}")
    blocks = (
        header(title),
        section(words),
        section("\n".join([draft_facts(draft), *budget_lines(budget)])),
        *((section(reason),) if reason else ()),
        *warnings_section(lines),
        *actions(buttons),
        context(f"Approving sends {_sent_first(draft)} · expires {until} · you can also type {typed}"),
    )
    cost = cost_words(load_estimate(draft.estimate))
    spoken = [end_sentence(f"⚠️ {line}") for line in lines]
    text = " ".join(
        [title, words, f"{safe_text(draft.name, 80)}.", f"Estimated cost: {cost}.", *filter(None, [reason]), *spoken]
    )
    return Message(text, blocks)


def settle_question(draft: Draft, line: str) -> tuple[Posting, ...]:
    """Return the edit that makes the question one line without buttons; nothing if it was never posted."""
    if draft.question_channel is None or draft.question_ts is None:
        return ()
    return (Posting(draft.question_channel, Message(line, (section(line),)), edits=draft.question_ts),)


def _sent_first(draft: Draft) -> str:
    """Return what an approval sends, and that it does so at once."""
    if draft.sample:
        return f"the {quantity(draft.sample, 'request')} at once" if draft.sample > 1 else "the first request at once"
    return "it at once" if draft.requests == 1 else "them at once"


def _sample_words(draft: Draft) -> str:
    if not draft.sample:
        return ""
    return f" {number(draft.sample)} requests go first. Your approval covers all {number(draft.requests)}."
