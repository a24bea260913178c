"""The first line about a batch, the same wherever a batch is named: symbol, name, and the whole outcome."""

from datetime import datetime, timedelta
from operator import itemgetter

from bot.api.models import MessageBatch, RequestCounts
from bot.operations.find_batch import PREFIX
from bot.store.records.labels import BatchNames
from bot.ui.components.text import HEADER_LIMIT, duration, number, one_line, quantity, safe_text

SHORT_ID_LENGTH = 10
NAME_LIMIT = 80
_OUTCOMES = ("succeeded", "errored", "expired", "canceled", "processing")


def first_line(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the line as plain text for a header; a long name is shortened, so that no count is cut off.

    `now`: the time at which the line is read. A message that stays for hours must not say how long a batch has run.
    """
    words = state_words(batch, names, now)
    start = f"{symbol(batch, now)} "
    room = HEADER_LIMIT - len(start) - len(f" · {words}")
    return f"{start}{batch_name(batch, names, min(room, NAME_LIMIT))} · {words}"


def bold_line(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the line as mrkdwn, with the name in bold."""
    name = safe_text(batch_name(batch, names), 2 * NAME_LIMIT)
    return f"{symbol(batch, now)} *{name}* · {safe_text(state_words(batch, names, now))}"


def symbol(batch: MessageBatch, now: datetime | None = None) -> str:
    """Return the symbol of the state; for an ended batch, by the share of its requests that failed.

    Requests that were canceled on purpose count neither as failures nor as requests.
    """
    match batch.processing_status:
        case "in_progress":
            return "🔵"
        case "canceling":
            return "🟠"
        case "ended":
            pass
        case _:
            return "⚪"
    if batch.archived_at is not None or (now is not None and now >= batch.readable_until):
        return "🗄️"
    counts = batch.request_counts
    wanted = counts.total - counts.canceled
    failed = counts.errored + counts.expired
    if counts.succeeded == wanted:
        return "⏹️" if counts.canceled or not wanted else "✅"
    if 100 * failed < wanted:
        return "☑️"
    return "⚠️" if 5 * failed <= wanted else "❌"


def batch_name(batch: MessageBatch, names: BatchNames | None = None, limit: int = NAME_LIMIT) -> str:
    """Return the label, else the name of the file that was sent, else the short id; and which part of a file it is."""
    part = _part_words(batch, names) if names is not None and names.part is not None else ""
    name = (names.label or names.file_name) if names is not None else None
    return one_line(name or f"Batch {short_id(batch)}", limit - len(part)) + part


def _part_words(batch: MessageBatch, names: BatchNames | None) -> str:
    total = number(batch.request_counts.total)
    match names.part if names is not None else None:
        case "sample":
            return f" · sample of {total}"
        case "rest":
            return f" · the other {total}"
        case None:
            return ""


def short_id(batch: MessageBatch) -> str:
    """Return the first characters of the id, enough to type as a reference."""
    return one_line(batch.id.removeprefix(PREFIX), 4 * SHORT_ID_LENGTH)[:SHORT_ID_LENGTH]


def state_words(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the state of the requests. The API reports outcomes only when a batch ends."""
    is_counted = names is not None and names.part is not None  # the name has the total
    if batch.has_ended:
        return outcome_words(batch.request_counts, with_total=not is_counted)
    match batch.processing_status:
        case "in_progress":
            state = _running_words(batch, now)
        case "canceling":
            state = "canceling"
        case unknown:
            state = f"status {one_line(unknown, 40)}"
    return state if is_counted else f"{quantity(batch.request_counts.total, 'request')} · {state}"


def _running_words(batch: MessageBatch, now: datetime | None) -> str:
    if now is None or now - batch.created_at < timedelta(minutes=1):
        return "running"
    return f"running {duration(now - batch.created_at)}"


def outcome_words(counts: RequestCounts, *, with_total: bool = True) -> str:
    """Return every count that is not zero, the largest first. They add up to the total, which is named once."""
    if counts.succeeded == counts.total != 0:  # the usual case; the general way is several times slower
        ranked = [(counts.total, "succeeded")]
    else:
        present = [(getattr(counts, name), name) for name in _OUTCOMES]
        ranked = sorted((each for each in present if each[0]), key=itemgetter(0), reverse=True)
    if not ranked:
        return "no requests"
    if len(ranked) == 1:
        count, name = ranked[0]
        if count == 1:
            return f"1 request {name}" if with_total else name
        return f"all {number(count)} {name}" if with_total else f"all {name}"
    largest, *others = ranked
    total = f" of {number(counts.total)}" if with_total else ""
    words = [f"{number(largest[0])}{total} {largest[1]}"]
    return " · ".join([*words, *(f"{number(count)} {name}" for count, name in others)])
