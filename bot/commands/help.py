"""`/batch help [verb]`: the verbs this caller may use, or one verb's usage."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import ArgumentHelp, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments
from bot.operations.services import Services


class HelpShown(Struct, frozen=True):
    """The verb asked about, or None for all of them. The renderer knows which verbs there are."""

    topic: str | None
    public: bool = False


HelpOutcome = HelpShown


class HelpCommand(ReadingCommand[HelpOutcome], frozen=True):
    """Explain all verbs, or one."""

    verb: ClassVar[str] = "help"
    help: ClassVar[Help] = Help(
        "Show what you can type, or explain one command.",
        "help list",
        HelpGroup.LOOK,
        (ArgumentHelp("COMMAND", "a command, or a group of commands such as `run`", optional=True),),
    )

    topic: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read an optional verb."""
        words = arguments.at_most(1).words
        return cls(words[0].lower() if words else None, public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `help [verb]`."""
        return f"help {self.topic}{self.spell_public()}" if self.topic else f"help{self.spell_public()}"

    async def run(self, services: Services, caller: Caller) -> HelpOutcome:
        """Return what to explain."""
        return HelpShown(self.topic, self.public)
