"""`/batch drop DRAFT`: its requests are removed from the disk, and none of them is sent."""

import asyncio
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import ChangingCommand, DraftProposal
from bot.commands.language.arguments import Arguments
from bot.operations.drafts import find_draft
from bot.operations.services import Services
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft, DraftState


class Dropped(Struct, frozen=True):
    """The draft is gone; nothing was sent."""

    draft: Draft


DropOutcome = Dropped


class Drop(ChangingCommand, frozen=True):
    """Say no to a draft."""

    verb: ClassVar[str] = "drop"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help("drop DRAFT", "give up a checked file, or the rest after a sample: none of it is sent",
                                "drop 3f9c2a7b10de4c55a1b2c3d4")  # fmt: skip

    draft_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the draft's id. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return `drop DRAFT`."""
        return f"drop {self.draft_id}"

    async def propose(self, services: Services, origin: Origin) -> DraftProposal["Drop"]:
        """Look whether it still can be dropped. Raises DraftOver, StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "ready", "waiting")
        before: DraftState = "waiting" if draft.state == "waiting" else "ready"
        return DraftProposal(self, draft, before, "dropped", asks=False)

    async def run(self, services: Services, caller: Caller) -> DropOutcome:
        """Remove its file. Raises DraftOver, StoreUnavailable."""
        draft = await find_draft(services, self.draft_id, "dropped")
        await asyncio.to_thread(services.drafts.requests_file(draft.id).unlink, missing_ok=True)
        return Dropped(draft)

    def conclude(self, outcome: object) -> RecordedOutcome:
        """It is always done."""
        return "done"
