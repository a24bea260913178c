"""The kinds of command, and what a command states about itself."""

from abc import ABCMeta, abstractmethod
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct, StructMeta

from bot.caller import Caller
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.operations.progress import Progress
from bot.operations.services import Services

Result = TypeVar("Result", covariant=True)
"""What running a command returns: the union of its outcomes and of the changes that it proposes."""


class Permission(StrEnum):
    """What a caller must be allowed to do to use a command."""

    READ = "read"
    READ_CONTENTS = "read contents"
    """Fetch what requests and answers say: files of results, their causes of failure, merged results."""
    OPERATE = "operate"
    APPROVE = "approve"
    ADMINISTER = "administer"


class Origin(StrEnum):
    """How a command reached the bot."""

    TYPED = "typed"
    PRESSED = "pressed"
    HOME = "home"
    SUBMITTED = "submitted"


class HelpGroup(StrEnum):
    """The groups of the help, in its order."""

    LOOK = "look"
    RUN = "run"
    FIX = "fix"
    NOTIFY = "notifications"
    ADMIN = "admin"


class ArgumentHelp(Struct, frozen=True):
    """A word that follows a verb: what to call it, and what it means."""

    name: str
    meaning: str
    optional: bool = False

    @property
    def usage(self) -> str:
        """Return `ID`, or `[ID]` if it may be left out."""
        return f"[{self.name}]" if self.optional else self.name


class Stricter(Struct, frozen=True):
    """Options of a command, in words, and the permission that they need besides."""

    options: str
    permission: Permission


class Help(Struct, frozen=True):
    """The help for one verb: its summary, an example of what to type after `/batch`, its group and its arguments.

    The options of the command explain themselves. Everything that shows help is made from these.
    """

    summary: str
    example: str
    group: HelpGroup
    arguments: tuple[ArgumentHelp, ...] = ()
    audience: str = ""
    """Who can use it, as a sentence, where the permission of the command does not say all."""


BATCH_MEANING = "a batch: its full id, the start of its id, its label, `last` (newest created) or `last ended`"
BATCH = ArgumentHelp("ID", BATCH_MEANING)
DRAFT = ArgumentHelp(
    "FILE",
    "the name of a checked file, or its reference such as `3f9c2a`, from the message that asks whether to send it",
)
FILE_LINK_EXAMPLE = "https://acme.slack.com/files/U012AB3CD/F0123456789/nightly.jsonl"
PUBLIC = OptionSpec("public", "", "show the answer, and its file if there is one, to everyone in the channel")


class AbstractStructMeta(StructMeta, ABCMeta):
    """Refuse to instantiate a struct that lacks an abstract method. `Struct` alone does not."""


class Command(Struct, frozen=True, metaclass=AbstractStructMeta):
    """One parsed command. A button carries it as the text that `spell` returns."""

    verb: ClassVar[str]
    permission: ClassVar[Permission]
    help: ClassVar[Help | None] = None
    options: ClassVar[tuple[OptionSpec, ...]] = ()
    acts_irrevocably: ClassVar[bool] = False
    """Whether it may delete or send. The rights of its caller are then looked up in Slack, and in no cache. Those of
    the person who presses a confirmation always are."""
    prose: ClassVar[bool] = False
    """Whether people read its words later. A mention among them then becomes the person's name, not their id."""

    stricter: ClassVar[Stricter | None] = None
    """The options that need another permission besides, if there are any."""

    @classmethod
    @abstractmethod
    def parse(cls, arguments: Arguments) -> "Command":
        """Read the words after the verb. Some verbs have several commands. Raises UsageError, InvalidBatchId."""

    @abstractmethod
    def spell(self) -> str:
        """Return the text that parses into this command."""

    @classmethod
    def usage(cls) -> str:
        """Return what to type after `/batch`: the verb, its arguments and its options, without `--public`.

        Options that follow an alternative to the arguments belong to it: `cancel ID | --all [--label TEXT]`.
        """
        arguments = [argument.usage for argument in cls.help.arguments] if cls.help else []
        options = [
            f"| {option.usage}" if option.is_alternative else f"[{option.usage}]"
            for option in cls.options
            if option.meaning and option != PUBLIC
        ]
        return " ".join([cls.verb, *arguments, *options])

    @property
    def needed_permission(self) -> Permission:
        """Return what its caller must be allowed to do; its options may need more than its verb."""
        return self.permission

    @property
    def also_needed(self) -> Permission | None:
        """Return what its caller must be allowed to do besides, or None."""
        return None

    @property
    def confirmation_key(self) -> str:
        """Return the text that a question about it is stored under. Commands that answer one question share it."""
        return self.spell()

    @property
    def is_announced(self) -> bool:
        """Whether the audit channel is notified of it although it proposes no change."""
        return False

    @property
    def is_public(self) -> bool:
        """Whether everyone in the channel sees the reply."""
        return False


class DirectCommand(Command, Generic[Result], frozen=True):
    """A command that runs at once. What it changes, if anything, concerns notifications and needs no confirmation."""

    @abstractmethod
    async def run(self, services: Services, caller: Caller) -> Result:
        """Run it and return its outcome. Raises ExpectedError."""


class ReadingCommand(DirectCommand[Result], Generic[Result], frozen=True, kw_only=True):
    """A command whose reply is the caller's alone, unless they typed `--public`.

    It only reads, except that a LongCommand may also return a change.
    """

    permission: ClassVar[Permission] = Permission.READ
    options: ClassVar[tuple[OptionSpec, ...]] = (PUBLIC,)

    public: bool = False

    @property
    def is_public(self) -> bool:
        """Whether `--public` was typed."""
        return self.public

    def spell_public(self) -> str:
        """Return the ending that keeps the reply public when the command is spelled again."""
        return " --public" if self.public else ""


class LongCommand(ReadingCommand[Result], Generic[Result], frozen=True):
    """A command that may take long. Its caller sees its progress, and can stop it.

    `create` and `retry` read a file or results, and then return the change that they propose.
    """

    @abstractmethod
    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> Result:
        """Run it and return its outcome. Raises ReadingStopped and other ExpectedErrors."""
