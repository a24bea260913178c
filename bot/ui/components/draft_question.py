"""What the questions about a draft share: its name, its facts, and the limits that it exceeds."""

from typing import Literal

from bot.commands.retry import RETRY_OF
from bot.operations.approval import BudgetUse, LimitExceeded, MonthSpend, Sent
from bot.pricing.amounts import format_amount, format_limit, format_usd
from bot.requests.estimate import load_estimate
from bot.store.records.drafts import Draft
from bot.store.transactions.split_draft import CANARY
from bot.ui.components.estimate import estimate_lines
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import escape, file_size, mention, number, one_line, quantity, safe_text

_ORIGINS = {"retry": "Retry of", CANARY: "Remaining requests after the sample"}
MOST_APPROVERS = 5
"""People or user groups that one question mentions."""


def draft_name(draft: Draft) -> str:
    """Return the name of the file in bold, as a link where Slack has an address of it."""
    name = safe_text(draft.name, 60)
    if draft.permalink is None or not draft.permalink.startswith(("https://", "http://")):
        return f"*{name}*"
    address = escape(one_line(draft.permalink, 500)).replace("|", "%7C")
    return f"*<{address}|{name.replace('|', 'ǀ')}>*"


def draft_facts(draft: Draft) -> str:
    """Return the facts that matter for a yes: file, size, label, owner, origin, models and cost."""
    first = [draft_name(draft), file_size(draft.size)]
    first += [f"label *{safe_text(draft.label, 60)}*"] if draft.label else []
    first += [f"owner {mention(draft.owner)}"] if draft.owner and draft.owner != draft.user_id else []
    lines = [" · ".join(first)]
    origin = _ORIGINS.get(draft.kind or "")
    is_named_after_origin = draft.name.startswith(RETRY_OF)
    lines += (
        [f"{origin} {bold_id_name(draft.parent_id)}"]
        if origin and draft.parent_id and not is_named_after_origin
        else []
    )
    lines += [parts_line(draft)] if draft.parts is not None else []
    return "\n".join([*lines, *estimate_lines(load_estimate(draft.estimate))])


def parts_line(draft: Draft) -> str:
    """Return how many batches a divided draft becomes."""
    count = draft.parts or 1
    return f"*Batches:* {number(count)}, sent one after the other" if count > 1 else "*Batches:* 1"


def limit_words(exceeded: LimitExceeded | None, whose: Literal["your", "their"]) -> str:
    """Return which limits a draft exceeds, with what was sent; an empty string if the limits have been raised since."""
    if exceeded is None:
        return ""
    sent = exceeded.sent
    limits = []
    if exceeded.requests is not None:
        already = f" ({number(sent.requests)} sent)" if sent.requests else ""
        limits.append(f"{quantity(exceeded.requests, 'request')}{already}")
    if exceeded.dollars is not None:
        limits.append(f"{format_limit(exceeded.dollars)}{_sent_words(sent)}")
    subject = "The whole file" if exceeded.is_part else "This file"
    sentences = []
    if limits:
        would = "may" if exceeded.is_unbounded and exceeded.requests is None else "would"
        take = f"{would} take {'them' if whose == 'their' else 'you'} over {whose}"
        sentences.append(f"{subject} {take} 24-hour limit{'s' if len(limits) > 1 else ''} of {' and '.join(limits)}.")
    if (use := exceeded.budget) is not None:
        if limits:
            subject = "It"
        verb = f"{'may' if use.after is None else 'would'} exceed"
        sentences.append(f"{subject} {verb} the monthly budget of {format_limit(use.budget)}.")
    if exceeded.is_unbounded:
        sentences.append("Its full cost is unknown.")
    return " ".join(sentences)


def _sent_words(sent: Sent) -> str:
    parts = [format_usd(sent.usd)] if sent.usd else []
    parts += [f"{quantity(sent.unbounded, 'file')} of unknown cost"] if sent.unbounded else []
    return f" ({' and '.join(parts)} sent)" if parts else ""


def budget_lines(use: BudgetUse | None) -> list[str]:
    """Return the use of the monthly budget, or nothing without one."""
    if use is None:
        return []
    month = use.month
    amount = format_amount(month.spent, complete=month.is_complete)
    spent = "an unknown amount spent" if amount == "unknown" else f"{amount} spent"
    opened = f", up to {format_usd(month.open.usd)} more in batches not read yet" if month.open.usd else ""
    opened += f", {quantity(month.open.unbounded, 'file')} of unknown cost" if month.open.unbounded else ""
    opened += f", {unread_words(month)}" if month.unread else ""
    limit = format_limit(use.budget)
    use_words = limit
    if use.after is not None:
        use_words = f"up to {format_usd(use.after)} of {limit} with this file"
    return [f"*Budget this month:* {use_words} ({spent}{opened})"]


def unread_words(month: MonthSpend) -> str:
    """Return how many unread batches are in no sum, after those that are in one."""
    more = "more " if month.open.usd else ""
    return f"{quantity(month.unread, f'{more}unread batch', f'{more}unread batches')} without an estimate"


def budget_warnings(use: BudgetUse | None) -> list[str]:
    """Return a warning if a file may use most of the budget and needs no approval for that."""
    if use is None or use.after is None or use.is_exceeded or not use.is_near:
        return []
    percent = int(use.after * 100 / use.budget)
    return [f"With this file, up to {percent}% of the monthly budget is used."]


def approver_words(approvers: tuple[str, ...], asker: str) -> str:
    """Return who must approve. People and user groups are mentioned once; the operators are not."""
    if not approvers:
        return f"Someone other than {mention(asker)} must approve."
    mentions = [f"<!subteam^{one}>" if one.startswith("S") else f"<@{one}>" for one in approvers[:MOST_APPROVERS]]
    return f"{' or '.join(mentions)} must approve."


def draft_line(draft: Draft, total: int | None = None) -> str:
    """Return the file and its requests on one line; `total`: the requests of the whole, if only a part is sent."""
    requests = quantity(draft.requests, "request")
    if total is not None and total != draft.requests:
        requests = f"{number(draft.requests)} of {quantity(total, 'request')} first"
    return f"{safe_text(draft.name, 60)} · {requests}"
