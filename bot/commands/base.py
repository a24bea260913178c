"""What every command is made of: who asks, what they may do, what a command needs to run."""

import tempfile
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, NewType, Self, TypeVar

import msgspec
from msgspec import Struct

from bot.api.client import BatchesClient
from bot.api.models import MessageBatch
from bot.commands.arguments import Arguments, OptionSpec
from bot.commands.making import Workshop
from bot.pricing.prices import Prices
from bot.scratch_file import OpenFile
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue, left_to_redrive
from bot.store.records.audit import AuditOutcome
from bot.store.records.summaries import StoredSummary

UserId = NewType("UserId", str)
TeamId = NewType("TeamId", str)
ChannelId = NewType("ChannelId", str)


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


class Caller(Struct, frozen=True):
    """Who asks, and where; `channel` is None on App Home and in modals, which belong to no channel."""

    user: UserId
    team: TeamId
    channel: ChannelId | None


async def _anywhere(channel: ChannelId) -> bool:
    """Say that the bot may post: where it may not, the card finds its way to direct messages."""
    return True


class Services(Struct, frozen=True):
    """What commands reach the outside with; handed in by the composition root.

    `enqueue` hands work over in a transaction; `may_post` says whether the bot is in a channel.
    """

    batches: BatchesClient
    database: Database
    now: Callable[[], datetime]
    prices: Prices = msgspec.field(default_factory=Prices.load)
    open_spool: OpenFile = tempfile.TemporaryFile
    """Opens a file of no name, for results on their way to somebody."""
    workshop: Workshop | None = None
    """Where batches are made."""
    enqueue: Enqueue = left_to_redrive
    may_post: Callable[[ChannelId], Awaitable[bool]] = _anywhere
    process_id: str | None = None
    """This process, as others know it by its heartbeat."""


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


class ChangingCommand(Command, frozen=True):
    """A command that changes something: it is proposed first, may ask for a confirmation, and is audited."""

    @property
    def question(self) -> str:
        """Return the command that a question about it is stored under; commands that answer the same one share it."""
        return self.spell()

    @abstractmethod
    async def propose(self, services: Services, origin: Origin) -> object:
        """Return a Proposal of itself with the full id, or an outcome that says why there is nothing to do."""

    @abstractmethod
    def conclude(self, outcome: object) -> AuditOutcome:
        """Return what the audit says of an outcome of `run`: done, refused or unknown."""

    def made(self, outcome: object) -> str | None:
        """Return the batch that the record is about from now on, where an outcome of `run` has made one."""
        return None


Change = TypeVar("Change", bound=ChangingCommand, covariant=True)


class Proposal(Struct, Generic[Change], frozen=True):
    """A change that is about to be made: the command with its full id, and the batch it was read against.

    `fetched`: what is remembered of the batch's results, where that matters for a yes.
    """

    command: Change
    batch: MessageBatch
    asks: bool
    fetched: StoredSummary | None = None

    @property
    def subject(self) -> str:
        """Return what the record is about."""
        return self.batch.id

    @property
    def state(self) -> str:
        """Return what a confirmation is bound to: the status and the five counts as they stand."""
        counts = self.batch.request_counts
        figures = (counts.processing, counts.succeeded, counts.errored, counts.canceled, counts.expired)
        return f"{self.batch.processing_status} {'/'.join(map(str, figures))}"
