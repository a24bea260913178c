"""What waits for a person, and the lists of batches under way: on the Home tab and in the answer to `/batch` alone."""

from collections.abc import Sequence

from bot.commands.approve import Approve
from bot.commands.base import Permission
from bot.commands.preview import Preview
from bot.commands.registry import parse
from bot.commands.send import Send
from bot.commands.stop_list import StopList
from bot.errors import ExpectedError
from bot.operations.waiting import Waiting
from bot.requests.estimate import load_estimate
from bot.store.records.bulks import BULK_PREFIX, RunningList
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.draft_question import draft_name
from bot.ui.components.estimate import cost_words
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import context, join_words, mention, number, quantity, safe_text, section, short_date
from bot.ui.reply import Block, Viewer

MOST_WAITING = 3
"""Approvals, drafts, questions and lists under way that are shown, each."""


def waiting_blocks(waiting: Waiting, viewer: Viewer) -> list[Block]:
    """Return what the viewer can answer, with the buttons for it; nothing if nothing waits."""
    approvals, drafts = _list_approvals(waiting, viewer), _list_drafts(waiting, viewer)
    blocks = [block for draft in approvals[:MOST_WAITING] for block in _approval(draft)]
    blocks += _more(len(approvals), "approval", "answer")
    blocks += [_question(question, waiting, viewer) for question in waiting.questions[:MOST_WAITING]]
    blocks += _more(len(waiting.questions), "question", "answer")
    blocks += [_draft(draft) for draft in drafts[:MOST_WAITING]]
    return blocks + _more(len(drafts), "unsent file", "send or discard")


def waiting_words(waiting: Waiting, viewer: Viewer) -> str:
    """Return `Waiting for you: 1 approval and 2 questions`, or an empty string."""
    counts = (
        (len(_list_approvals(waiting, viewer)), "approval"),
        (len(waiting.questions), "question"),
        (len(_list_drafts(waiting, viewer)), "unsent file"),
    )
    parts = [quantity(count, noun) for count, noun in counts if count]
    return f"Waiting for you: {join_words(parts)}" if parts else ""


def own_approvals(waiting: Waiting, viewer: Viewer) -> list[Block]:
    """Return what the viewer sent that waits for someone else."""
    own = [draft for draft in waiting.approvals if draft.user_id == viewer.caller.user]
    if not own:
        return []
    names = ", ".join(safe_text(draft.name, 60) for draft in own[:MOST_WAITING])
    more = f" and {number(len(own) - MOST_WAITING)} more" if len(own) > MOST_WAITING else ""
    return [context(f"Sent by you, waiting for others to approve: {names}{more}")]


def running_lists(running: Sequence[RunningList], viewer: Viewer) -> list[Block]:
    """Return the lists that are being deleted or canceled. Their person may stop them, and so may administrators."""
    rows = [_running_list(each, viewer) for each in running[:MOST_WAITING]]
    hidden = len(running) - len(rows)
    return [*rows, *([context(f"{quantity(hidden, 'more list')} of batches under way")] if hidden else [])]


def _running_list(running: RunningList, viewer: Viewer) -> Block:
    bulk = running.bulk
    begun = "🗑️ Deleting" if bulk.verb == "delete" else "🟠 Canceling"
    batches = quantity(running.count, "batch", "batches")
    row = f"{begun} {batches} · {number(running.settled)} done · {mention(bulk.user_id)}"
    is_own = bulk.user_id == viewer.caller.user
    if not is_own and Permission.ADMINISTER not in viewer.permissions:
        return section(row)
    return section(row, button("Stop", StopList(bulk.id, other=not is_own), spoken="Stop this list of batches"))


def _list_approvals(waiting: Waiting, viewer: Viewer) -> list[Draft]:
    if Permission.APPROVE not in viewer.permissions:
        return []
    return [draft for draft in waiting.approvals if draft.user_id != viewer.caller.user]


def _list_drafts(waiting: Waiting, viewer: Viewer) -> Sequence[Draft]:
    return waiting.drafts if Permission.OPERATE in viewer.permissions else ()


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


def _question(question: StoredConfirmation, waiting: Waiting, viewer: Viewer) -> Block:
    is_list = question.subject.startswith(BULK_PREFIX) and "--list" in question.command
    asks_again = question.command.startswith("delete --list")
    verb = safe_text(question.command.partition(" ")[0].capitalize(), 20)
    what = quantity(waiting.sizes.get(question.subject, 0), "batch", "batches") if is_list else _name(question, viewer)
    row = f"❓ {verb} {what}? · asked {short_date(question.asked_at, viewer.now)}"
    try:
        command = parse(f"{question.command} --again" if asks_again else question.command)
    except ExpectedError:  # a command of a newer version
        return section(row)
    return section(row, button("Answer", command))


def _name(question: StoredConfirmation, viewer: Viewer) -> str:
    """Return the name of the batch. If it is saved before its delete, only the command has its id."""
    is_saved = question.subject.startswith(BULK_PREFIX)
    batch_id = question.command.rpartition(" ")[2] if is_saved else question.subject
    return bold_id_name(batch_id, viewer.names.get(batch_id))


def _draft(draft: Draft) -> Block:
    row = f"📄 {draft_name(draft)} · {_draft_facts(draft)} · checked, not sent"
    return section(row, button("Send", Send(draft.id), spoken=f"Send {safe_text(draft.name, 60)}"))


def _draft_facts(draft: Draft) -> str:
    return f"{quantity(draft.requests, 'request')} · {cost_words(load_estimate(draft.estimate))}"
