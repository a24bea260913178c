"""Changes: what a command proposes, and how the road confirms, claims, records and applies it."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller, UserId
from bot.commands.base import AbstractStructMeta, Command, Origin
from bot.errors import ExpectedError
from bot.operations.bulk import describe_state
from bot.operations.services import Services
from bot.store.db.connection import Connection
from bot.store.db.task_queue import Enqueue
from bot.store.records.audit import RecordedOutcome

Proposed = TypeVar("Proposed", covariant=True)
"""What proposing returns: a change, or an outcome that explains why there is nothing to change."""
OutcomeT = TypeVar("OutcomeT", covariant=True)


class ChangingCommand(Command, Generic[Proposed], frozen=True):
    """A command that changes something. It proposes a change, which may need a confirmation and is audited."""

    @abstractmethod
    async def propose(self, services: Services, origin: Origin, caller: Caller) -> Proposed:
        """Return the change with full ids, or an outcome that explains why there is none. Raises ExpectedError."""


class Applied(Struct, Generic[OutcomeT], frozen=True):
    """The outcome of a change, and what the audit records of it.

    `created_batch_id`: the batch that the change created, if any. The audit entry then names it as its subject.
    `detail`: a fact that the audit records beside the outcome, instead of the one of the intent.
    """

    outcome: OutcomeT
    audit_outcome: RecordedOutcome
    """`started`: a worker goes on, and records the outcome."""
    created_batch_id: str | None = None
    detail: str | None = None


class Change(Struct, Generic[OutcomeT], frozen=True, metaclass=AbstractStructMeta):
    """A change that is about to be made."""

    question_lifetime: ClassVar[timedelta]
    """How long a question about it can be answered."""
    safety_net_delay: ClassVar[timedelta | None] = None
    """How long after it began a worker may finish it, because its process died. None: no worker finishes it."""

    @property
    @abstractmethod
    def verb(self) -> str:
        """Return the verb of its command."""

    @abstractmethod
    def spell(self) -> str:
        """Return the text of its command, with full ids."""

    @property
    @abstractmethod
    def confirmation_key(self) -> str:
        """Return the text that a question about it is stored under."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """Return the id of what is changed."""

    @property
    @abstractmethod
    def state(self) -> str:
        """Return the state that a confirmation is bound to."""

    @property
    @abstractmethod
    def asks(self) -> bool:
        """Whether it needs a confirmation."""

    @property
    def audit_detail(self) -> str | None:
        """Return a fact that the audit records before the change, because it cannot be read afterwards."""
        return None

    @property
    def on_behalf_of(self) -> UserId | None:
        """Return who asked for the change, if that is not its caller. They must still be an operator."""
        return None

    def check_caller(self, caller: Caller) -> None:
        """Raise an ExpectedError if this caller may not make the change, whatever their permissions are."""

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Claim the subject in the transaction that records the intent, so that no one else makes the change too.

        Raises:
            ExpectedError: it cannot be claimed; the transaction is rolled back.
        """

    def outdated_error(self, asked_state: str) -> ExpectedError | None:
        """Return the error for a confirmation whose question was about another state, `asked_state`.

        None: ConfirmationRefused is raised.
        """
        return None

    def start_work(self, connection: Connection, entry_id: int, enqueue: Enqueue) -> None:
        """Enqueue what goes on after the answer, in the transaction that recorded the intent as `entry_id`."""

    @abstractmethod
    async def apply(self, services: Services, caller: Caller) -> Applied[OutcomeT]:
        """Make the change, which is confirmed, claimed and recorded by now. Raises ExpectedError."""


SomeCommand = TypeVar("SomeCommand", bound=Command, covariant=True)


class BatchChange(Change[OutcomeT], Generic[SomeCommand, OutcomeT], frozen=True):
    """A change of one batch. `batch` is what the API returned when it was proposed."""

    question_lifetime: ClassVar[timedelta] = timedelta(minutes=5)
    safety_net_delay: ClassVar[timedelta | None] = timedelta(minutes=3)
    """By then the process that began the change has finished or died: a call takes a minute at most."""

    command: SomeCommand
    """The command, with the full id of the batch."""
    batch: MessageBatch

    @property
    def verb(self) -> str:
        """Return the verb of its command."""
        return self.command.verb

    def spell(self) -> str:
        """Return the text of its command, with the full id of the batch."""
        return self.command.spell()

    @property
    def confirmation_key(self) -> str:
        """Return the text that a question about it is stored under."""
        return self.command.confirmation_key

    @property
    def subject(self) -> str:
        """Return the id of the batch."""
        return self.batch.id

    @property
    def state(self) -> str:
        """Return the batch's status and its five request counts."""
        return describe_state(self.batch)

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation."""
        return False
