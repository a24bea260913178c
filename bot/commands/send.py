"""`/batch send DRAFT`: send a checked draft, or a sample of it first; always asks."""

from typing import ClassVar, Self

from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import ChangingCommand, DraftProposal
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.operations.approval import needs_approval
from bot.operations.drafts import find_draft, on_behalf_of
from bot.operations.send_draft import require_file, send_claimed
from bot.operations.send_outcomes import ApprovalAsked, BatchCreated, conclusion
from bot.operations.send_outcomes import SendOutcome as SendOutcome
from bot.operations.services import Services
from bot.operations.split_sample import SAMPLE_SIZE, sample_size
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft, DraftState
from bot.store.transactions import competing_retries


class Send(ChangingCommand, frozen=True):
    """Send a draft, once; above the limit, ask for a second person's yes instead. `first`: only a sample, for now.

    `claimed` is the draft as it stands once the yes is used up.
    """

    verb: ClassVar[str] = "send"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "send DRAFT [--first]",
        "ask again whether to send a checked file (its question names it); "
        f"`--first` sends {SAMPLE_SIZE} of its requests",
        "send 3f9c2a7b10de4c55a1b2c3d4",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("first", takes_value=False),)

    draft_id: str
    first: bool = False
    claimed: Draft | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the draft's id. Raises UsageError."""
        return cls(arguments.only(), arguments.flag("first"))

    def spell(self) -> str:
        """Return `send DRAFT`, and whether a sample goes first."""
        return self.question + (" --first" if self.first else "")

    @property
    def question(self) -> str:
        """Return `send DRAFT`: one question, which is answered once, with all of it or a sample."""
        return f"send {self.draft_id}"

    async def propose(self, services: Services, origin: Origin) -> DraftProposal["Send"]:
        """Look whether it can still be sent. Raises DraftOver, SpoolGone, StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "ready")
        await require_file(services, draft)
        gated = await needs_approval(services.database, services.drafts.approval_limit, draft)
        after: DraftState = "waiting" if gated else "sending"
        draft = replace(draft, sample=sample_size(draft) if self.first else None)
        command = replace(self, claimed=replace(draft, state=after))
        retried = await services.database.run(
            lambda connection: competing_retries.find_other_retries(connection, draft)
        )
        return DraftProposal(command, draft, "ready", after, asks=True, by_another=gated, retried=retried)

    async def run(self, services: Services, caller: Caller) -> SendOutcome:
        """Send what is claimed by now, or wait for the second yes. Raises what sending raises."""
        assert self.claimed is not None  # noqa: S101 - only what was proposed is run
        draft = replace(on_behalf_of(self.claimed, caller), changed_at=services.now())
        return ApprovalAsked(draft) if draft.state == "waiting" else await send_claimed(services, draft)

    def conclude(self, outcome: object) -> RecordedOutcome:
        """Return what the audit says of the outcome."""
        return conclusion(outcome)

    def made(self, outcome: object) -> str | None:
        """Return the new batch's id."""
        return outcome.batch.id if isinstance(outcome, BatchCreated) else None
