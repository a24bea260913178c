"""Send a checked draft. A button's word, not in the help."""

from dataclasses import dataclass
from typing import ClassVar, Self

from bot.commands.arguments import Arguments
from bot.commands.base import Caller, ChangingCommand, Origin, Permission, Services
from bot.commands.drafting import DraftProposal, find_draft, goes_beyond
from bot.commands.errors import MissingReference
from bot.commands.sending import ApprovalAsked, BatchCreated, SendOutcome, conclusion, post_draft, there
from bot.store.audit import AuditOutcome
from bot.store.drafts import State


@dataclass(frozen=True)
class Send(ChangingCommand):
    """Send a draft, once; above the limit, ask for a second person's yes instead."""

    verb: ClassVar[str] = "send"
    permission: ClassVar[Permission] = Permission.OPERATE

    draft_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the draft's id. Raises UsageError."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        return cls(arguments.at_most(1).words[0])

    def spell(self) -> str:
        """Return `send DRAFT`."""
        return f"send {self.draft_id}"

    async def propose(self, services: Services, origin: Origin) -> DraftProposal["Send"]:
        """Look whether it can still be sent. Raises DraftOver, SpoolGone, StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "ready")
        await there(services, draft)
        gated = goes_beyond(services, draft)
        after: State = "waiting" if gated else "sending"
        return DraftProposal(self, draft, "ready", after, asks=True, by_another=gated)

    async def run(self, services: Services, caller: Caller) -> SendOutcome:
        """Send what is claimed by now, or wait for the second yes. Raises StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "sending", "waiting")
        return ApprovalAsked(draft) if draft.state == "waiting" else await post_draft(services, draft)

    def conclude(self, outcome: object) -> AuditOutcome:
        """Return what the audit says of the outcome."""
        return conclusion(outcome)

    def made(self, outcome: object) -> str | None:
        """Return the new batch's id."""
        return outcome.batch.id if isinstance(outcome, BatchCreated) else None
