"""What a worker sends of a reply that its process could not show before it ended."""

from msgspec.structs import replace

from bot.ui.components.text import code, section
from bot.ui.reply import File, Form, Message, Reply


def render_cut_off(reply: Reply) -> Message | None:
    """Return the message to send instead of a reply; None for a form, which opens only at once."""
    match reply:
        case Message():
            return reply
        case File():
            words = (
                f"I was restarted while sending {code(reply.name)}. If it isn't in "
                f"{'the channel' if reply.public else 'our direct messages'}, ask for it again."
            )
            if (instead := reply.message_without_file) is not None:
                blocks = (*instead.blocks, section(words), *reply.retry_row)
                return replace(instead, text=f"{instead.text} {words}", blocks=blocks)
            return Message(words, (section(words), *reply.retry_row))
        case Form():
            return reply.message_without_form
