"""Limits above which a second person must approve a draft before it is sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from msgspec import Struct

from bot.errors import ExpectedError
from bot.store.records.drafts import Draft

BUDGET_WARNING = Decimal("0.8")
"""The part of a monthly budget from which a question warns."""


class ApprovalLimit(Struct, frozen=True):
    """What one person may send alone in 24 hours, in USD and in requests, and the workspace's budget in USD a month.

    None sets no limit.
    """

    dollars: Decimal | None
    requests: int | None
    budget: Decimal | None = None


class SpendRules(Struct, frozen=True):
    """The limits of a workspace, and the time zone of its months."""

    limit: ApprovalLimit = ApprovalLimit(dollars=None, requests=None)
    workspace_id: str = ""
    zone: tzinfo = UTC


class Sent(Struct, frozen=True):
    """What was sent: USD at most, requests, and the number of files whose cost has no upper bound."""

    usd: Decimal = Decimal(0)
    requests: int = 0
    unbounded: int = 0


class MonthSpend(Struct, frozen=True):
    """What the batches of a workspace cost since `start`, the first moment of the month.

    `spent` is USD for the batches whose results were read; `is_complete` False: they cost at least so much. `open` is
    the most that the batches may cost whose results were not read, as far as Batchdesk sent them. `unread` others are
    known, and in no sum.
    """

    start: datetime
    spent: Decimal
    is_complete: bool
    open: Sent
    unread: int = 0

    @property
    def total(self) -> Decimal:
        """USD spent, and at most to be spent by what is open."""
        return self.spent + self.open.usd


class BudgetUse(Struct, frozen=True):
    """The use of a monthly budget before a draft is sent, and the most USD after it, None without an upper bound."""

    budget: Decimal
    month: MonthSpend
    after: Decimal | None

    @property
    def is_exceeded(self) -> bool:
        """Whether the draft may use all of the budget or more."""
        return self.after is None or self.after >= self.budget

    @property
    def is_near(self) -> bool:
        """Whether the draft may use so much of the budget that a warning is due."""
        return self.after is None or self.after >= self.budget * BUDGET_WARNING


class LimitExceeded(Struct, frozen=True):
    """The limits that a draft exceeds. None: it is within that limit, or there is none.

    `sent` is what the person has sent in the last 24 hours. `is_unbounded`: the draft has no upper bound in USD, so it
    counts as above any. `is_part`: it is judged together with the sample or the rest that was split off.
    """

    dollars: Decimal | None = None
    requests: int | None = None
    sent: Sent = Sent()
    budget: BudgetUse | None = None
    is_unbounded: bool = False
    is_part: bool = False


class LimitCheck(Struct, frozen=True):
    """The limits that a draft exceeds, if it does, and its part of the monthly budget, if there is one."""

    exceeded: LimitExceeded | None = None
    budget: BudgetUse | None = None


@dataclass(eq=False)
class ApprovalOfOwn(ExpectedError):
    """The person who asked for approval tried to approve their own draft."""

    draft: Draft

    def _fact(self) -> str:
        return f"draft {self.draft.id} needs the approval of another person than the one who asked"


@dataclass(eq=False)
class LimitReached(ExpectedError):
    """Since the question, the person or the workspace has sent so much that the draft is above a limit.

    Nothing was sent.
    """

    draft: Draft
    exceeded: LimitExceeded

    def _fact(self) -> str:
        return f"draft {self.draft.id} is above a limit by now"
