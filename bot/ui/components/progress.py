"""The progress message of a long reading."""

from datetime import timedelta

from bot.commands.stop_reading import StopReading
from bot.operations.find_batch import PREFIX
from bot.operations.progress import Phase, ReadingProgress
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import context, duration, file_size, number, quantity, safe_text, section
from bot.ui.reply import Message, Placement

_MB = 1_000_000
_ENDINGS = {
    Phase.DONE: ("✅", "Finished reading"),
    Phase.FAILED: ("⚠️", "Couldn't finish reading"),
    Phase.STOPPED: ("⏹️", "Stopped reading"),
    Phase.CLOSING: ("⏹️", "I'm restarting, so I stopped reading"),
}
"""The words of a message that Slack does not let the bot delete."""


def render_progress(
    reading: ReadingProgress, phase: Phase, seconds: float, reading_id: str | None, *, will_be_replaced: bool = False
) -> Message:
    """Return the progress message after `seconds` of reading; while it is under way, with a Stop button.

    Without a `reading_id` it cannot be stopped. `will_be_replaced`: the answer takes its place, and until then it
    changes only a few times. Else it is removed once the answer is there.
    """
    is_under_way = phase is Phase.UNDER_WAY
    mark, verb = _ENDINGS.get(phase, ("⏳", "Reading"))
    words = f"{verb} {subject_words(reading.subject) if reading.subject else 'the results'}"
    figures = _figures(reading, seconds, ended=not is_under_way)
    body = section(f"{mark} {words}{' …' if is_under_way else ''}\n{figures}")
    text = f"{words}. {figures}"
    if not is_under_way or reading_id is None:
        return Message(text, (body,))
    command = StopReading(reading_id, remove=not will_be_replaced)
    stop = actions([button("Stop", command, renew=True, spoken="Stop this reading")])
    since = f"So far after {duration(timedelta(seconds=seconds))}. " if will_be_replaced else ""
    placement = Placement.IN_PLACE if will_be_replaced else Placement.AS_ASKED
    return Message(text, (body, *stop, context(f"{since}You can use other commands meanwhile.")), placement=placement)


def render_progress_line(reading: ReadingProgress, reading_id: str | None) -> Message:
    """Return the line that stands for the answer where it was asked for, and that Slack lets no one edit.

    Once Stop is pressed, it is removed.
    """
    subject = subject_words(reading.subject) if reading.subject else "the results"
    total = f" ({quantity(reading.total_lines, 'line')})" if reading.total_lines else ""
    words = f"⏳ Reading {subject}{total}. The answer will appear here."
    if reading_id is None:
        return Message(words, (section(words),))
    stop = button("Stop", StopReading(reading_id, remove=True), renew=True, spoken="Stop this reading")
    return Message(words, (section(words), *actions([stop])), placement=Placement.BELOW)


def subject_words(subject: str) -> str:
    """Return what is read in bold: a batch by the start of its id, a file by its name."""
    return bold_id_name(subject) if subject.startswith(PREFIX) else f"*{safe_text(subject, 80)}*"


def amount_read(reading: ReadingProgress) -> str:
    """Return how much was read: `12,345 lines (34.5 MB)`."""
    return f"{quantity(reading.lines, 'line')} ({file_size(reading.bytes)})"


def _figures(reading: ReadingProgress, seconds: float, *, ended: bool) -> str:
    if reading.bytes == 0:
        parts = ["nothing read yet" if ended else "waiting for the API"]
    else:
        total = f"{number(reading.lines)} of " if reading.total_lines else ""
        speed = reading.bytes / _MB / max(seconds, 0.1)
        parts = [
            f"{total}{quantity(reading.total_lines or reading.lines, 'line')}{' read' if ended else ''}",
            file_size(reading.bytes),
            f"{speed:,.1f} MB/s",
        ]
    if reading.total_batches:
        parts.insert(0, f"{number(reading.batches)} of {quantity(reading.total_batches, 'batch', 'batches')}")
    return " · ".join(parts)
