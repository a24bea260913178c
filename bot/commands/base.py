"""What every command is made of: who asks, what they may do, what a command needs to run."""

from abc import abstractmethod
from enum import StrEnum
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.operations.progress import Progress
from bot.operations.services import Services


class Permission(StrEnum):
    """What a command asks of its caller."""

    READ = "read"
    OPERATE = "operate"
    ADMINISTER = "administer"


class Origin(StrEnum):
    """How a wish reached the bot."""

    TYPED = "typed"
    PRESSED = "pressed"
    HOME = "home"
    SUBMITTED = "submitted"


class Help(Struct, frozen=True):
    """One verb's usage in three lines: what to type after `/batch`, what it does, an example."""

    usage: str
    summary: str
    example: str


PUBLIC = OptionSpec("public", takes_value=False)


class Command(Struct, frozen=True):
    """One typed wish. Frozen, spelled back into text by `spell`, so that a button can carry it.

    That nothing abstract is left out is what the type checker sees to.
    """

    verb: ClassVar[str]
    permission: ClassVar[Permission]
    help: ClassVar[Help | None] = None
    options: ClassVar[tuple[OptionSpec, ...]] = ()
    prose: ClassVar[bool] = False
    """Its words are kept to be read: a person mentioned among them is a name there, not an id."""

    @classmethod
    @abstractmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the words after the verb. Raises UsageError or InvalidBatchId."""

    @abstractmethod
    def spell(self) -> str:
        """Return the text that parses into this very command."""

    @property
    def announced(self) -> bool:
        """Whether the audit channel is told of it although it needs no proposal."""
        return False

    @abstractmethod
    async def run(self, services: Services, caller: Caller) -> object:
        """Do it and return its outcome; each verb narrows the type. Raises ExpectedError."""


class ReadingCommand(Command, frozen=True, kw_only=True):
    """A command that only reads; its reply is the caller's alone unless `--public` was said."""

    permission: ClassVar[Permission] = Permission.READ
    options: ClassVar[tuple[OptionSpec, ...]] = (PUBLIC,)

    public: bool = False

    def spell_public(self) -> str:
        """Return the ending that keeps the reply public when the command is spelled again."""
        return " --public" if self.public else ""


class LongCommand(ReadingCommand, frozen=True):
    """A command whose work may take long: its caller sees how it goes on, and may stop it."""

    @abstractmethod
    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> object:
        """Do it and return its outcome; each verb narrows the type. Raises ReadingStopped and other ExpectedErrors."""
