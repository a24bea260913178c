"""`/batch approve DRAFT`: the second yes to what somebody else wants to send and is above the limit."""

from typing import ClassVar, Self

from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import ChangingCommand, DraftProposal
from bot.commands.language.arguments import Arguments
from bot.operations.drafts import find_draft
from bot.operations.send_draft import require_file, send_claimed
from bot.operations.send_outcomes import BatchCreated, SendOutcome, conclusion
from bot.operations.services import Services
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft
from bot.store.transactions import competing_retries


class Approve(ChangingCommand, frozen=True):
    """Agree to a draft of somebody else's. `claimed` is the draft as it stands once that is recorded."""

    verb: ClassVar[str] = "approve"
    permission: ClassVar[Permission] = Permission.OPERATE

    help: ClassVar[Help] = Help(
        "approve DRAFT",
        "agree to what somebody else wants to send and is above the limit",
        "approve 3f9c2a7b10de4c55a1b2c3d4",
    )

    draft_id: str
    claimed: Draft | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the draft's id. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return `approve DRAFT`."""
        return f"approve {self.draft_id}"

    async def propose(self, services: Services, origin: Origin) -> DraftProposal["Approve"]:
        """Look whether it still waits; what else sends the same failures again is told first, and asks for a yes.

        Raises DraftOver, SpoolGone, StoreUnavailable.
        """
        draft = await find_draft(services, self.draft_id, "waiting")
        await require_file(services, draft)
        command = replace(self, claimed=replace(draft, state="sending"))
        retried = await services.database.run(
            lambda connection: competing_retries.find_other_retries(connection, draft)
        )
        return DraftProposal(command, draft, "waiting", "sending", asks=bool(retried), by_another=True, retried=retried)

    async def run(self, services: Services, caller: Caller) -> SendOutcome:
        """Send it in its asker's name. Raises what sending raises."""
        assert self.claimed is not None  # noqa: S101 - only what was proposed is run
        draft = replace(self.claimed, approved_by=caller.user, changed_at=services.now())
        return await send_claimed(services, draft)

    def conclude(self, outcome: object) -> RecordedOutcome:
        """Return what the audit says of the outcome."""
        return conclusion(outcome)

    def made(self, outcome: object) -> str | None:
        """Return the new batch's id."""
        return outcome.batch.id if isinstance(outcome, BatchCreated) else None
