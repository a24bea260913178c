"""Approve what somebody else wants to send and is above the limit: the second yes, and then the one POST."""

from dataclasses import dataclass
from typing import ClassVar, Self

from bot.commands.arguments import Arguments
from bot.commands.base import Caller, ChangingCommand, Origin, Permission, Services
from bot.commands.drafting import DraftProposal, find_draft
from bot.commands.errors import MissingReference
from bot.commands.sending import BatchCreated, SendOutcome, conclusion, post_draft, there
from bot.store.audit import AuditOutcome


@dataclass(frozen=True)
class Approve(ChangingCommand):
    """Agree to a draft of somebody else's. A button's word, not in the help."""

    verb: ClassVar[str] = "approve"
    permission: ClassVar[Permission] = Permission.OPERATE

    draft_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the draft's id. Raises UsageError."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        return cls(arguments.at_most(1).words[0])

    def spell(self) -> str:
        """Return `approve DRAFT`."""
        return f"approve {self.draft_id}"

    async def propose(self, services: Services, origin: Origin) -> DraftProposal["Approve"]:
        """Look whether it still waits. Raises DraftOver, SpoolGone, StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "waiting")
        await there(services, draft)
        return DraftProposal(self, draft, "waiting", "sending", asks=False, by_another=True)

    async def run(self, services: Services, caller: Caller) -> SendOutcome:
        """Send it. Raises StoreUnavailable."""
        return await post_draft(services, await find_draft(services, self.draft_id, "sending"))

    def conclude(self, outcome: object) -> AuditOutcome:
        """Return what the audit says of the outcome."""
        return conclusion(outcome)

    def made(self, outcome: object) -> str | None:
        """Return the new batch's id."""
        return outcome.batch.id if isinstance(outcome, BatchCreated) else None
