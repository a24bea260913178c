"""`/batch notify all|failures|none`: set which ends of batches are posted in a channel."""

from typing import ClassVar, Self, get_args

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import ArgumentHelp, DirectCommand, Help, HelpGroup, Permission
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import BadValue, NeedsChannel, ValueForm
from bot.operations.services import Services
from bot.store.records import watches
from bot.store.records.watches import ChannelNotifyLevel
from bot.store.transactions import preferences

LEVELS: dict[str, ChannelNotifyLevel] = {level: level for level in get_args(ChannelNotifyLevel)}


class NotifyShown(Struct, frozen=True):
    """The level of a channel. `changed`: this command set it."""

    channel: str
    level: ChannelNotifyLevel
    changed: bool


NotifyOutcome = NotifyShown


class Notify(DirectCommand[NotifyOutcome], frozen=True):
    """Show or set the level of this channel. It affects everyone in it, so it needs an operator and is audited."""

    verb: ClassVar[str] = "notify"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Choose what I post in this channel when batches end. Cards stay up to date.",
        "notify failures",
        HelpGroup.NOTIFY,
        (
            ArgumentHelp(
                "all|failures|none",
                "`all`: every watched batch that ends. `failures`: only failures and deletions. `none`: nothing. "
                "Without one of these, I show the current choice",
                optional=True,
            ),
        ),
    )

    level: ChannelNotifyLevel | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the optional level. Raises UsageError."""
        words = arguments.at_most(1).words
        if not words:
            return cls()
        level = LEVELS.get(words[0].lower())
        if level is None:
            raise BadValue("notify", words[0], ValueForm.NOTIFY_LEVEL)
        return cls(level)

    def spell(self) -> str:
        """Return `notify` and the level."""
        return f"notify {self.level or ''}".strip()

    @property
    def is_announced(self) -> bool:
        """Whether it sets a level, which affects others."""
        return self.level is not None

    async def run(self, services: Services, caller: Caller) -> NotifyOutcome:
        """Read the level, or set it with its audit entry in one transaction. Raises NeedsChannel, StoreUnavailable."""
        channel = caller.channel
        level = self.level
        if channel is None or channel.startswith("D"):
            raise NeedsChannel("notify")
        if level is None:
            current = await services.database.run(lambda connection: watches.get_notify_level(connection, channel))
            return NotifyShown(channel, current, changed=False)
        change = preferences.AuditedChange(caller.user, caller.team, channel, self.spell(), channel, services.now())
        await services.database.run(lambda connection: preferences.set_level(connection, level, change))
        return NotifyShown(channel, level, changed=True)
