"""`/batch decline FILE REASON`: refuse to approve what another operator wants to send, and say why."""

import asyncio
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DRAFT, ArgumentHelp, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied
from bot.commands.draft_change import DraftChange, DraftCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import MissingReference
from bot.commands.language.values import check_note
from bot.operations.drafts import find_draft
from bot.operations.services import Services
from bot.store.records.drafts import Draft, RestingState


class ReasonWanted(Struct, frozen=True):
    """The form that asks for the reason."""

    draft: Draft


class Declined(Struct, frozen=True):
    """The draft is declined. Nothing of it was sent."""

    draft: Draft
    reason: str


DeclineOutcome = ReasonWanted | Declined


class Decline(DraftCommand["DeclineChange | ReasonWanted"], frozen=True):
    """Decline a draft that waits for approval. Without a reason it opens a form that asks for one."""

    verb: ClassVar[str] = "decline"
    permission: ClassVar[Permission] = Permission.APPROVE
    help: ClassVar[Help] = Help(
        "Decline what another operator wants to send. They get your reason.",
        "decline 3f9c2a too expensive, send a sample first",
        HelpGroup.RUN,
        (DRAFT, ArgumentHelp("REASON", "why, for the person who asked")),
    )
    prose: ClassVar[bool] = True

    reason: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference of a draft, and the reason. Raises UsageError."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        reason = " ".join(arguments.words[1:])
        return cls(arguments.words[0], check_note("decline", reason) if reason else None)

    def spell(self) -> str:
        """Return `decline FILE` and the reason, if there is one."""
        return super().spell() + (f' "{self.reason}"' if self.reason else "")

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "DeclineChange | ReasonWanted":
        """Find the draft. Raises DraftUnavailable, DraftAmbiguous, StoreUnavailable."""
        draft = await find_draft(services, self.draft, "waiting")
        return ReasonWanted(draft) if self.reason is None else DeclineChange(draft, reason=self.reason)


class DeclineChange(DraftChange[DeclineOutcome], frozen=True, kw_only=True):
    """Decline a draft that waits for approval."""

    reason: str

    @property
    def verb(self) -> str:
        """Return `decline`."""
        return "decline"

    def spell(self) -> str:
        """Return the text of its command, with the reason."""
        return Decline(self.draft.id, self.reason).spell()

    @property
    def before(self) -> RestingState:
        """Return `waiting`."""
        return "waiting"

    @property
    def after(self) -> RestingState:
        """Return `dropped`, which is what the store calls a draft that will not be sent."""
        return "dropped"

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: never."""
        return False

    async def apply(self, services: Services, caller: Caller) -> Applied[DeclineOutcome]:
        """Remove the draft's file. Raises DraftUnavailable, StoreUnavailable."""
        draft = await find_draft(services, self.draft.id, "dropped")
        await asyncio.to_thread(services.drafts.requests_file(draft.id).unlink, missing_ok=True)
        return Applied(Declined(draft, self.reason), "done")
