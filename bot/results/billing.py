"""What one message is billed for: its own tokens, those of compactions and advisors, and server tools.

Source: docs.anthropic.com, Compaction, Advisor tool, Web search tool, Code execution tool.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
from msgspec import Struct

from bot.pricing.prices import ModelPrice, Prices
from bot.pricing.tokens import Tokens
from bot.results.lines import IterationPart, MessagePart, UsagePart, has_amount, separate_unknown

UNKNOWN_WRITES = "cache writes of another lifetime"
CODE_EXECUTION = "code_execution"

_WEB_SEARCHES = "web_search_requests"
_FREE_TOOLS = frozenset(("web_fetch_requests", "tool_search_requests"))
"""Server tools that cost nothing besides their tokens."""
_MAX_CALLS = 10**12
_MAX_ENTRIES = 1_000
"""Iterations and tools of a message that are read."""

FindRow = Callable[[str], ModelPrice | None]


class BilledTokens(NamedTuple):
    """Tokens at the rates of one model, and whether those of its long prompts apply."""

    model: str
    tokens: Tokens
    long: bool


class BilledMessage(Struct):
    """What a message is billed for. The names are of what has no price, so that the cost is a lower bound.

    `is_length_unclear`: results do not show whether the rates of long prompts apply, and the lower ones are taken.
    """

    parts: list[BilledTokens]
    web_searches: int = 0
    unknown_classes: Sequence[str] = ()
    unknown_iterations: Sequence[str] = ()
    unknown_tools: Sequence[str] = ()
    is_length_unclear: bool = False

    @property
    def has_gap(self) -> bool:
        """Whether something has no price."""
        return bool(self.unknown_classes or self.unknown_iterations or self.unknown_tools or self.is_length_unclear)

    @property
    def tokens(self) -> Tokens:
        """All tokens together."""
        return sum((part.tokens for part in self.parts), Tokens())


def list_billed(message: MessagePart, find_row: FindRow) -> BilledMessage:
    """Return what a message is billed for."""
    usage = message.usage
    rounds: list[Tokens] = []
    served: list[Tokens] = []  # by a fallback; the rounds before it were declined and are not billed
    others: list[tuple[str, Tokens]] = []
    classes = dict.fromkeys(usage.unknown_classes or ())
    unknown: dict[str, None] = {}
    for entry in _read_iterations(usage.iterations):
        if isinstance(entry, str):
            unknown[entry] = None
            continue
        classes |= dict.fromkeys(entry.unknown_classes or ())
        tokens = count_tokens(entry)
        match entry.type:
            case "message":
                rounds.append(tokens)
            case "fallback_message":
                served.append(tokens)
            case "compaction":
                others.append((entry.model or message.model, tokens))
            case "advisor_message" if entry.model:
                others.append((entry.model, tokens))
            case other:
                unknown[other] = None
    if has_unknown_writes(usage):
        classes[UNKNOWN_WRITES] = None
    searches, tools = _read_tools(usage.server_tool_use)
    if message.container is not None:
        tools[CODE_EXECUTION] = None
    parts, is_unclear = _split_by_length(message, served or rounds, find_row)
    parts += [BilledTokens(model, tokens, _is_long(find_row(model), tokens)) for model, tokens in others]
    return BilledMessage(parts, searches, tuple(classes), tuple(unknown), tuple(tools), is_unclear)


def price_billed(billed: BilledMessage, prices: Prices, find_row: FindRow, region: str | None) -> Decimal | None:
    """Return the exact USD of everything that has a price, or None if nothing has."""
    amounts: list[Decimal] = []
    for part in billed.parts:
        row = find_row(part.model)
        amount = prices.price_tokens(row, part.tokens, region, long=part.long) if row else None
        amounts += [] if amount is None else [amount]
    if billed.web_searches and prices.tools.web_search:
        amounts.append(prices.tools.web_search.price_calls(billed.web_searches))
    return sum(amounts, Decimal(0)) if amounts else None


def list_gaps(billed: BilledMessage, prices: Prices, find_row: FindRow, region: str | None) -> list[str]:
    """Return what the price of a message leaves out."""
    rows = {part.model: find_row(part.model) for part in billed.parts}
    gaps = [model for model, row in rows.items() if row is None]
    if region and region not in prices.regions and any(rows.values()):
        gaps.append(f"region {region}")
    if billed.web_searches and prices.tools.web_search is None:
        gaps.append(_WEB_SEARCHES)
    gaps += [*billed.unknown_classes, *billed.unknown_iterations, *billed.unknown_tools]
    return [*gaps, "rates of long prompts"] if billed.is_length_unclear else gaps


def count_tokens(usage: UsagePart) -> Tokens:
    """Return the tokens of one call; cache writes live five minutes unless the API says otherwise."""
    write_5m, write_1h = split_cache_writes(usage)
    details = usage.output_tokens_details
    return Tokens(
        usage.input_tokens,
        write_5m,
        write_1h,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens,
        (details.thinking_tokens or 0) if details else 0,
    )


def split_cache_writes(usage: UsagePart) -> tuple[int, int]:
    """Return the tokens written for five minutes and for an hour; tokens missing from the split are of the first."""
    total = usage.cache_creation_input_tokens
    split = usage.cache_creation
    if total == 0 or split is None:
        return total or 0, 0
    write_1h = split.ephemeral_1h_input_tokens or 0
    return max(split.ephemeral_5m_input_tokens or 0, (total or 0) - write_1h), write_1h


def has_unknown_writes(usage: UsagePart) -> bool:
    """Return whether more was written to the cache than the API says for both lifetimes."""
    split = usage.cache_creation
    if split is None or split.ephemeral_5m_input_tokens is None:
        return False
    known = split.ephemeral_5m_input_tokens + (split.ephemeral_1h_input_tokens or 0)
    return (usage.cache_creation_input_tokens or 0) > known


def count_prompt_tokens(usage: UsagePart) -> int:
    """Return the length of the whole prompt in tokens."""
    return usage.input_tokens + (usage.cache_read_input_tokens or 0) + sum(split_cache_writes(usage))


def _read_iterations(iterations: object) -> list[IterationPart | str]:
    """Return the entries; of one that cannot be read, its type."""
    if iterations is None:
        return []
    if not isinstance(iterations, list):
        return ["unreadable"]
    read = [_read_iteration(entry) for entry in iterations[:_MAX_ENTRIES]]
    return read if len(iterations) <= _MAX_ENTRIES else [*read, "unreadable"]


def _read_iteration(entry: object) -> IterationPart | str:
    try:
        return msgspec.convert(separate_unknown(entry, IterationPart), IterationPart)
    except msgspec.ValidationError:
        kind = entry.get("type") if isinstance(entry, dict) else None
        return kind[:200] if isinstance(kind, str) and kind else "unreadable"


def _read_tools(used: object) -> tuple[int, dict[str, None]]:
    """Return the number of web searches, and the names of the tools whose price is not known."""
    if not isinstance(used, dict) or len(used) > _MAX_ENTRIES:
        return 0, {} if used is None else {"unreadable": None}
    searches = used.get(_WEB_SEARCHES)
    count = searches if isinstance(searches, int) and 0 <= searches <= _MAX_CALLS else None
    counted = _FREE_TOOLS if count is None else {*_FREE_TOOLS, _WEB_SEARCHES}
    unknown = [str(name) for name, calls in used.items() if name not in counted and has_amount(calls)]
    return count or 0, dict.fromkeys(name.removesuffix("_requests")[:200] for name in unknown[:20])


def _split_by_length(
    message: MessagePart, rounds: Sequence[Tokens], find_row: FindRow
) -> tuple[list[BilledTokens], bool]:
    """Return a message's own tokens by their rates, and whether it is unclear that the rates of long prompts apply.

    The figures of a message are sums over its rounds, which may each be shorter than the step.
    """
    row = find_row(message.model)
    own = count_tokens(message.usage)
    if not _is_long(row, own):
        return [BilledTokens(message.model, own, long=False)], False
    is_one_call = not message.usage.iterations and not has_amount(message.usage.server_tool_use)
    if is_one_call or (rounds and all(_is_long(row, each) for each in rounds)):
        return [BilledTokens(message.model, own, long=True)], False
    if sum(rounds, Tokens()) == own:
        return [BilledTokens(message.model, each, _is_long(row, each)) for each in rounds], True
    return [BilledTokens(message.model, own, long=False)], True


def _is_long(row: ModelPrice | None, tokens: Tokens) -> bool:
    return row is not None and row.is_long_prompt(tokens.prompt)
