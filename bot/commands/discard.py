"""`/batch discard FILE`: remove its requests from the disk without sending them."""

import asyncio
from typing import ClassVar, Literal

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DRAFT, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied
from bot.commands.draft_change import DraftChange, DraftCommand
from bot.operations.drafts import find_draft
from bot.operations.services import Services
from bot.operations.unsent_parts import read_unsent
from bot.store.records.drafts import Draft, DraftState


class Discarded(Struct, frozen=True):
    """The draft is discarded. Nothing of it was sent."""

    draft: Draft


DiscardOutcome = Discarded


class Discard(DraftCommand["DiscardChange"], frozen=True):
    """Discard a draft."""

    verb: ClassVar[str] = "discard"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Discard a checked file, or the rest after a sample. None of it is sent.",
        "discard 3f9c2a",
        HelpGroup.RUN,
        (DRAFT,),
    )

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "DiscardChange":
        """Find the draft. Raises DraftUnavailable, DraftAmbiguous, StoreUnavailable."""
        draft = await find_draft(services, self.draft, "ready", "waiting")
        return DiscardChange(await read_unsent(services, draft))


class DiscardChange(DraftChange[DiscardOutcome], frozen=True):
    """Discard a draft that no one has sent."""

    @property
    def verb(self) -> str:
        """Return `discard`."""
        return "discard"

    @property
    def before(self) -> DraftState:
        """Return the draft's state."""
        return "waiting" if self.draft.state == "waiting" else "ready"

    @property
    def after(self) -> Literal["dropped"]:
        """Return `dropped`."""
        return "dropped"

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: never."""
        return False

    async def apply(self, services: Services, caller: Caller) -> Applied[DiscardOutcome]:
        """Remove the draft's file. Raises DraftUnavailable, StoreUnavailable."""
        draft = await read_unsent(services, await find_draft(services, self.draft.id, "dropped"))
        await asyncio.to_thread(services.drafts.requests_file(draft.id).unlink, missing_ok=True)
        return Applied(Discarded(draft), "done")
