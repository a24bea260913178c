"""The card of a batch, and its short form for a row in a list."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter

from msgspec import Struct

from bot.api.models import MessageBatch, RequestCounts
from bot.commands.base import Permission
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.results import Results
from bot.commands.retry import Retry
from bot.commands.status import Status
from bot.commands.watch import Unwatch, Watch
from bot.operations.find_batch import PREFIX, Reference
from bot.operations.result_files import ResultFileKind
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import actions, button, fits_slack
from bot.ui.components.name_lines import has_family, note_line, owner_parts, relative_lines
from bot.ui.components.text import (
    code,
    context,
    date,
    duration,
    header,
    number,
    one_line,
    quantity,
    safe_text,
    section,
    utc,
)
from bot.ui.reply import Block, Viewer

SHORT_ID_LENGTH = 10
MOST_PEOPLE = 5
"""People names on a card. The others are a number."""
BAR_LENGTH = 10
_OUTCOMES = (("succeeded", "🟩"), ("errored", "🟥"), ("expired", "🟪"), ("canceled", "🟧"), ("processing", "⬜"))


class Verdict(Struct, frozen=True):
    """The state of a batch in a few words, with its emoji."""

    emoji: str
    words: str


def verdict(batch: MessageBatch) -> Verdict:
    """Return the state in words. Never "completed": a batch whose requests all failed has ended, too."""
    counts = batch.request_counts
    match batch.processing_status:
        case "in_progress":
            return Verdict("🔵", "in progress")
        case "canceling":
            return Verdict("🟠", "canceling: some requests may still finish")
        case "ended":
            words = _ended_verdict(counts)
        case unknown:
            return Verdict("⚪", f"status {unknown}")
    if batch.archived_at is not None:
        return Verdict("🗄️", f"{words}; results are no longer available")
    if counts.succeeded == counts.total:
        return Verdict("✅", words)
    return Verdict("⚠️" if counts.succeeded else "❌", words)


def _ended_verdict(counts: RequestCounts) -> str:
    total = counts.total
    if total == 0:
        return "ended without requests"
    if counts.succeeded == total:
        return f"all {number(total)} succeeded" if total > 1 else "its one request succeeded"
    leading = _largest_failure(counts)
    if counts.succeeded:
        return f"{number(counts.succeeded)} of {number(total)} succeeded, {leading}"
    return f"none of {number(total)} succeeded, {leading}"


def _largest_failure(counts: RequestCounts) -> str:
    failures = (
        (counts.errored, "errored"),
        (counts.expired, "expired"),
        (counts.canceled, "canceled"),
        (counts.processing, "processing"),
    )
    count, name = max(failures, key=itemgetter(0))
    return f"{number(count)} {name}"


def short_id(batch: MessageBatch) -> str:
    """Return the first characters of the id, enough to type as a reference."""
    return one_line(batch.id.removeprefix(PREFIX), 4 * SHORT_ID_LENGTH)[:SHORT_ID_LENGTH]


def outcome_bar(counts: RequestCounts) -> str:
    """Return ten squares in proportion to the counts; every count above zero has at least one."""
    present = [(getattr(counts, name), square) for name, square in _OUTCOMES if getattr(counts, name) > 0]
    if not present:
        return ""
    total = sum(count for count, _ in present)
    shares = [count * BAR_LENGTH / total for count, _ in present]
    squares = [max(1, int(share)) for share in shares]
    while sum(squares) != BAR_LENGTH:
        step = 1 if sum(squares) < BAR_LENGTH else -1
        gaps = [
            (share - held) * step if held + step > 0 else float("-inf")
            for share, held in zip(shares, squares, strict=True)
        ]
        squares[gaps.index(max(gaps))] += step
    return "".join(square * held for (_, square), held in zip(present, squares, strict=True))


def requests_line(batch: MessageBatch, *, gone: bool = False) -> str:
    """Return how many requests the batch has, and once it has ended how they ended.

    A batch that is `gone` will never report outcomes, so none are promised.
    """
    counts = batch.request_counts
    if not batch.has_ended:
        ahead = "" if gone else "; the API reports outcomes when the batch ends"
        return f"{quantity(counts.total, 'request')}{ahead}"
    parts = [f"{number(getattr(counts, name))} {name}" for name, _ in _OUTCOMES if getattr(counts, name)]
    return f"{quantity(counts.total, 'request')}: {', '.join(parts)}" if parts else "no requests"


def batch_times(batch: MessageBatch, show: Callable[[datetime], str], *, gone: bool = False) -> list[str]:
    """Return the times that matter in this state, each formatted by `show`. A batch that is `gone` has no deadline."""
    parts = [f"created {show(batch.created_at)}"]
    if batch.cancel_initiated_at is not None:
        parts.append(f"cancel asked {show(batch.cancel_initiated_at)}")
    if not batch.has_ended:
        return parts if gone else [*parts, f"expires {show(batch.expires_at)}"]
    if batch.ended_at is not None:
        parts.append(f"ended {show(batch.ended_at)} after {duration(batch.ended_at - batch.created_at)}")
    if batch.archived_at is not None:
        return [*parts, f"results archived {show(batch.archived_at)}"]
    return parts if gone else [*parts, f"results readable until {show(batch.readable_until)}"]


def card_facts(
    batch: MessageBatch,
    canceled_by: str | None = None,
    watchers: Sequence[str] = (),
    names: BatchNames | None = None,
    *,
    gone: bool = False,
) -> tuple[Block, ...]:
    """Return the card without its title and buttons. `canceled_by` and `watchers` are user ids.

    `gone`: the batch has been deleted.
    """
    requests = requests_line(batch, gone=gone)
    if batch.has_ended and (squares := outcome_bar(batch.request_counts)):
        requests = f"{squares}\n{requests}"
    requests = "\n".join([requests, *relative_lines(batch, names)])
    people = owner_parts(names)
    people += [f"canceled by <@{canceled_by}>"] if canceled_by else []
    if watchers:
        people.append(f"watched by {_people_line(watchers)}")
    return (
        section(f"{code(batch.id)}\n{requests}{note_line(names)}"),
        context(" · ".join([*batch_times(batch, date, gone=gone), *people])),
    )


def _people_line(users: Sequence[str]) -> str:
    more = [f"{len(users) - MOST_PEOPLE} more"] if len(users) > MOST_PEOPLE else []
    return ", ".join([*(f"<@{user}>" for user in users[:MOST_PEOPLE]), *more])


def display_name(batch: MessageBatch, names: BatchNames | None = None) -> str:
    """Return the label of the batch, or its short id."""
    return one_line(names.label, 80) if names and names.label else short_id(batch)


def card_title(batch: MessageBatch, names: BatchNames | None = None) -> str:
    """Return the first line of the card: the verdict and the display name."""
    state = verdict(batch)
    return f"{state.emoji} {state.words[0].upper()}{state.words[1:]} · {display_name(batch, names)}"


def batch_card(
    batch: MessageBatch,
    viewer: Viewer,
    canceled_by: str | None = None,
    watchers: Sequence[str] = (),
    *,
    shared: bool = False,
) -> tuple[Block, ...]:
    """Return the card: title, id, requests, times, people, and the buttons that this viewer may use in this state.

    `shared`: others see the card too, so it has the buttons for watchers and for everyone else, and Refresh keeps
    it public.
    """
    names = viewer.names.get(batch.id)
    buttons = card_buttons(batch, viewer, watchers, shared=shared)
    facts = card_facts(batch, canceled_by, watchers, names)
    return (header(card_title(batch, names)), *facts, *actions(buttons))


def card_buttons(
    batch: MessageBatch, viewer: Viewer, watchers: Sequence[str] = (), *, shared: bool = False
) -> list[Block]:
    """Return the buttons that make sense in this state and that the viewer may use."""
    reference = Reference(batch.id)
    buttons = []
    if not batch.has_ended:
        buttons.append(button("Refresh", Status(reference, public=shared), renew=True))
        is_direct = (viewer.caller.channel or "")[:1] in ("U", "W", "D")
        others = shared and not is_direct  # no one else reads direct messages
        if others or viewer.caller.user not in watchers:
            buttons.append(button("Watch", Watch(reference), spoken=f"Watch batch {short_id(batch)}"))
        if watchers if others else viewer.caller.user in watchers:
            buttons.append(button("Unwatch", Unwatch(reference), spoken=f"Watch batch {short_id(batch)} no more"))
    if batch.processing_status == "in_progress" and Permission.OPERATE in viewer.permissions:
        buttons.append(button("Cancel", Cancel(reference), spoken=f"Cancel batch {short_id(batch)}"))
    if batch.is_readable(viewer.now):
        buttons += _results_buttons(batch, viewer.names.get(batch.id))
    counts = batch.request_counts
    failed = counts.errored + counts.expired + counts.canceled
    if batch.is_readable(viewer.now) and failed and Permission.OPERATE in viewer.permissions:
        buttons.append(button("Retry failures", Retry(reference), spoken=f"Retry the failures of {short_id(batch)}"))
    if batch.has_ended and Permission.ADMINISTER in viewer.permissions:
        buttons.append(button("Delete", Delete(reference), style="danger", spoken=f"Delete batch {short_id(batch)}"))
    return buttons


def _results_buttons(batch: MessageBatch, names: BatchNames | None) -> list[Block]:
    reference = Reference(batch.id)
    buttons = [button("Results", Results(reference), spoken=f"Results of batch {short_id(batch)}")]
    if has_family(names):
        family = Results(reference, ResultFileKind.FAMILY)
        buttons.append(button("Family results", family, spoken=f"Results of {short_id(batch)} and its retries"))
    return buttons


def card_text(batch: MessageBatch, names: BatchNames | None = None) -> str:
    """Return the card as plain text for notifications and screen readers."""
    parts = [
        f"{safe_text(card_title(batch, names))} ({safe_text(batch.id)})",
        requests_line(batch),
        *batch_times(batch, utc),
    ]
    return ". ".join(parts) + "."


def card_row(batch: MessageBatch, names: BatchNames | None = None, known: Verdict | None = None) -> Block:
    """Return the short form: one section with a button that opens the card. `known`: its verdict, if computed."""
    state = known or verdict(batch)
    opens = button("Open", Status(Reference(batch.id)), spoken=f"Open batch {short_id(batch)}")
    total = quantity(batch.request_counts.total, "request")
    label = f"{safe_text(names.label, 80)} · " if names and names.label else ""
    when = "ended" if batch.has_ended and batch.ended_at else "created"
    moment = batch.ended_at if batch.has_ended and batch.ended_at else batch.created_at
    return section(
        f"{state.emoji} {label}*{safe_text(state.words)}* · {total}\n{code(batch.id)} · {when} {date(moment)}",
        opens if fits_slack(opens) else None,
    )
