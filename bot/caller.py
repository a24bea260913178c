"""The person who uses the bot, and where."""

from typing import NewType

from msgspec import Struct

UserId = NewType("UserId", str)
TeamId = NewType("TeamId", str)
ChannelId = NewType("ChannelId", str)


class Caller(Struct, frozen=True):
    """The person who uses the bot. `channel` is None on App Home and in modals, which belong to no channel.

    `is_direct`: the channel is a direct message or a group of them. No one can add the bot there.
    """

    user: UserId
    team: TeamId
    channel: ChannelId | None
    is_direct: bool = False

    @property
    def is_outside_channels(self) -> bool:
        """Whether the person is alone with the bot: on App Home, in a modal, or in their direct messages with it."""
        return self.channel is None or self.channel.startswith("D")
