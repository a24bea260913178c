"""The words for results that were not read to the end: why, how much was read, and a button that tries again."""

from typing import assert_never

from bot.commands.registry import parse
from bot.commands.stop_reading import ReadingOfAnother
from bot.operations.interruption import Interrupted
from bot.operations.progress import ReadingStopped
from bot.operations.read_results import AnyReadingFailed, ResultsNotSaved, ResultsNotYetAvailable, ResultsTruncated
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.progress import amount_read, subject_words
from bot.ui.components.text import code, mention, section
from bot.ui.reply import Block, Message, Placement


def render_reading_failed(error: AnyReadingFailed) -> Message:
    """Return why the reading failed, and a button that tries again."""
    return _message(_failure_words(error), error.retry_command)


def render_reading_stopped(error: ReadingStopped) -> Message:
    """Return what stopped the reading, and how much was read."""
    subject = f" {subject_words(error.reading.subject)}" if error.reading.subject else ""
    after = f" after {amount_read(error.reading)}" if error.reading.bytes else ""
    if error.closing:
        return _message(
            f"I'm restarting, so I stopped reading{subject}{after}. Try again in a minute.", error.retry_command
        )
    return _message(f"Stopped reading{subject}{after}.", error.retry_command)


def render_interrupted(error: Interrupted) -> Message:
    """Return that the bot restarts: whether anything was changed, and who finishes it."""
    if error.in_change:
        return _message(
            "I'm restarting before this is done. I'll message you the outcome, usually within a minute.", ""
        )
    unchanged = " Nothing was changed." if error.before_change else ""
    return _message(f"I'm restarting, so I stopped this.{unchanged} Try again in a minute.", error.again)


def _failure_words(error: AnyReadingFailed) -> str:
    batch = bold_id_name(error.batch.id)
    match error:
        case ResultsNotYetAvailable():
            return (
                f"{batch} has ended, but its results aren't available yet. They usually follow within a few minutes. "
                "Try again in a minute."
            )
        case ResultsTruncated():
            after = f" after {amount_read(error.reading)}" if error.reading.bytes else ""
            return f"The results of {batch} were cut off{after}. Try again.\nReason: {code(error.reason, 200)}"
        case ResultsNotSaved(full=True):
            return (
                f"Batchdesk's disk is full, so I couldn't create the results file of {batch}. An administrator must "
                f"free space. `/batch results` without `--file` still works.\nReason: {code(error.reason, 80)}"
            )
        case ResultsNotSaved():
            return (
                f"I couldn't write the results file of {batch} to Batchdesk's disk. An administrator must make it "
                f"writable. `/batch results` without `--file` still works.\nReason: {code(error.reason, 80)}"
            )
        case unreachable:
            assert_never(unreachable)


def _message(words: str, again: str) -> Message:
    retry: tuple[Block, ...] = actions([button("Try again", parse(again))]) if again else ()
    return Message(words, (section(words), *retry), placement=Placement.BELOW)


def render_reading_of_another(error: ReadingOfAnother) -> Message:
    """Return who can stop the reading."""
    words = f"Only {mention(error.user)} can stop this, because they started it."
    return Message(words, (section(words),), placement=Placement.BELOW)
