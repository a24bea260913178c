"""The board of the Home tab."""

from collections.abc import Sequence

from bot.api.models import RETENTION
from bot.commands.base import Permission
from bot.commands.create import Create
from bot.commands.help import HelpCommand
from bot.commands.home import EXPIRES_WITHIN, HomeBoard, HomeOutcome, HomeShown
from bot.commands.list import List
from bot.pricing.amounts import format_amount, format_limit, format_usd
from bot.ui.components.batch_rows import ListedBatch, batch_rows, list_batches, open_menu
from bot.ui.components.buttons import actions, button
from bot.ui.components.draft_question import unread_words
from bot.ui.components.text import (
    code,
    context,
    date,
    header,
    number,
    quantity,
    section,
)
from bot.ui.components.waiting import own_approvals, running_lists, waiting_blocks, waiting_words
from bot.ui.reply import Block, Message, Viewer


def render_home(outcome: HomeOutcome, viewer: Viewer) -> Message:
    """Return the board: what waits for the viewer comes first, then what runs, and the rest."""
    running = list_batches(outcome.running, viewer.names, viewer.now)
    ended = list_batches(outcome.ended, viewer.names, viewer.now)
    expiring = list_batches(outcome.expiring, viewer.names, viewer.now)
    title = _running_title(outcome)
    lists = running_lists(outcome.waiting.running, viewer) if outcome.waiting else []
    blocks = [
        *_first_run(viewer),
        *_waiting_for_you(outcome, viewer),
        header(title),
        *(batch_rows(running) or ([] if lists else [section("Nothing is running.")])),
        *_more_running(outcome),
        *lists,
        *([header("Ended recently"), *batch_rows(ended)] if ended else []),
        *_expiring_blocks(outcome, expiring),
        *_spend_blocks(outcome),
        *actions(_buttons([*running, *ended, *expiring], viewer)),
        context(f"Updated {date(viewer.now)}"),
    ]
    waits = waiting_words(outcome.waiting, viewer) if outcome.waiting else ""
    return Message(" ".join([f"{title}.", *([f"{waits}."] if waits else [])]), tuple(blocks))


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
        "1. Ask an administrator to add your user id to the setting `BATCHDESK_OPERATORS`. "
        f"It is {code(viewer.caller.user)}.",
        "2. The administrator restarts the bot, and runs `python -m bot doctor` to check the other settings.",
        "3. You then see *Create* here, and buttons to cancel and retry on cards. Administrators also see *Delete*.",
    )
    return [header("Get started"), section("\n".join(steps))]


def _waiting_for_you(outcome: HomeShown, viewer: Viewer) -> list[Block]:
    if outcome.waiting is None:
        words = "⚠️ I can't read my records right now, so this tab shows only what runs. Press *Refresh* in a minute."
        return [header("Waiting for you"), section(words)]
    waiting = waiting_blocks(outcome.waiting, viewer)
    return [*([header("Waiting for you"), *waiting] if waiting else []), *own_approvals(outcome.waiting, viewer)]


def _expiring_blocks(outcome: HomeShown, expiring: Sequence[ListedBatch]) -> list[Block]:
    if not expiring:
        return []
    rows = [
        section(f"{each.escaped_line.bold()} · results until {date(each.batch.readable_until)}") for each in expiring
    ]
    hidden = outcome.expiring_count - len(expiring)
    more = f" {number(hidden)} more are among the older batches." if hidden else ""
    words = f"No one has downloaded these results, and they expire within {EXPIRES_WITHIN.days} days.{more}"
    older = button("List older batches", List("ended", older_than=f"{(RETENTION - EXPIRES_WITHIN).days}d"))
    return [header("Expiring soon"), *rows, section(words, older) if hidden else context(words)]


def _spend_blocks(outcome: HomeShown) -> list[Block]:
    month = outcome.month
    if month is None:
        return []
    spent = format_amount(month.spent, complete=month.is_complete)
    if outcome.budget is not None:
        spent += f" of {format_limit(outcome.budget)}"
    parts = [f"*{spent}*"]
    parts += [f"up to {format_usd(month.open.usd)} more in batches not read yet"] if month.open.usd else []
    parts += [f"the cost of {quantity(month.open.unbounded, 'sent file')} is unknown"] if month.open.unbounded else []
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
