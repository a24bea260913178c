"""The person who uses the bot, and where."""

from typing import NewType

from msgspec import Struct

UserId = NewType("UserId", str)
TeamId = NewType("TeamId", str)
ChannelId = NewType("ChannelId", str)


class Caller(Struct, frozen=True):
    """The person who uses the bot. `channel` is None on App Home and in modals, which belong to no channel."""

    user: UserId
    team: TeamId
    channel: ChannelId | None
