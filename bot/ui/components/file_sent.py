"""The words about the delivery of a file: compressed, sent elsewhere, or not delivered."""

from enum import Enum, auto

from msgspec.structs import replace

from bot.slack_faults import Meaning, SlackFault
from bot.ui.components.slack_faults import render_remedy
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
        more.append("It is compressed (gzip), because it exceeds Slack's limit.")
    if packing is Packing.PARTS:
        more.append(f"It has {parts} parts. Join them in order (`cat`) before you unpack them.")
    if moved_from is not None and not can_be_invited:
        more.append("I'm not in this conversation, so I sent it only to you, in our direct messages.")
    elif moved_from is not None:
        more.append(
            f"I'm not in <#{moved_from}>, so I sent it only to you, in our direct messages. "
            "To share it there, invite me with `/invite @Batchdesk` and try again."
        )
    if not more:
        return file.message
    words = " ".join(more)
    message = file.message
    public = message.public and moved_from is None
    return replace(message, text=f"{message.text} {words}", blocks=(*message.blocks, section(words)), public=public)


def render_nothing_to_send(file: File) -> Message:
    """Return that the file would be empty, so it was not sent."""
    words = f"No file was sent, because {code(file.name)} would be empty."
    return Message(words, (section(words),), placement=Placement.BELOW)


def render_not_sent(file: File, failure: DeliveryFailure, reason: str, fault: SlackFault | None = None) -> Message:
    """Return why the file was not delivered, and the next step, with a button that tries again."""
    words = f"{_failure_words(file, failure, reason, fault)} {_size_words(file)}"
    if (fallback := file.message_without_file) is not None:
        return replace(
            fallback, text=f"{fallback.text} {words}", blocks=(*fallback.blocks, section(words), *file.retry_row)
        )
    return Message(words, (section(words), *file.retry_row), placement=Placement.BELOW)


def _failure_words(file: File, failure: DeliveryFailure, reason: str, fault: SlackFault | None) -> str:
    match failure:
        case DeliveryFailure.PLACE:
            happened = "I couldn't open our direct messages"
            return f"{happened}. No file was sent. {render_remedy(fault)} Reason: {code(reason, 80)}."
        case DeliveryFailure.SLACK:
            return f"Slack refused the file. No file was sent. {render_remedy(fault)} Reason: {code(reason, 80)}."
        case DeliveryFailure.IN_DOUBT:
            places = "this channel and our direct messages" if file.public else "our direct messages"
            remedy = f" {render_remedy(fault)}" if fault is not None and fault.meaning is Meaning.FOR_GOOD else ""
            return (
                f"Slack received the file but didn't confirm it: {code(reason, 80)}. "
                f"Check {places} before you try again.{remedy}"
            )
        case DeliveryFailure.OUR_DISK:
            failed = f"I couldn't write the file to Batchdesk's disk: {code(reason, 80)}."
            return f"{failed} No file was sent. An administrator must free space or make the disk writable."


def _size_words(file: File) -> str:
    return f"File: {code(file.name)}, {file_size(file.size)}"
