"""`/batch preview FILE`: show an approver the first request of what they are asked to approve."""

import asyncio
from datetime import timedelta
from typing import ClassVar

from msgspec import Struct

from bot.api.errors import RequestsUnreadable
from bot.caller import Caller
from bot.commands.base import DRAFT, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, Change
from bot.commands.draft_change import DraftCommand
from bot.operations.drafts import RequestsFileMissing, find_draft, missing_file_error
from bot.operations.services import Services
from bot.requests.request_files import FirstRequest, hash_file, read_first_request
from bot.store.records.drafts import Draft


class Previewed(Struct, frozen=True):
    """The first request of a draft."""

    draft: Draft
    first: FirstRequest


PreviewOutcome = Previewed


class Preview(DraftCommand["PreviewChange"], frozen=True):
    """Show the first request of a draft that waits for approval. It changes nothing, and is recorded as a change is."""

    verb: ClassVar[str] = "preview"
    permission: ClassVar[Permission] = Permission.APPROVE
    help: ClassVar[Help] = Help(
        "Show the first request of a file that is waiting for your approval. The audit log records this.",
        "preview 3f9c2a",
        HelpGroup.RUN,
        (DRAFT,),
    )

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "PreviewChange":
        """Find the draft. Raises DraftUnavailable, DraftAmbiguous, StoreUnavailable."""
        return PreviewChange(await find_draft(services, self.draft, "waiting"))


class PreviewChange(Change[PreviewOutcome], frozen=True):
    """Read the first request of a draft for an approver. The record says who read it."""

    question_lifetime: ClassVar[timedelta] = timedelta(0)

    draft: Draft

    @property
    def verb(self) -> str:
        """Return `preview`."""
        return "preview"

    def spell(self) -> str:
        """Return the text of its command."""
        return Preview(self.draft.id).spell()

    @property
    def confirmation_key(self) -> str:
        """Return the text of its command; it never asks."""
        return self.spell()

    @property
    def subject(self) -> str:
        """Return the id of the draft."""
        return self.draft.id

    @property
    def state(self) -> str:
        """Return the state of the draft."""
        return self.draft.state

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: never."""
        return False

    async def apply(self, services: Services, caller: Caller) -> Applied[PreviewOutcome]:
        """Read the first request. Raises RequestsFileMissing."""
        requests_file = services.drafts.requests_file(self.draft.id)
        try:
            if self.draft.digest is not None and await asyncio.to_thread(hash_file, requests_file) != self.draft.digest:
                raise RequestsUnreadable.from_change(requests_file)
            first = await asyncio.to_thread(read_first_request, requests_file)
        except RequestsUnreadable as error:
            raise missing_file_error(self.draft, error) from error
        except OSError as error:
            raise RequestsFileMissing(self.draft) from error
        return Applied(Previewed(self.draft, first), "done")
