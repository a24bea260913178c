"""The board of the Home tab."""

from collections.abc import Sequence

from bot.commands.approve import Approve
from bot.commands.base import Permission
from bot.commands.create import Create
from bot.commands.help import HelpCommand
from bot.commands.home import EXPIRES_WITHIN, HomeBoard, HomeOutcome, HomeShown, Waiting
from bot.commands.list import List
from bot.commands.preview import Preview
from bot.commands.registry import parse
from bot.commands.send import Send
from bot.errors import ExpectedError
from bot.pricing.amounts import format_amount, format_limit, format_usd
from bot.requests.estimate import load_estimate
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from bot.ui.components.batch_rows import ListedBatch, batch_rows, list_batches, open_menu
from bot.ui.components.buttons import actions, button
from bot.ui.components.draft_question import draft_name, unread_words
from bot.ui.components.estimate import cost_words
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import (
    code,
    context,
    date,
    header,
    mention,
    number,
    quantity,
    safe_text,
    section,
    short_date,
)
from bot.ui.reply import Block, Message, Viewer

MOST_WAITING = 3
"""Approvals, drafts and questions that are shown, each."""


def render_home(outcome: HomeOutcome, viewer: Viewer) -> Message:
    """Return the board: what waits for the viewer comes first, then what runs, and the rest."""
    running = list_batches(outcome.running, viewer.names, viewer.now)
    ended = list_batches(outcome.ended, viewer.names, viewer.now)
    expiring = list_batches(outcome.expiring, viewer.names, viewer.now)
    title = _running_title(outcome)
    waiting = _waiting_blocks(outcome.waiting, viewer)
    blocks = [
        *_first_run(viewer),
        *([header("Waiting for you"), *waiting] if waiting else []),
        *_own_approvals(outcome.waiting, viewer),
        header(title),
        *(batch_rows(running) or [section("Nothing is running.")]),
        *_more_running(outcome),
        *([header("Ended recently"), *batch_rows(ended)] if ended else []),
        *_expiring_blocks(outcome, expiring),
        *_spend_blocks(outcome),
        *actions(_buttons([*running, *ended, *expiring], viewer)),
        context(f"Updated {date(viewer.now)}"),
    ]
    spoken = [f"{title}.", *(["Something waits for you."] if waiting and outcome.waiting else [])]
    return Message(" ".join(spoken), tuple(blocks))


def _running_title(outcome: HomeShown) -> str:
    return f"Running ({number(outcome.running_count)})" if outcome.running_count else "Running"


def _more_running(outcome: HomeShown) -> list[Block]:
    hidden = outcome.running_count - len(outcome.running)
    if hidden:
        return [context(f"{number(hidden)} more. *List* shows them.")]
    return [context("Older batches may be running too. *List* shows them.")] if outcome.more else []


def _first_run(viewer: Viewer) -> list[Block]:
    """Return how to begin while no one may operate; nothing later."""
    if viewer.someone_operates:
        return []
    steps = (
        "*Welcome to Batchdesk.* Everyone can see batches here. No one can change them yet.",
        "1. An administrator sets `BATCHDESK_OPERATORS` to the ids of the people who may. "
        f"Yours is {code(viewer.caller.user)}.",
        "2. They restart the bot, and check the rest with `python -m bot doctor`.",
        "3. Then *Create* appears here, and cards have buttons to cancel, retry and delete.",
    )
    return [header("Get started"), section("\n".join(steps))]


def _waiting_blocks(waiting: Waiting | None, viewer: Viewer) -> list[Block]:
    if waiting is None:
        return [
            section("⚠️ I can't read my records right now, so approvals, questions and unsent files are missing here.")
        ]
    blocks: list[Block] = []
    if Permission.APPROVE in viewer.permissions:
        approvals = [draft for draft in waiting.approvals if draft.user_id != viewer.caller.user]
        blocks += [block for draft in approvals[:MOST_WAITING] for block in _approval(draft)]
        blocks += _more(len(approvals), "approval", "answer")
    blocks += [_question(question, viewer) for question in waiting.questions[:MOST_WAITING]]
    blocks += _more(len(waiting.questions), "question", "answer")
    if Permission.OPERATE in viewer.permissions:
        blocks += [_draft(draft) for draft in waiting.drafts[:MOST_WAITING]]
        blocks += _more(len(waiting.drafts), "unsent file", "send or discard")
    return blocks


