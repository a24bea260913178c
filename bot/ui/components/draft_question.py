"""How a draft looks before it becomes a batch: the question, the second yes, and why it goes on no more."""

from msgspec.structs import replace

from bot.commands.approve import Approve, ApproveChange
from bot.commands.draft_change import SendChange
from bot.commands.drop import Drop
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.confirmations import ConfirmationNeeded
from bot.operations.find_batch import Reference
from bot.operations.split_sample import sample_size
from bot.requests.estimate import load_estimate
from bot.store.records.drafts import UNSENT_LIFETIME, Draft
from bot.store.transactions.split_draft import CANARY
from bot.ui.components.buttons import actions, button
from bot.ui.components.estimate import cost_breakdown, cost_line
from bot.ui.components.file_problems import short_file_name, warning_lines
from bot.ui.components.retry import left_out_lines, unreadable_failures_words
from bot.ui.components.text import code, context, date, file_size, header, mention, number, quantity, safe_text, section
from bot.ui.reply import Block, Message, Viewer

MOST_RETRIES_NAMED = 5


def render_send_question(change: SendChange, question: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Ask whether to send: what, where, as whom, at what cost."""
    draft = change.draft
    title = f"Send {'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')} as a new batch?"
    buttons = [*_yes_buttons(change, question), *_other_choices(change), button("Drop", Drop(draft.id), renew=True)]
    blocks = (
        header(title),
        section(_request_words(draft, viewer)),
        section(cost_breakdown(load_estimate(draft.estimate))),
        *_warnings_section(_send_warnings(change)),
        *actions(buttons),
        context(_terms_line(draft, question)),
    )
    gate = " It is above the limit: somebody else has to approve it." if change.needs_approval else ""
    return Message(f"{title} {cost_line(load_estimate(draft.estimate))}.{gate}", blocks)


def _terms_line(draft: Draft, question: ConfirmationNeeded) -> str:
    none = "Nothing of this was sent yet." if draft.whole_id else "Nothing was sent yet."
    later = f"Later, until {date(draft.changed_at + UNSENT_LIFETIME)}: {code(f'/batch send {draft.id}')}."
    return f"Only you can answer, once, until {date(question.expires_at)}. {none} {later}"


def _yes_buttons(change: SendChange, question: ConfirmationNeeded) -> list[Block]:
    """Return the buttons that confirm: all of it, and a sample first where that is worth it."""
    draft = change.draft
    asked = question.confirmation_id
    yes_words = "Ask for approval" if change.needs_approval else "Send"
    buttons = [button(yes_words, Send(draft.id), style="primary", renew=True, confirmation=asked)]
    if (count := sample_size(draft)) is not None:
        words = f"{yes_words}: {count} first" if change.needs_approval else f"Send {count} first"
        buttons.append(button(words, Send(draft.id, first=True), renew=True, confirmation=asked))
    return buttons


def render_approve_question(change: ApproveChange, question: ConfirmationNeeded) -> Message:
    """Ask the second person once more, with the other retries that they would not know of otherwise."""
    line = code(f"/batch approve {change.draft.id}")
    terms = (
        f"Only the one who pressed Approve can answer this, once, until {date(question.expires_at)}. {line} asks again."
    )
    asked = approval_question(change.draft, _warnings_section(_retry_lines(change.retried)), question.confirmation_id)
    return replace(asked, blocks=(*asked.blocks, context(terms)))


def approval_question(draft: Draft, remarks: tuple[Block, ...] = (), confirmation: str | None = None) -> Message:
    """Ask a second person whether a draft may be sent."""
    reckoned = load_estimate(draft.estimate)
    title = f"Approve {quantity(draft.requests, 'request')}?"
    words = (
        f"{mention(draft.user_id)} wants to send *{safe_text(draft.name, 80)}* as a new batch{_sample_words(draft)}. "
        "It is above the limit, so a second person who may operate has to agree."
    )
    buttons = [
        button("Approve", Approve(draft.id), style="primary", renew=True, confirmation=confirmation),
        button("Refuse", Drop(draft.id), renew=True),
    ]
    blocks = (header(title), section(words), section(cost_breakdown(reckoned)), *remarks, *actions(buttons))
    return Message(f"{title} {words} {cost_line(reckoned)}.", blocks)


def _sample_words(draft: Draft) -> str:
    return f", {number(draft.sample)} of its requests first; the yes is for all of them" if draft.sample else ""


def _request_words(draft: Draft, viewer: Viewer) -> str:
    named = f", called *{safe_text(draft.label)}*" if draft.label else ""
    owner = mention(draft.owner or draft.user_id)
    kin = {"retry": "Retries what failed in", CANARY: "The rest after the sample"}.get(draft.kind or "")
    made_of = f"\n{kin} {code(draft.parent_id)}." if kin and draft.parent_id else ""
    file = f"*{safe_text(short_file_name(draft.name), 80)}*"
    whose = f"{mention(draft.user_id)}'s" if draft.approved_by == viewer.caller.user else "your"
    return (
        f"{file}: {quantity(draft.requests, 'request')}, {file_size(draft.size)}{named}. "
        f"They go to the workspace of this bot's API key, in {whose} name, with {owner} as owner.{made_of}"
    )


def _other_choices(change: SendChange) -> list[Block]:
    """Return what else the draft of a retry could hold."""
    draft = change.draft
    checked = change.checked
    if draft.kind != "retry" or draft.parent_id is None or checked is None or not checked.left_out:
        return []
    everything = Retry(Reference(draft.parent_id), everything=True, file=checked.file)
    others = number(sum(one.count for one in checked.left_out))
    return [button(f"Include the other {others} too", everything, renew=True)]


def _send_warnings(change: SendChange) -> list[str]:
    lines = []
    if change.needs_approval:
        lines.append("It is above the limit that was set: somebody else who may operate has to approve it.")
    lines += _retry_lines(change.retried)
    checked = change.checked
    if checked is None:
        return lines
    lines += warning_lines(checked.warnings)
    lines += left_out_lines(checked.left_out)
    lines += [unreadable_failures_words(checked.unread)] if checked.unread else []
    if checked.missing:
        lines.append(f"{quantity(checked.missing, 'failed request is', 'failed requests are')} not in the file")
    return lines


def _retry_lines(retried: tuple[str, ...]) -> list[str]:
    return [*map(_other_retry_line, retried[:MOST_RETRIES_NAMED]), *unnamed_retries(retried)]


def _warnings_section(lines: list[str]) -> tuple[Block, ...]:
    return (section("\n".join(f"⚠️ {line}" for line in lines)),) if lines else ()


def unnamed_retries(others: tuple[str, ...]) -> list[str]:
    """Return how many are not named."""
    count = len(others) - MOST_RETRIES_NAMED
    return [f"and {number(count)} more"] if count > 0 else []


def _other_retry_line(other: str) -> str:
    if other.startswith("draft "):
        return f"{code(other, 60)} may retry failures of the same batch: it is being sent, or its answer was lost"
    return f"{code(other, 60)} retries failures of the same batch already"
