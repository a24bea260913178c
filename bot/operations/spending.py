"""What was sent and spent, against the limits: of one person in 24 hours, and of the workspace in a month.

What is counted for a draft that is being sent, or whose batch was not read yet, is the upper bound of its cost.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from msgspec.structs import replace

from bot.operations.approval import (
    BudgetUse,
    LimitCheck,
    LimitExceeded,
    LimitReached,
    MonthSpend,
    Sent,
    SpendRules,
)
from bot.operations.ledger import read_entry
from bot.operations.services import Services
from bot.requests.estimate import load_estimate
from bot.store.db.connection import Connection
from bot.store.records import batches, drafts, ledger, sends
from bot.store.records.drafts import Draft
from bot.store.records.ledger import LedgerRow
from bot.store.records.sends import Send

WINDOW = timedelta(hours=24)
"""How long what a person sends counts towards their limits."""


def get_spend_rules(services: Services) -> SpendRules:
    """Return the limits of the workspace."""
    return SpendRules(services.drafts.approval_limit, services.workspace.id, services.time_zone)


async def find_month_spend(services: Services) -> MonthSpend:
    """Return what the workspace has spent this month, and what it may still spend. Raises StoreUnavailable."""
    rules = get_spend_rules(services)
    start = start_of_month(services.now(), rules.zone)
    return await services.database.run(lambda connection: sum_month(connection, start))


def start_of_month(now: datetime, zone: tzinfo) -> datetime:
    """Return the first moment of this month in a time zone."""
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return first.astimezone(UTC)


def sum_month(connection: Connection, start: datetime, draft: Send | None = None) -> MonthSpend:
    """Return the spend since `start`; with a `draft`, as if it were sent too."""
    rows = ledger.list_created_since(connection, start)
    entries = [entry for row in rows if row.spent is not None and (entry := read_entry(row)) is not None]
    sent = sends.list_since(connection, start)
    known = ledger.get_many(connection, [each.batch_id for each in sent if each.batch_id])
    paid = {row.batch_id for row in known.values() if _is_paid(row)}
    others = batches.list_known_ids(connection, start) | {row.batch_id for row in rows}
    others -= paid | {row.batch_id for row in rows if _is_paid(row)} | {each.batch_id for each in sent}
    unread = [each for each in sent if each.batch_id not in paid]
    if draft is not None:
        unread = [*(each for each in unread if each.draft_id != draft.draft_id), draft]
    return MonthSpend(
        start=start,
        spent=sum((entry.spent.cost.amount for entry in entries), Decimal(0)),
        is_complete=all(entry.spent.cost.complete for entry in entries),
        open=add_up(unread),
        unread=len(others),
    )


def _is_paid(row: LedgerRow) -> bool:
    return row.spent is not None or row.succeeded == 0


def add_up(sent: Iterable[Send]) -> Sent:
    """Return the sum of what was sent. A sample and its rest count at most as the draft they were parts of."""
    families: dict[str, list[Send]] = {}
    for each in sent:
        families.setdefault(each.whole_id, []).append(each)
    usd = Decimal(0)
    for family in families.values():
        amount = sum((Decimal(each.usd) for each in family if each.usd is not None), Decimal(0))
        whole = family[0].whole_usd
        usd += amount if whole is None else min(amount, Decimal(whole))
    everything = [each for family in families.values() for each in family]
    return Sent(usd, sum(each.requests for each in everything), sum(each.usd is None for each in everything))


async def find_sent(services: Services, user: str) -> Sent:
    """Return what a person has sent in the last 24 hours. Raises StoreUnavailable."""
    since = services.now() - WINDOW
    return add_up(await services.database.run(lambda connection: sends.list_since(connection, since, user)))


async def check_draft(services: Services, draft: Draft) -> LimitCheck:
    """Return which limits a draft exceeds if its `user_id` sends it now. Raises StoreUnavailable."""
    rules = get_spend_rules(services)
    now = services.now()
    return await services.database.run(lambda connection: check_limits(connection, rules, draft, now))


def check_limits(connection: Connection, rules: SpendRules, draft: Draft, at: datetime) -> LimitCheck:
    """Return which limits a draft exceeds if its `user_id` sends it now. What was approved exceeds none.

    The parts of a split draft are judged as a whole: together they may be above a limit that each stays below. One
    approval covers both parts.
    """
    limit = rules.limit
    send = make_send(connection, rules, draft, at)
    use = None
    if limit.budget is not None:
        use = _use_budget(connection, rules, limit.budget, send)
    if draft.approved_by is not None:
        return LimitCheck(None, use)
    whole = _find_whole(connection, draft)
    recent = sends.list_since(connection, at - WINDOW, draft.user_id)
    others = add_up(each for each in recent if each.whole_id != send.whole_id)
    bound = send.whole_usd
    total = None if bound is None or others.unbounded else others.usd + Decimal(bound)
    too_expensive = limit.dollars is not None and (total is None or total > limit.dollars)
    too_many = limit.requests is not None and others.requests + whole.requests > limit.requests
    over_budget = use is not None and use.is_exceeded
    if not (too_expensive or too_many or over_budget):
        return LimitCheck(None, use)
    exceeded = LimitExceeded(
        dollars=limit.dollars if too_expensive else None,
        requests=limit.requests if too_many else None,
        sent=add_up(each for each in recent if each.draft_id != draft.id),
        budget=use if over_budget else None,
        is_unbounded=bound is None and (too_expensive or over_budget),
        is_part=draft.whole_id not in (None, draft.id),
    )
    return LimitCheck(exceeded, use)


def reserve_send(connection: Connection, rules: SpendRules, draft: Draft, at: datetime) -> None:
    """Count a draft as sent by its `user_id`, in the transaction that claims it, after its first write.

    Two drafts at the same moment are counted one after the other, in whatever process.

    Raises:
        LimitReached: it is above a limit, and no one approved it.
    """
    sends.lock(connection)
    exceeded = check_limits(connection, rules, draft, at).exceeded
    if exceeded is not None:
        raise LimitReached(draft, exceeded)
    parts = drafts.list_parts(connection, draft.id, "held") if draft.is_divided else []
    person = {"user_id": draft.user_id, "approved_by": draft.approved_by}
    for each in [replace(part, **person) for part in parts] or [draft]:
        sends.reserve(connection, make_send(connection, rules, each, at))


def reserve_sample(connection: Connection, whole: Draft, sample: Draft) -> None:
    """Count a sample instead of the whole draft that was claimed."""
    reserved = sends.get(connection, whole.id)
    if reserved is None:  # a process of an earlier version claimed it
        return
    sends.release(connection, whole.id)
    usd = _bound(sample)
    sends.reserve(connection, replace(reserved, draft_id=sample.id, requests=sample.requests, usd=usd))


def make_send(connection: Connection, rules: SpendRules, draft: Draft, at: datetime) -> Send:
    """Return the row of a draft that is sent at a moment."""
    whole = _find_whole(connection, draft)
    return Send(
        draft_id=draft.id,
        workspace_id=rules.workspace_id,
        user_id=draft.user_id,
        sent_at=at,
        requests=draft.requests,
        usd=_bound(draft),
        whole_id=whole.id,
        whole_usd=_bound(whole),
        approved_by=draft.approved_by,
    )


def _use_budget(connection: Connection, rules: SpendRules, budget: Decimal, send: Send) -> BudgetUse:
    start = start_of_month(send.sent_at, rules.zone)
    before = sum_month(connection, start)
    after = sum_month(connection, start, send)
    return BudgetUse(budget, before, None if after.open.unbounded else after.total)


def _find_whole(connection: Connection, draft: Draft) -> Draft:
    return (drafts.get(connection, draft.whole_id) if draft.whole_id else None) or draft


def _bound(draft: Draft) -> str | None:
    bound = load_estimate(draft.estimate).bound
    return None if bound is None else str(bound)