def _more(count: int, noun: str, verb: str) -> list[Block]:
    """Return how many are not shown, and when they will be."""
    hidden = count - MOST_WAITING
    if hidden <= 0:
        return []
    appear = "appears" if hidden == 1 else "appear"
    return [context(f"{quantity(hidden, f'more {noun}')} {appear} here as you {verb} these.")]


def _approval(draft: Draft) -> list[Block]:
    name = f"the first request of {safe_text(draft.name, 40)}"
    buttons = [
        button("Approve", Approve(draft.id), spoken=f"Approve {safe_text(draft.name, 60)}"),
        button("Preview", Preview(draft.id), spoken=f"Preview {name}"),
    ]
    row = f"✋ {draft_name(draft)} · {_draft_facts(draft)} · {mention(draft.user_id)} asks for approval"
    return [section(row), *actions(buttons)]


def _question(question: StoredConfirmation, viewer: Viewer) -> Block:
    names = viewer.names.get(question.subject)
    label = (names.label or names.file_name) if names is not None else None
    name = f"*{safe_text(label, 60)}*" if label else bold_id_name(question.subject)
    verb = question.command.partition(" ")[0].capitalize()
    row = f"❓ {safe_text(verb, 20)} {name}? · asked {short_date(question.asked_at, viewer.now)}"
    try:
        command = parse(question.command)
    except ExpectedError:  # a command of a newer version
        return section(row)
    return section(row, button("Answer", command))


def _draft(draft: Draft) -> Block:
    row = f"📄 {draft_name(draft)} · {_draft_facts(draft)} · checked, not sent"
    return section(row, button("Send", Send(draft.id), spoken=f"Send {safe_text(draft.name, 60)}"))


def _draft_facts(draft: Draft) -> str:
    return f"{quantity(draft.requests, 'request')} · {cost_words(load_estimate(draft.estimate))}"


def _own_approvals(waiting: Waiting | None, viewer: Viewer) -> list[Block]:
    own = [draft for draft in waiting.approvals if draft.user_id == viewer.caller.user] if waiting else []
    if not own:
        return []
    names = ", ".join(safe_text(draft.name, 60) for draft in own[:MOST_WAITING])
    more = f" and {number(len(own) - MOST_WAITING)} more" if len(own) > MOST_WAITING else ""
    return [context(f"Waiting for someone else's approval: {names}{more}")]


def _expiring_blocks(outcome: HomeShown, expiring: Sequence[ListedBatch]) -> list[Block]:
    if not expiring:
        return []
    rows = [
        section(f"{each.escaped_line.bold()} · results until {date(each.batch.readable_until)}") for each in expiring
    ]
    hidden = outcome.expiring_count - len(expiring)
    more = f" {number(hidden)} more: *List* shows them." if hidden else ""
    note = context(f"No one has downloaded these results, and they expire within {EXPIRES_WITHIN.days} days.{more}")
    return [header("Expiring soon"), *rows, note]


def _spend_blocks(outcome: HomeShown) -> list[Block]:
    month = outcome.month
    if month is None:
        return []
    spent = format_amount(month.spent, complete=month.is_complete)
    if outcome.budget is not None:
        spent += f" of {format_limit(outcome.budget)}"
    parts = [f"*{spent}*"]
    parts += [f"up to {format_usd(month.open.usd)} more in batches not read yet"] if month.open.usd else []
    parts += [f"{quantity(month.open.unbounded, 'file')} of unknown cost"] if month.open.unbounded else []
    parts += [unread_words(month)] if month.unread else []
    note = context("A batch counts as soon as its results are read.")
    return [header("Spend this month"), section(" · ".join(parts)), note]


def _buttons(listed: Sequence[ListedBatch], viewer: Viewer) -> list[Block | None]:
    once = list({each.batch.id: each for each in listed}.values())
    create = button("Create", Create(), style="primary") if Permission.OPERATE in viewer.permissions else None
    return [
        create,
        button("List", List()),
        button("Help", HelpCommand()),
        button("Refresh", HomeBoard(), renew=True),
        open_menu(once),
    ]
