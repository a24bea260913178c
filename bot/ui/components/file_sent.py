"""The words about the delivery of a file: compressed, sent elsewhere, or not delivered."""

from enum import Enum, auto

from msgspec.structs import replace

from bot.ui.components.text import code, file_size, section
from bot.ui.reply import File, Message, Placement


class Packing(Enum):
    """How a file was packed to fit Slack's limit."""

    AS_IT_IS = auto()
    GZIP = auto()
    PARTS = auto()


class DeliveryFailure(Enum):
    """Why a file was not delivered."""

    PLACE = auto()
    SLACK = auto()
    IN_DOUBT = auto()
    OUR_DISK = auto()


def render_sent(
    file: File, packing: Packing, *, parts: int, moved_from: str | None, can_be_invited: bool = True
) -> Message:
    """Return the message of the file, with how it was packed.

    `moved_from`: the channel that it could not be posted in. `can_be_invited`: someone can add the bot there.
    """
    more = []
    if packing is not Packing.AS_IT_IS:
        more.append("It is larger than Slack takes, so it is compressed (gzip).")
    if packing is Packing.PARTS:
        more.append(f"It came in {parts} parts: join them in order (`cat`) before unpacking.")
    if moved_from is not None and not can_be_invited:
        more.append("I am not in this conversation, so the file went to your messages with me, and to no one else.")
    elif moved_from is not None:
        more.append(
            f"I am not a member of <#{moved_from}>, so the file went to your messages with me, and to nobody else. "
            "Invite me there (`/invite @Batchdesk`) and ask again to share it."
        )
    if not more:
        return file.message
    words = " ".join(more)
    message = file.message
    public = message.public and moved_from is None
    return replace(message, text=f"{message.text} {words}", blocks=(*message.blocks, section(words)), public=public)


def render_nothing_to_send(file: File) -> Message:
    """Return that the file would be empty, so it was not sent."""
    words = f"{code(file.name)} would be empty, so no file was sent."
    return Message(words, (section(words),), placement=Placement.BELOW)


def render_not_sent(file: File, failure: DeliveryFailure, reason: str) -> Message:
    """Return why the file was not delivered, with a button that tries again."""
    words = f"{_failure_words(file, failure, reason)} {_size_words(file)}"
    if (fallback := file.message_without_file) is not None:
        return replace(
            fallback, text=f"{fallback.text} {words}", blocks=(*fallback.blocks, section(words), *file.retry_row)
        )
    return Message(words, (section(words), *file.retry_row), placement=Placement.BELOW)


def _failure_words(file: File, failure: DeliveryFailure, reason: str) -> str:
    match failure:
        case DeliveryFailure.PLACE:
            return f"I could not open your messages with me ({code(reason, 80)}), so no file was sent."
        case DeliveryFailure.SLACK:
            return f"Slack did not take the file ({code(reason, 80)}), so no file was sent. Try again in a minute."
        case DeliveryFailure.IN_DOUBT:
            places = "this channel and your messages with me" if file.public else "your messages with me"
            return (
                f"Slack took the file and did not say whether it shared it ({code(reason, 80)}). "
                f"Look into {places} before you ask again."
            )
        case DeliveryFailure.OUR_DISK:
            return f"The bot's disk failed ({code(reason, 80)}), so no file was sent. Tell whoever runs this bot."


def _size_words(file: File) -> str:
    return f"The file was {code(file.name)}, {file_size(file.size)}."
