"""The comparison with Anthropic's bill for the digest: of each week, Monday to Sunday (UTC), once."""

import logging
from datetime import UTC, date, datetime, timedelta

from bot.api.errors import ApiError
from bot.operations.bill_check import WEEK, BillCheck, BillOfAnother, BillUnreadable, check_bill
from bot.operations.collect_costs import read_nothing
from bot.operations.services import Services

log = logging.getLogger(__name__)


class WeeklyBill:
    """Compares the last week. What fails or is late is left to the next digest."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def check(self, now: datetime, last: date | None) -> BillCheck | None:
        """Return the comparison of the week before this one.

        None: the week that began on `last` is this one, or Anthropic's figures fail, or do not reach its end.

        Raises:
            StoreUnavailable.
        """
        start, end = find_last_week(now)
        if self._services.cost_reports is None or last == start.date():
            return None
        try:
            check = await check_bill(self._services, start, end, read_nothing)
        except (BillUnreadable, BillOfAnother, ApiError) as error:
            log.warning("the digest has no comparison with Anthropic's bill: %s", error)
            return None
        return None if check.is_late else check


def find_last_week(now: datetime) -> tuple[datetime, datetime]:
    """Return the Monday of the last week and of this one (UTC)."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = today - timedelta(days=today.weekday())
    return end - WEEK, end
