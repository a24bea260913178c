"""When a second person must approve a draft before it is sent."""

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from bot.errors import ExpectedError
from bot.requests.estimate import load_estimate
from bot.store.db.database import Database
from bot.store.records import drafts
from bot.store.records.drafts import Draft


class ApprovalLimit(Struct, frozen=True):
    """The most that one person may send alone: USD, and requests. None sets no limit."""

    dollars: Decimal | None
    requests: int | None

    def is_exceeded(self, dollars: Decimal, requests: int, *, priced: bool) -> bool:
        """Return whether a draft is above the limit. A draft without a price exceeds any limit in USD."""
        too_expensive = self.dollars is not None and (dollars > self.dollars or not priced)
        too_many = self.requests is not None and requests > self.requests
        return too_expensive or too_many


@dataclass(eq=False)
class ApprovalOfOwn(ExpectedError):
    """The person who asked for approval tried to approve their own draft."""

    draft: Draft

    def _fact(self) -> str:
        return f"draft {self.draft.id} needs the approval of another person than the one who asked"


async def needs_approval(database: Database, limit: ApprovalLimit, draft: Draft) -> bool:
    """Return whether a second person must approve a draft. Raises StoreUnavailable.

    The parts of a split draft are judged as a whole: together they may be above a limit that each stays below. One
    approval covers both parts.
    """
    if draft.approved_by is not None:
        return False
    whole = await _find_whole(database, draft)
    estimate = load_estimate(whole.estimate)
    priced = bool(estimate.models) and not estimate.unpriced_models
    return limit.is_exceeded(estimate.high, whole.requests, priced=priced)


async def _find_whole(database: Database, draft: Draft) -> Draft:
    whole_id = draft.whole_id
    if whole_id is None:
        return draft
    return await database.run(lambda connection: drafts.get(connection, whole_id)) or draft
