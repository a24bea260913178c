"""Amounts of money as text, the same in messages and in the record."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def format_usd(amount: Decimal) -> str:
    """Return `$1,234.56`, `−$1.20` for a credit, or `under $0.01` for less than a cent."""
    if 0 < amount < CENT:
        return "under $0.01"
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return f"{'−' if rounded < 0 else ''}${abs(rounded):,}"


def format_amount(amount: Decimal, *, complete: bool) -> str:
    """Return the amount; if it is not complete, `at least` the amount, or `unknown` for less than a cent."""
    if complete:
        return format_usd(amount)
    return f"at least {format_usd(amount)}" if amount >= CENT else "unknown"


def format_limit(amount: Decimal) -> str:
    """Return `$1,000` for whole USD, else `$2.50`."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else format_usd(amount)
