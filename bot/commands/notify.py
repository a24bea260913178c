"""`/batch notify all|failures|none`: what a channel is told of how batches end."""

from typing import ClassVar, Self, get_args

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Help, Permission
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import BadValue, NeedsChannel, ValueForm
from bot.operations.services import Services
from bot.store.records import watches
from bot.store.records.watches import ChannelNotifyLevel
from bot.store.transactions import preferences

LEVELS: dict[str, ChannelNotifyLevel] = {level: level for level in get_args(ChannelNotifyLevel)}


class NotifyShown(Struct, frozen=True):
    """What a channel is told now; `changed`: by this command."""

    channel: str
    level: ChannelNotifyLevel
    changed: bool


NotifyOutcome = NotifyShown


class Notify(DirectCommand[NotifyOutcome], frozen=True):
    """Set or ask what this channel is told: for everyone in it, and therefore an operator's, and recorded."""

    verb: ClassVar[str] = "notify"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "notify [all|failures|none]",
        "what this channel is told when batches end: everything, failures only, or nothing; cards stay up to date",
        "notify failures",
    )

    level: ChannelNotifyLevel | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the level, if one is to be set. Raises UsageError."""
        words = arguments.at_most(1).words
        if not words:
            return cls()
        level = LEVELS.get(words[0].lower())
        if level is None:
            raise BadValue("notify", words[0], ValueForm.NOTIFY_LEVEL)
        return cls(level)

    def spell(self) -> str:
        """Return `notify`, and the level."""
        return f"notify {self.level or ''}".strip()

    @property
    def is_announced(self) -> bool:
        """It changes what others are told, where it sets a level."""
        return self.level is not None

    async def run(self, services: Services, caller: Caller) -> NotifyOutcome:
        """Set and record it in one transaction, or read it. Raises NeedsChannel, StoreUnavailable."""
        channel, level = caller.channel, self.level
        if channel is None or channel.startswith("D"):
            raise NeedsChannel("notify")
        if level is None:
            current = await services.database.run(lambda connection: watches.get_notify_level(connection, channel))
            return NotifyShown(channel, current, changed=False)
        change = preferences.AuditedChange(caller.user, caller.team, channel, self.spell(), channel, services.now())
        await services.database.run(lambda connection: preferences.set_level(connection, level, change))
        return NotifyShown(channel, level, changed=True)
