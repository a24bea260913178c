"""What the batches of the workspace used: one item for each batch, model and type of cost."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.cost_report.list_prices import (
    CENTS_A_SEARCH,
    TOKEN_TYPES,
    find_batch_rates,
    is_long_prompt,
)
from bot.playground.api_simulator.results import make_answers


@dataclass(frozen=True, slots=True)
class BilledItem:
    """A part of the bill: when it was booked, what it is about, and its cents at list price.

    `dimensions` holds the names of `group_by[]`; one that is missing is null.
    """

    at: datetime
    dimensions: dict[str, str]
    cents: Fraction
    requests: int = 0


@dataclass(frozen=True, slots=True)
class BatchUse:
    """The requests of one model in a batch, and their cents by cost type and type of token."""

    requests: int
    cents: dict[tuple[str, str], Fraction]


class BatchBilling:
    """Works out what batches cost, each once, because that takes as long as generating their results."""

    def __init__(self, workspace_id: str) -> None:
        self._workspace_id = workspace_id
        self._known: dict[str, dict[str, BatchUse]] = {}

    async def list_items(self, batches: Iterable[Batch], now: datetime, *, at_creation: bool) -> list[BilledItem]:
        """Return the items of the batches that have ended, booked at their creation or at their end."""
        items: list[BilledItem] = []
        for batch in batches:
            if batch.find_status(now) != "ended":
                continue
            if batch.id not in self._known:
                self._known[batch.id] = await asyncio.to_thread(_measure_use, batch)
            at = batch.created_at if at_creation else batch.ending.at
            for model, use in self._known[batch.id].items():
                items += self._make_items(batch, at, model, use)
        return items

    def _make_items(self, batch: Batch, at: datetime, model: str, use: BatchUse) -> Iterable[BilledItem]:
        shared = {
            "workspace_id": self._workspace_id,
            "product": "message_batches_api",
            "service_tier": "batch",
            "context_window": "0-200k",
            "speed": "standard",
            "actor_type": "api_actor",
            "api_key_id": batch.api_key_id,
            "model": model,
        }
        for place, ((cost_type, token_type), cents) in enumerate(use.cents.items()):
            kind = {"cost_type": cost_type} | ({"token_type": token_type} if token_type else {})
            yield BilledItem(at, shared | kind, cents, use.requests if place == 0 else 0)


def _measure_use(batch: Batch) -> dict[str, BatchUse]:
    """Return what the succeeded requests of an ended batch cost, by model. It may take a second."""
    requests, searches = Counter[str](), Counter[str]()
    tokens: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for message in make_answers(batch):
        model, usage = message["model"], message["usage"]
        counts = _count_tokens(usage)
        requests[model] += 1
        searches[model] += (usage["server_tool_use"] or {}).get("web_search_requests", 0)
        tokens[model, is_long_prompt(model, counts.total() - counts["output_tokens"])].update(counts)
    cents: dict[str, dict[tuple[str, str], Fraction]] = {model: defaultdict(Fraction) for model in requests}
    for (model, is_long), counts in tokens.items():
        rates = find_batch_rates(model, batch.created_at.date(), long_prompt=is_long)
        for token_type, rate in zip(TOKEN_TYPES, rates, strict=True):
            cents[model]["tokens", token_type] += counts[token_type] * rate
    for model, count in searches.items():
        cents[model]["web_search", ""] += count * CENTS_A_SEARCH
    return {model: BatchUse(requests[model], dict(cents[model])) for model in requests}


def _count_tokens(usage: dict[str, Any]) -> Counter[str]:
    plain = Counter({name: usage[name] for name in ("output_tokens", "cache_read_input_tokens")})
    written = {f"cache_creation.{name}": count for name, count in usage["cache_creation"].items()}
    return plain + Counter(written) + Counter({"uncached_input_tokens": usage["input_tokens"]})
