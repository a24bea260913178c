"""The first line about a batch, the same wherever a batch is named: symbol, name, and the whole outcome."""

from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from bot.api.models import MessageBatch, RequestCounts
from bot.operations.find_batch import PREFIX
from bot.store.records.labels import BatchNames
from bot.ui.components.text import HEADER_LIMIT, duration, neutralize, number, one_line, quantity

SHORT_ID_LENGTH = 10
NAME_LIMIT = 80
_MINUTE = timedelta(minutes=1)


class FirstLine(NamedTuple):
    """The parts of the line, without control characters: as plain text, or escaped for mrkdwn."""

    symbol: str
    name: str
    part: str
    state: str

    def __str__(self) -> str:
        return f"{self.symbol} {self.name}{self.part} · {self.state}"

    def escaped(self) -> "FirstLine":
        """Return the parts of a plain line for mrkdwn, and for a message's text."""
        return FirstLine(self.symbol, neutralize(self.name), self.part, neutralize(self.state))

    def bold(self, *, with_symbol: bool = True) -> str:
        """Return an escaped line with the name in bold."""
        return f"{f'{self.symbol} ' if with_symbol else ''}*{self.name}{self.part}* · {self.state}"


def first_line_parts(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> FirstLine:
    """Return the line as plain text. A long name is shortened, so that a header has room for every count.

    `now`: the time at which the line is read. A message that stays for hours must not say how long a batch has run.
    """
    state = state_words(batch, names, now)
    if names is None:
        return FirstLine(symbol(batch, now), f"Batch {short_id(batch)}", "", state)
    part = _part_words(batch, names)
    room = HEADER_LIMIT - len(state) - len(part) - len("🗄️  · ")
    return FirstLine(symbol(batch, now), _own_name(batch, names, min(room, NAME_LIMIT - len(part))), part, state)


def first_line(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the line as plain text for a header."""
    return str(first_line_parts(batch, names, now))


def bold_line(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the line as mrkdwn, with the name in bold."""
    return first_line_parts(batch, names, now).escaped().bold()


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
    if names is None:
        return f"Batch {short_id(batch)}"
    part = _part_words(batch, names)
    return f"{_own_name(batch, names, limit - len(part))}{part}"


def bold_name(batch: MessageBatch, names: BatchNames | None = None) -> str:
    """Return the name in bold, for a sentence about the batch."""
    return f"*{neutralize(batch_name(batch, names))}*"


def bold_id_name(batch_id: str, names: BatchNames | None = None) -> str:
    """Return the name in bold of a batch of which only the id is at hand."""
    if names is None:
        return f"*{neutralize(f'Batch {shorten_id(batch_id)}')}*"
    part = names.numbered
    name = names.label or names.file_name
    return f"*{neutralize(one_line(name, NAME_LIMIT - len(part)) if name else f'Batch {shorten_id(batch_id)}')}{part}*"


def _own_name(batch: MessageBatch, names: BatchNames, limit: int) -> str:
    name = names.label or names.file_name
    return one_line(name, limit) if name else f"Batch {short_id(batch)}"


def _part_words(batch: MessageBatch, names: BatchNames) -> str:
    if names.is_whole:
        return ""
    if names.number is not None:
        return names.numbered
    match names.part:
        case "sample":
            return f" · sample of {number(batch.request_counts.total)}"
        case "rest":
            return f" · the other {number(batch.request_counts.total)}"
        case None:
            return ""


def short_id(batch: MessageBatch) -> str:
    """Return the first characters of the id, enough to type as a reference."""
    return shorten_id(batch.id)


def shorten_id(batch_id: str) -> str:
    """Return the first characters of an id, enough to type as a reference."""
    return one_line(batch_id.removeprefix(PREFIX), 4 * SHORT_ID_LENGTH)[:SHORT_ID_LENGTH]


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
    ran = now - batch.created_at if now is not None else timedelta()
    return f"running {duration(ran)}" if ran >= _MINUTE else "running"


def outcome_words(counts: RequestCounts, *, with_total: bool = True) -> str:
    """Return every count that is not zero, the largest first. They add up to the total, which is named once."""
    present = (
        (counts.succeeded, "succeeded"),
        (counts.errored, "errored"),
        (counts.expired, "expired"),
        (counts.canceled, "canceled"),
        (counts.processing, "processing"),
    )
    ranked = [each for each in present if each[0]]
    if not ranked:
        return "no requests"
    if len(ranked) == 1:
        count, name = ranked[0]
        if count == 1:
            return f"1 request {name}" if with_total else name
        return f"all {number(count)} {name}" if with_total else f"all {name}"
    ranked.sort(key=itemgetter(0), reverse=True)
    words = [f"{count:,} {name}" for count, name in ranked]
    if with_total:
        count, name = ranked[0]
        words[0] = f"{count:,} of {counts.total:,} {name}"
    return " · ".join(words)
