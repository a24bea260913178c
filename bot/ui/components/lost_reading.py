"""The progress message of a reading whose process died."""

from bot.commands.registry import parse
from bot.errors import ExpectedError
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, section
from bot.ui.reply import Block, Message, Placement


def render_reading_lost(again: str) -> Message:
    """Return that the reading stopped, with a button that runs the command `again`."""
    what = f"during {code(f'/batch {again}')}" if again else "while reading"
    words = f"I was restarted {what}. If you didn't get an answer, try again."
    return Message(words, (section(words), *_try_again(again)), placement=Placement.IN_PLACE)


def _try_again(spelled: str) -> tuple[Block, ...]:
    if not spelled:
        return ()
    try:
        return actions([button("Try again", parse(spelled))])
    except ExpectedError:  # a command of a newer version
        return ()
