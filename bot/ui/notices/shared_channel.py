"""What people see of messages that stopped because their channel is shared with another organization."""

from msgspec.structs import replace

from bot.ui.components.text import section
from bot.ui.reply import File, Message, Placement


def shared_channel_words(channel: str) -> str:
    """Return where the bot no longer posts, why, and how an administrator allows it."""
    return (
        f"<#{channel}> is now shared with another organization, so I no longer post there. "
        "Your cards and notices come here instead. An administrator can allow it with `BATCHDESK_ALLOW_EXTERNAL`."
    )


def keep_private(reply: Message | File, channel: str) -> Message | File:
    """Return a reply for its caller alone that others in the channel would have seen, and why they do not see it."""
    if isinstance(reply, File):
        fallback = reply.message_without_file
        return replace(
            reply,
            public=False,
            message=_add_reason(reply.message, channel),
            message_without_file=fallback and replace(fallback, public=False),
        )
    return _add_reason(reply, channel)


def _add_reason(message: Message, channel: str) -> Message:
    words = f"Only you see this, because <#{channel}> may be shared with another organization now."
    blocks = (*message.blocks, section(words))
    text = f"{message.text} {words}"
    return replace(message, text=text, blocks=blocks, public=False, placement=Placement.BELOW)
