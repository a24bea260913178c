"""The words for a comparison with Anthropic's bill, for its own message and for the digest."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.operations.bill_check import BillCheck
from bot.pricing.amounts import format_amount, format_usd
from bot.ui.components.money import cost_gaps
from bot.ui.components.text import code, join_words, quantity

_SHOWN = 5


def week_words(check: BillCheck) -> str:
    """Return `Nov 23 – Nov 29 (UTC)`."""
    return f"{day_words(check.start)} – {day_words(check.end - timedelta(days=1))} (UTC)"


def day_words(day: date | datetime) -> str:
    """Return `Nov 23`."""
    return f"{day:%b} {day.day}"


def verdict_words(check: BillCheck) -> str:
    """Return whether both figures agree, and if not, by how much Anthropic's differs."""
    if check.agrees and not check.listed:
        return "No cost on either side" if check.cost.complete else "No cost on Anthropic's side"
    if check.agrees:
        return f"Batchdesk and Anthropic agree: {format_usd(check.listed)}"
    so_far = " so far" if check.is_late else ""
    share = _share_words(check.difference, check.ours)
    return f"Anthropic counts {_direction_words(check.difference)} than Batchdesk{so_far}{share}"


def difference_words(difference: Decimal, ours: Decimal) -> str:
    """Return how much more Anthropic has, `$2.10 more (+20.2%)`, in percent of Batchdesk's figure."""
    return f"{_direction_words(difference)}{_share_words(difference, ours)}"


def _direction_words(difference: Decimal) -> str:
    return f"{format_usd(abs(difference))} {'more' if difference > 0 else 'less'}"


def _share_words(difference: Decimal, ours: Decimal) -> str:
    sign = "+" if difference > 0 else "−"
    return f" ({sign}{_percent(abs(difference) / ours * 100)}%)" if ours > 0 else ""


def ours_words(check: BillCheck) -> str:
    """Return the figure by results; "at least" if anything is missing from it."""
    return format_amount(check.ours, complete=check.cost.complete)


def billed_words(check: BillCheck) -> str:
    """Return what is billed, with the discount."""
    billed = format_usd(check.billed)
    if not check.billed and check.listed <= 0:
        return billed
    if check.listed <= 0 or check.billed >= check.listed:
        return f"{billed} (no discount)"
    return f"{billed} ({_percent((1 - check.billed / check.listed) * 100)}% off)"


def bill_line(check: BillCheck) -> str:
    """Return a comparison in one line."""
    every = " · all workspaces of the organization" if check.workspace_id is None else ""
    return f"{week_words(check)} · {verdict_words(check)} · billed {billed_words(check)}{every}"


def explanations(check: BillCheck) -> list[str]:
    """Return what may explain a difference, and what limits either figure. Without a difference only the latter."""
    lines = [*_unknown_costs(check), *_limits(check)]
    if check.agrees:
        return lines
    return [*lines, *_hints(check, explained=bool(lines))]


def _unknown_costs(check: BillCheck) -> list[str]:
    lines = []
    if check.unread:
        lines.append(f"No one has read the results of {_batches(check.unread)}. Only Anthropic's figures include them.")
    if check.expired:
        lines.append(f"The results of {_batches(check.expired)} expired before anyone read them.")
    if check.deleted_unread:
        were = "was" if check.deleted_unread == 1 else "were"
        lines.append(f"{_batches(check.deleted_unread)} {were} deleted before anyone read the results.")
    if check.running:
        verb = "is" if check.running == 1 else "are"
        lines.append(f"{_batches(check.running)} {verb} still running. Anthropic may bill a part already.")
    gaps = cost_gaps(check.cost)
    return [*lines, *([f"Batchdesk's figure is incomplete: {'; '.join(gaps)}."] if gaps else [])]


def _limits(check: BillCheck) -> list[str]:
    lines = []
    if check.is_late:
        lines.append(
            f"Anthropic's figures don't reach the end of {'this week' if _is_one_week(check) else 'these weeks'} yet."
        )
    if check.workspace_id is None:
        unknown = "The API doesn't name Batchdesk's workspace, so Anthropic's figures include every workspace"
        listed = f": {_sum_words(check.workspaces, 'in', 'without a workspace')}" if check.workspaces else ""
        lines.append(f"{unknown}{listed}.")
    if not check.is_whole:
        lines.append(
            "This week has more batches or costs than I can read, so the figures are incomplete."
            if _is_one_week(check)
            else "These weeks have more batches or costs than I can read. Use a shorter `--since`."
        )
    return lines


def _hints(check: BillCheck, *, explained: bool) -> list[str]:
    lines = []
    if check.edge.batches:
        weeks, them = ("this week", "it") if _is_one_week(check) else ("these weeks", "them")
        lines.append(
            f"{_batches(check.edge.batches)} ran across the start or the end of {weeks}. "
            f"Anthropic may count up to {format_usd(check.edge.amount)} of their cost outside {them}."
        )
    if check.has_unbilled_searches:
        lines.append("Anthropic's figures include no web searches. Those may be billed outside message batches.")
    if check.other_tiers:
        lines.append(f"{format_usd(check.other_tiers)} of Anthropic's figure isn't at the price of batches.")
    if check.api_keys:
        lines.append(
            f"These batches come from several API keys: {_sum_words(check.api_keys, 'with', 'without an API key')}."
        )
    if check.worst_day:
        lines.append(f"Most of the difference is on {day_words(check.worst_day)} (UTC).")
    if explained or check.edge.batches:
        return lines
    if check.difference > 0:
        return [*lines, "Batches that were created and deleted elsewhere are only in Anthropic's figures."]
    return [*lines, "Anthropic's figures may be late, or one of its list prices has changed."]


def _is_one_week(check: BillCheck) -> bool:
    return check.end - check.start <= timedelta(weeks=1)


def _sum_words(sums: Sequence[tuple[str | None, Decimal]], preposition: str, unnamed: str) -> str:
    shown = [
        f"{format_usd(amount)} {f'{preposition} {code(name, 80)}' if name else unnamed}"
        for name, amount in sums[:_SHOWN]
    ]
    return f"{', '.join(shown)} and {len(sums) - _SHOWN} more" if len(sums) > _SHOWN else join_words(shown)


def _batches(count: int) -> str:
    return quantity(count, "batch", "batches")


def _percent(share: Decimal) -> str:
    """Return a number with at most one decimal."""
    return f"{share:.1f}".removesuffix(".0")
