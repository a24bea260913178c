"""The organization's list prices, outside batches, and what a batch costs by them. Shares nothing with the bot."""

from datetime import date
from fractions import Fraction

TOKEN_TYPES = (
    "uncached_input_tokens",
    "output_tokens",
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "cache_read_input_tokens",
)
"""The types of token of the cost report, in the order of the prices below."""

_USD_A_MILLION: dict[str, str] = {
    "fable-5-2": "8 40 10 16 0.20",
    "fable-5-1": "10 50 12.50 20 0.25",
    "mythos-5-1": "10 50 12.50 20 0.25",
    "fable-5": "10 50 12.50 20 1",
    "mythos-5": "10 50 12.50 20 1",
    # The next two have no published price; the organization is billed by its contract.
    "mythos-5-2": "12 60 15 24 0.30",
    "mythos-preview": "25 125 31.25 50 2.50",
    "opus-5-5": "4 20 5 8 0.20",
    "opus-5": "5 25 6.25 10 0.50",
    "opus-4-8": "5 25 6.25 10 0.50",
    "opus-4-7": "5 25 6.25 10 0.50",
    "opus-4-6": "5 25 6.25 10 0.50",
    "opus-4-5": "5 25 6.25 10 0.50",
    "sonnet-5-5": "2 10 2.50 4 0.10",
    "sonnet-5": "2 10 2.50 4 0.20",
    "sonnet-4-6": "3 15 3.75 6 0.30",
    "sonnet-4-5": "3 15 3.75 6 0.30",
    "haiku-5-5": "0.10 0.50 0.125 0.20 0.01",
    "haiku-4-5": "1 5 1.25 2 0.10",
}
_LONG_PROMPTS = {"haiku-5-5": (100_000, "0.50 2.50 0.625 1 0.05")}
"""The prices of a whole request whose prompt has more tokens than the number."""
_BEFORE = {"sonnet-5-5": (date(2026, 10, 7), "2 10 2.50 4 0.20")}
"""The prices until the day on which cache reads became cheaper."""
CENTS_A_SEARCH = Fraction(1)
"""Web search, $10 per 1,000. A batch does not halve it."""
_BATCH_SHARE = Fraction(1, 2)


def is_long_prompt(model: str, prompt_tokens: int) -> bool:
    """Return whether a request with such a prompt has prices of its own."""
    limit = _LONG_PROMPTS.get(_find_name(model))
    return limit is not None and prompt_tokens > limit[0]


def find_batch_rates(model: str, day: date, *, long_prompt: bool) -> tuple[Fraction, ...]:
    """Return the exact cents for one token in a batch, by type of token."""
    name = _find_name(model)
    prices = _USD_A_MILLION[name]
    if name in _BEFORE and day < _BEFORE[name][0]:
        prices = _BEFORE[name][1]
    if long_prompt:
        prices = _LONG_PROMPTS[name][1]
    return tuple(Fraction(price) * 100 / 1_000_000 * _BATCH_SHARE for price in prices.split())


def _find_name(model: str) -> str:
    """Return the row of a model id such as `claude-haiku-4-5-20251001`."""
    name = model.removeprefix("claude-")
    head, _, tail = name.rpartition("-")
    return head if len(tail) == 8 and tail.isdigit() else name
