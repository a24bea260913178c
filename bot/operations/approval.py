"""When a second person must approve a draft before it is sent."""

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import ExpectedError
from bot.requests.estimate import Estimate, load_estimate
from bot.store.db.database import Database
from bot.store.records import drafts
from bot.store.records.drafts import Draft


class LimitExceeded(Struct, frozen=True):
    """The limits that a draft exceeds. None: it is within that limit, or there is none.

    `unpriced` are models without a price, so that the cost may exceed any limit in USD. `is_part`: the draft alone may
    be within the limit; it is judged together with the sample or the rest that was split off.
    """

    dollars: Decimal | None = None
    requests: int | None = None
    unpriced: tuple[str, ...] = ()
    is_part: bool = False


class ApprovalLimit(Struct, frozen=True):
    """The most that one person may send alone: USD, and requests. None sets no limit."""

    dollars: Decimal | None
    requests: int | None

    def check(self, estimate: Estimate, requests: int) -> LimitExceeded | None:
        """Return the limits that a draft exceeds, or None. A draft without a price exceeds any limit in USD."""
        bound = estimate.bound
        too_expensive = self.dollars is not None and (bound is None or bound > self.dollars)
        too_many = self.requests is not None and requests > self.requests
        if not (too_expensive or too_many):
            return None
        return LimitExceeded(
            dollars=self.dollars if too_expensive else None,
            requests=self.requests if too_many else None,
            unpriced=estimate.unpriced_models if too_expensive else (),
        )


@dataclass(eq=False)
class ApprovalOfOwn(ExpectedError):
    """The person who asked for approval tried to approve their own draft."""

    draft: Draft

    def _fact(self) -> str:
        return f"draft {self.draft.id} needs the approval of another person than the one who asked"


async def find_exceeded_limit(database: Database, limit: ApprovalLimit, draft: Draft) -> LimitExceeded | None:
    """Return why a second person must approve a draft, or None if no one must. Raises StoreUnavailable.

    The parts of a split draft are judged as a whole: together they may be above a limit that each stays below. One
    approval covers both parts.
    """
    if draft.approved_by is not None:
        return None
    whole = await _find_whole(database, draft)
    exceeded = limit.check(load_estimate(whole.estimate), whole.requests)
    return replace(exceeded, is_part=True) if exceeded is not None and whole is not draft else exceeded


async def _find_whole(database: Database, draft: Draft) -> Draft:
    whole_id = draft.whole_id
    if whole_id is None:
        return draft
    return await database.run(lambda connection: drafts.get(connection, whole_id)) or draft
