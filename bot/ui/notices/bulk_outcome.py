"""The message at the end of a list: what happened to each batch, in one message."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.commands.list import List
from bot.commands.results import Results
from bot.commands.status import Status
from bot.operations.find_batch import PREFIX, Reference
from bot.operations.result_files import ResultFileKind
from bot.store.records.bulks import Bulk, BulkItem, ItemState
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import SHORT_ID_LENGTH, bold_id_name
from bot.ui.components.text import (
    SECTION_LIMIT,
    code,
    context,
    file_size,
    mention,
    number,
    quantity,
    safe_text,
    section,
)
from bot.ui.reply import Block, Message

_UNDONE = {"delete": "Not deleted", "cancel": "Not canceled"}
_GROUPS = {
    "gone": "*Skipped*, no longer there",
    "changed": "*Skipped*, changed since you were asked",
    "label": "*Skipped*, label changed",
    "owner": "*Skipped*, owner changed",
    "ended": "*Skipped*, already ended",
    "canceling": "*Skipped*, already being canceled",
    "no_results": "*Skipped*, no results left to save",
    "stopped": "*Skipped*, you stopped",
    "not_permitted": "*Skipped*, you may no longer do this",
    "lapsed": "*Skipped*, I was away for too long",
    "api": "API error",
    "not_done": "still there after the API's answer was lost",
    "restarted": "I was restarted while I saved the results",
    "unreadable": "I couldn't read all results",
    "incomplete": "the results file doesn't match the counts",
    "too_large": "the results are too large for Slack",
    "slack": "Slack refused the file",
    "unconfirmed": "Slack didn't confirm the file",
}
_AGAIN = "To try again, type the command again."
_ALONE = {
    "gone": "It no longer exists.",
    "changed": f"It changed since you were asked. {_AGAIN}",
    "label": f"Its label changed since you were asked. {_AGAIN}",
    "owner": f"Its owner changed since you were asked. {_AGAIN}",
    "ended": "It had already ended.",
    "canceling": "It was already being canceled.",
    "no_results": "Its results are no longer available, so I couldn't save them. You can delete it without saving.",
    "stopped": "You pressed *Stop* first.",
    "not_permitted": "You may no longer delete batches. Ask an administrator.",
    "lapsed": f"I was away for too long after you confirmed. {_AGAIN}",
    "api": f"The API didn't accept it. {_AGAIN}",
    "not_done": f"The API didn't answer, and the batch is still there. {_AGAIN}",
    "restarted": "I was restarted while saving its results. If the file isn't in our direct messages, type the command "
    "again.",
    "unreadable": f"I couldn't read all of its results, so I sent no file. {_AGAIN}",
    "incomplete": "Its results file doesn't match its counts, so I sent no file. *Open* shows the batch and what "
    "you can still download.",
    "too_large": "Its results are too large to save this way. Press *Download* for a compressed file.",
    "slack": f"Slack refused the file of its results. {_AGAIN} If Slack refuses it again, ask a Slack administrator.",
    "unconfirmed": "Slack doesn't confirm that the whole file arrived. If it isn't in our direct messages, type "
    "the command again.",
}
_MOST_SPOKEN = 5
_NAME = 60
_SHORT_NAME = 24
_LONG_LIST = 50
"""Batches of a list in which names are shortened, so that one message holds them all."""


class _Group(NamedTuple):
    """Batches that met the same."""

    head: str
    names: list[str]

    def spoken(self) -> str:
        """Return the first few names, for a notification."""
        more = len(self.names) - _MOST_SPOKEN
        names = ", ".join([*self.names[:_MOST_SPOKEN], *([f"and {number(more)} more"] if more > 0 else [])])
        return f"{self.head}: {names}."

    def sections(self) -> Iterator[Block]:
        """Yield as many sections as the names need. Slack folds long ones."""
        line = f"{self.head}: {self.names[0]}"
        for name in self.names[1:]:
            if len(line) + len(name) > SECTION_LIMIT - 10:
                yield section(f"{line},", folded=True)
                line = name
            else:
                line = f"{line}, {name}"
        yield section(line, folded=True)


def render_bulk_outcome(bulk: Bulk, items: Sequence[BulkItem]) -> Message:
    """Return what happened to each batch of a list, the exceptions first."""
    if len(items) == 1 and bulk.saves:
        return _render_saved_one(items[0])
    title = f"{'🗑️' if bulk.verb == 'delete' else '⏹️'} *{count_words(bulk, items)}*"
    groups = [*_groups(bulk, items)]
    listed = [block for group in groups for block in group.sections()]
    all_batches = actions([button("All batches", List())])
    text = " ".join([title, *(group.spoken() for group in groups)])
    return Message(text, (section(title), *listed, context(_typed(bulk)), *all_batches), public=True)


def render_bulk_audit_line(bulk: Bulk, items: Sequence[BulkItem]) -> Message:
    """Return the line for the audit channel: who had typed what, and how many batches it changed."""
    place = f" in <#{bulk.channel_id}>" if bulk.channel_id else ""
    states = {item.state for item in items}
    mark = "✅" if "done" in states and states.isdisjoint(("failed", "unknown")) else "⚠️"
    by = next((item.detail for item in items if item.reason == "stopped_by" and item.detail), None)
    stopped = f" · stopped by {mention(by)}" if by else ""
    text = f"{mark} {mention(bulk.user_id)}{place}: {_typed(bulk)} → {count_words(bulk, items)}{stopped}"
    return Message(text, (section(text),), public=True)


def _typed(bulk: Bulk) -> str:
    return f"{code(f'/batch {bulk.command}', 200)}{' · results saved first' if bulk.saves else ''}"


def count_words(bulk: Bulk, items: Sequence[BulkItem]) -> str:
    """Return `35 of 37 batches deleted · 2 skipped`."""
    total = len(items)
    done = _count(items, "done")
    some = f"{number(done)} of {quantity(total, 'batch', 'batches')}"
    every = "both batches" if total == 2 else f"all {quantity(total, 'batch', 'batches')}"
    which = every if done == total and total > 1 else some
    parts = [f"Cancel requested for {which}" if bulk.verb == "cancel" else f"{which[0].upper()}{which[1:]} deleted"]
    for state, word in (("skipped", "skipped"), ("failed", "failed"), ("unknown", "unknown")):
        if count := _count(items, state):
            parts.append(f"{number(count)} {word}")
    return " · ".join(parts)


def _count(items: Iterable[BulkItem], state: str) -> int:
    return sum(item.state == state for item in items)


def _groups(bulk: Bulk, items: Sequence[BulkItem]) -> Iterator[_Group]:
    """Yield a group for each reason, and then what was done."""
    longest = _NAME if len(items) <= _LONG_LIST else _SHORT_NAME
    reasons: dict[tuple[ItemState, str | None, bool], list[BulkItem]] = {}
    for item in items:
        if item.state != "done":
            reasons.setdefault((item.state, item.reason, item.file_id is not None), []).append(item)
    for several in reasons.values():
        head = _group_head(bulk, several[0])
        yield _Group(head, [f"{_name(item, longest)}{_detail(item)}" for item in several])
    if done := [item for item in items if item.state == "done"]:
        head = "*Saved and deleted*" if bulk.saves else "*Deleted*" if bulk.verb == "delete" else "*Cancel requested*"
        yield _Group(head, [_name(item, longest) for item in done])


def _group_head(bulk: Bulk, item: BulkItem) -> str:
    """Return what happened to the batches that met the same as this one."""
    saved = ", results saved" if item.file_id is not None else ""
    if item.state == "unknown":
        return f"*Unknown*, the API didn't answer{saved}"
    if item.reason == "stopped_by":
        return f"*Skipped*, {mention(item.detail or '')} stopped the list"
    words = _GROUPS.get(item.reason or "", "reason unknown")
    return words if item.state == "skipped" else f"*{_UNDONE[bulk.verb]}*, {words}{saved}"


def _name(item: BulkItem, longest: int) -> str:
    id = code(item.batch_id.removeprefix(PREFIX)[:SHORT_ID_LENGTH])
    return f"{safe_text(item.name, longest)} {id}" if item.name else id


def _detail(item: BulkItem) -> str:
    detail = _error(item)
    return f" ({code(detail, 120)})" if detail else ""


def _error(item: BulkItem) -> str | None:
    """Return the error that is known. What was skipped, or interrupted by a restart, is explained by its reason."""
    return None if item.state == "skipped" or item.reason == "restarted" else item.detail


def _why_alone(item: BulkItem) -> str:
    if item.reason == "stopped_by":
        return f"{mention(item.detail or '')} pressed *Stop* first."
    return _ALONE.get(item.reason or "", "")


def _render_saved_one(item: BulkItem) -> Message:
    """Return what happened to the one batch whose results were to be saved before its delete, and how far it got."""
    name = f"*{safe_text(item.name, 80)}*" if item.name else bold_id_name(item.batch_id)
    saved = ""
    if item.file_name is not None:
        results = quantity(item.file_lines or 0, "result")
        saved = f"📄 {code(item.file_name)} · {results} · {file_size(item.file_bytes or 0)}"
    if item.state == "done":
        words = f"🗑️ Saved and deleted {name}.\n{saved}"
        return Message(words, (section(words), context(code(item.batch_id))), public=True)
    if item.state == "unknown":
        happened = f"⚠️ I don't know whether {name} was deleted, because the API didn't answer. Press *Open* to check."
    else:
        happened = f"⚠️ {name} was not deleted. {_why_alone(item)}".strip()
    error = _error(item)
    detail = f"Error: {code(error, 120)}" if error else ""
    words = "\n".join(filter(None, [happened, detail, f"Saved: {saved}" if saved else ""]))
    reference = Reference(item.batch_id)
    again = button("Download", Results(reference, ResultFileKind.JSONL)) if item.reason == "too_large" else None
    look = actions([again, button("Open", Status(reference))])
    return Message(words, (section(words), context(code(item.batch_id)), *look), public=True)
