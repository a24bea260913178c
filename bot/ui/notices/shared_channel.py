"""The words for people whose messages stopped because their channel is shared with another organization."""


def shared_channel_words(channel: str) -> str:
    """Return where the bot no longer posts, why, and how an administrator allows it."""
    return (
        f"<#{channel}> is now shared with another organization, so I no longer post there. "
        "Your cards and notices come here instead. An administrator can allow it with `BATCHDESK_ALLOW_EXTERNAL`."
    )
