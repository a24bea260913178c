"""The words for results that were not read to the end: why, how much was read, and a button that tries again."""

from typing import assert_never

from bot.commands.registry import parse
from bot.commands.stop_reading import ReadingOfAnother
from bot.operations.progress import ReadingProgress, ReadingStopped
from bot.operations.read_results import AnyReadingFailed, ResultsNotSaved, ResultsNotYetAvailable, ResultsTruncated
from bot.ui.components.buttons import actions, button
from bot.ui.components.progress import amount_read
from bot.ui.components.text import code, section
from bot.ui.reply import Block, Message, Placement


def render_reading_failed(error: AnyReadingFailed) -> Message:
    """Return why the reading failed, how much was read, and a button that tries again."""
    return _message(f"{_failure_words(error)} {_amount_words(error.reading)}", error.retry_command)


def render_reading_stopped(error: ReadingStopped) -> Message:
    """Return what stopped the reading, and how much was read."""
    why = "I am being restarted, so I stopped reading" if error.closing else "Stopped, as you asked,"
    subject = f" {code(error.reading.subject)}" if error.reading.subject else ""
    return _message(
        f"{why}{subject} after {amount_read(error.reading)}. Nothing that was half read is kept.", error.retry_command
    )


def _failure_words(error: AnyReadingFailed) -> str:
    batch = code(error.batch.id)
    match error:
        case ResultsNotYetAvailable():
            return (
                f"{batch} has ended and its results are announced, but the API answers that they are not there yet. "
                "That happens for a while after the end: try again in a minute."
            )
        case ResultsTruncated():
            return f"The results of {batch} broke off on the way ({code(error.reason, 200)})."
        case ResultsNotSaved(full=True):
            return (
                f"The disk of the bot is full ({code(error.reason, 80)}), so the file of {batch} could not be made. "
                "Tell whoever runs this bot; the results without a file can still be shown."
            )
        case ResultsNotSaved():
            return (
                f"The disk of the bot did not take the file of {batch} ({code(error.reason, 80)}). "
                "Tell whoever runs this bot; the results without a file can still be shown."
            )
        case unreachable:
            assert_never(unreachable)


def _amount_words(reading: ReadingProgress) -> str:
    if reading.bytes == 0:
        return "Nothing was read."
    return f"{amount_read(reading)} were read; nothing that is half read is kept."


def _message(words: str, again: str) -> Message:
    retry: tuple[Block, ...] = actions([button("Try again", parse(again))]) if again else ()
    return Message(words, (section(words), *retry), placement=Placement.BELOW)


def render_reading_of_another(error: ReadingOfAnother) -> Message:
    """Return who can stop the reading."""
    words = f"Only <@{error.user}>, who asked for this reading, can stop it."
    return Message(words, (section(words),), placement=Placement.BELOW)
