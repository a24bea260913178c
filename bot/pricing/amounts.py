"""Amounts of money as text, the same in messages and in the record."""

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def format_usd(amount: Decimal) -> str:
    """Return `$1,234.56`, or `under $0.01` for less than a cent."""
    if 0 < amount < _CENT:
        return "under $0.01"
    return f"${amount.quantize(_CENT, ROUND_HALF_UP):,}"


def format_limit(amount: Decimal) -> str:
    """Return `$1,000` for whole USD, else `$2.50`."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else format_usd(amount)
