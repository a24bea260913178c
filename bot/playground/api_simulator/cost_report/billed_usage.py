"""What the batches of the workspace used: one item for each batch, model and type of cost."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
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
from bot.playground.api_simulator.results import list_usage


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
    tokens: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0] * len(TOKEN_TYPES))
    for model, usage in list_usage(batch):
        requests[model] += 1
        searches[model] += (usage["server_tool_use"] or {}).get("web_search_requests", 0)
        for name, used in _list_parts(model, usage):
            counts = _count_tokens(used)
            sums = tokens[name, is_long_prompt(name, sum(counts) - used["output_tokens"])]
            for place, count in enumerate(counts):
                sums[place] += count
    cents: dict[str, dict[tuple[str, str], Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for (model, is_long), sums in tokens.items():
        rates = find_batch_rates(model, batch.created_at.date(), long_prompt=is_long)
        for token_type, rate, count in zip(TOKEN_TYPES, rates, sums, strict=True):
            cents[model]["tokens", token_type] += count * rate
    for model, count in searches.items():
        cents[model]["web_search", ""] += count * CENTS_A_SEARCH
    return {model: BatchUse(requests[model], dict(found)) for model, found in cents.items()}


def _list_parts(model: str, usage: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is billed of an answer: its own usage, and what that does not include, each with its model."""
    yield model, usage
    for entry in usage.get("iterations", []):
        if entry["type"] == "compaction":
            yield model, entry
        elif entry["type"] == "advisor_message":
            yield entry["model"], entry


def _count_tokens(usage: dict[str, Any]) -> tuple[int, ...]:
    """Return the tokens in the order of `TOKEN_TYPES`."""
    writes = usage["cache_creation"]
    return (
        usage["input_tokens"],
        usage["output_tokens"],
        writes["ephemeral_5m_input_tokens"],
        writes["ephemeral_1h_input_tokens"],
        usage["cache_read_input_tokens"],
    )
