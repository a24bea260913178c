"""How a draft looks before it becomes a batch: the question, the second yes, and why it goes on no more."""

from msgspec.structs import replace

from bot.commands.approve import Approve
from bot.commands.drop import Drop
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.confirmations import DraftQuestion
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


def render_draft_question(outcome: DraftQuestion, viewer: Viewer) -> Message:
    """Ask whether to send: what, where, as whom, at what cost."""
    if isinstance(outcome.command, Approve):
        return _repeat_approval_question(outcome)
    draft = outcome.draft
    title = f"Send {'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')} as a new batch?"
    buttons = [*_yes_buttons(outcome), *_other_choices(outcome), button("Drop", Drop(draft.id), renew=True)]
    blocks = (
        header(title),
        section(_request_words(draft, viewer)),
        section(cost_breakdown(load_estimate(draft.estimate))),
        *_warnings_section(outcome),
        *actions(buttons),
        context(_terms_line(outcome)),
    )
    gate = " It is above the limit: somebody else has to approve it." if outcome.by_another else ""
    return Message(f"{title} {cost_line(load_estimate(draft.estimate))}.{gate}", blocks)


def _terms_line(outcome: DraftQuestion) -> str:
    none = "Nothing of this was sent yet." if outcome.draft.whole_id else "Nothing was sent yet."
    later = (
        f"Later, until {date(outcome.draft.changed_at + UNSENT_LIFETIME)}: {code(f'/batch send {outcome.draft.id}')}."
    )
    return f"Only you can answer, once, until {date(outcome.expires_at)}. {none} {later}"


def _yes_buttons(outcome: DraftQuestion) -> list[Block]:
    """Return the buttons that say yes: to all of it, and to a sample first where that is worth it."""
    draft, asked = outcome.draft, outcome.confirmation_id
    yes_words = "Ask for approval" if outcome.by_another else "Send"
    buttons = [button(yes_words, Send(draft.id), style="primary", renew=True, confirmation=asked)]
    if (count := sample_size(draft)) is not None:
        words = f"{yes_words}: {count} first" if outcome.by_another else f"Send {count} first"
        buttons.append(button(words, Send(draft.id, first=True), renew=True, confirmation=asked))
    return buttons


def _repeat_approval_question(outcome: DraftQuestion) -> Message:
    """Ask the second person once more, with what he would not know otherwise."""
    line = code(f"/batch approve {outcome.draft.id}")
    terms = (
        f"Only the one who pressed Approve can answer this, once, until {date(outcome.expires_at)}. {line} asks again."
    )
    told = approval_question(outcome.draft, _warnings_section(outcome), outcome.confirmation_id)
    return replace(told, blocks=(*told.blocks, context(terms)))


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


def _other_choices(outcome: DraftQuestion) -> list[Block]:
    """Return what else the draft of a retry could hold."""
    draft, ready = outcome.draft, outcome.ready
    if draft.kind != "retry" or draft.parent_id is None or ready is None or not ready.left_out:
        return []
    everything = Retry(Reference(draft.parent_id), everything=True, file=ready.file)
    return [button(f"Include the other {number(sum(one.count for one in ready.left_out))} too", everything, renew=True)]


def _warnings_section(outcome: DraftQuestion) -> tuple[Block, ...]:
    lines = []
    if outcome.by_another and isinstance(outcome.command, Send):
        lines.append("It is above the limit that was set: somebody else who may operate has to approve it.")
    lines += [*map(_other_retry_line, outcome.retried[:MOST_RETRIES_NAMED]), *unnamed_retries(outcome.retried)]
    if outcome.ready is not None:
        lines += warning_lines(outcome.ready.warnings)
        lines += left_out_lines(outcome.ready.left_out)
        lines += [unreadable_failures_words(outcome.ready.unread)] if outcome.ready.unread else []
        if outcome.ready.missing:
            lines.append(
                f"{quantity(outcome.ready.missing, 'failed request is', 'failed requests are')} not in the file"
            )
    return (section("\n".join(f"⚠️ {line}" for line in lines)),) if lines else ()


def unnamed_retries(others: tuple[str, ...]) -> list[str]:
    """Return how many are not named."""
    count = len(others) - MOST_RETRIES_NAMED
    return [f"and {number(count)} more"] if count > 0 else []


def _other_retry_line(other: str) -> str:
    if other.startswith("draft "):
        return f"{code(other, 60)} may retry failures of the same batch: it is being sent, or its answer was lost"
    return f"{code(other, 60)} retries failures of the same batch already"
