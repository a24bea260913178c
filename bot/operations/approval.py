"""When a second person has to agree before a draft is sent."""

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from bot.errors import ExpectedError
from bot.store.records.drafts import Draft


class ApprovalLimit(Struct, frozen=True):
    """From where on a second person has to agree: USD at most, and requests; None: no limit."""

    dollars: Decimal | None = None
    requests: int | None = None

    def stops(self, dollars: Decimal, requests: int, *, priced: bool) -> bool:
        """Whether so much is above the limit; what has no price is, where dollars are limited."""
        above = self.dollars is not None and (dollars > self.dollars or not priced)
        return above or (self.requests is not None and requests > self.requests)


@dataclass(eq=False)
class ApprovalOfOwn(ExpectedError):
    """Who asked for a second yes cannot give it."""

    draft: Draft

    def _fact(self) -> str:
        return f"draft {self.draft.id} needs the approval of another person than the one who asked"
