"""What a command that changes something proposes before it is run."""

from abc import abstractmethod
from typing import Generic, TypeVar

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.base import Command, Origin
from bot.operations.services import Services
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft, DraftState
from bot.store.records.summaries import StoredSummary


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
    def conclude(self, outcome: object) -> RecordedOutcome:
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


class DraftProposal(Struct, Generic[Change], frozen=True):
    """A draft that goes from one state into the next, and whether that needs somebody else's yes.

    `retried`: what else retries the failures of the same batch, as `retries.beside` has it.
    """

    command: Change
    draft: Draft
    before: DraftState
    after: DraftState
    asks: bool
    by_another: bool = False
    retried: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Return what the record is about."""
        return self.draft.id

    @property
    def state(self) -> str:
        """Return what a confirmation is bound to."""
        beside = f", beside {' '.join(self.retried)}" if self.retried else ""
        return f"draft of {self.draft.requests} requests, {self.draft.size} bytes{beside}"
