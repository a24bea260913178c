"""The models of the simulated workspace, with their limits and lifecycles."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.playground.api_simulator.model_families import Family, find_family

Lifecycle = Literal["active", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its id, its limits in tokens, and its lifecycle.

    A retired model answers nothing. `retires_at` is a plan: a deprecated model past it is overdue and still answers.
    """

    id: str
    context: int
    max_tokens: int
    created_at: datetime
    lifecycle: Lifecycle = "active"
    retires_at: datetime | None = None
    deprecated_at: datetime | None = None

    @property
    def family(self) -> Family:
        """What the model accepts in `params`."""
        return find_family(_DATE.sub("", self.id))


def find_model(name: str) -> Model | None:
    """Return the model of an id or alias, or None if it is unknown or retired."""
    model = find_listed_model(name)
    return None if model is None or model.lifecycle == "retired" else model


def find_listed_model(name: str) -> Model | None:
    """Return the model of an id or alias, also a retired one, or None if it is unknown."""
    return _MODELS.get(_DATED.get(name, name))


def list_models() -> tuple[Model, ...]:
    """Return every model, also the retired ones, newest first."""
    return tuple(_MODELS.values())


_DATE = re.compile(r"-\d{8}$")
_LARGE = (1_000_000, 128_000)  # context and output, in tokens
_SMALL = (200_000, 64_000)
_IDS: tuple[tuple[str, tuple[int, int], Lifecycle], ...] = (
    ("fable-5-2", _LARGE, "active"),
    ("mythos-5-2", _LARGE, "active"),
    ("haiku-5-5", _LARGE, "active"),
    ("sonnet-5-5", _LARGE, "active"),
    ("fable-5-1", _LARGE, "active"),
    ("opus-5-5", _LARGE, "active"),
    ("mythos-5-1", _LARGE, "active"),
    ("sonnet-5", _LARGE, "active"),
    ("fable-5", _LARGE, "active"),
    ("mythos-5", _LARGE, "active"),
    ("opus-5", _LARGE, "active"),
    ("opus-4-8", _LARGE, "active"),
    ("opus-4-7", _LARGE, "active"),
    ("mythos-preview", _LARGE, "deprecated"),
    ("opus-4-6", _LARGE, "active"),
    ("sonnet-4-6", _LARGE, "active"),
    ("opus-4-5-20251101", _SMALL, "deprecated"),
    ("haiku-4-5-20251001", _SMALL, "active"),
    ("sonnet-4-5-20250929", _SMALL, "deprecated"),
    ("opus-4-1-20250805", (200_000, 32_000), "retired"),
    ("3-haiku-20240307", (200_000, 4_096), "retired"),
)
_NEWEST = datetime(2026, 11, 10, tzinfo=UTC)
NOTICE = timedelta(days=60)
"""How long before its retirement a model is deprecated at the latest (docs.anthropic.com, Model deprecations)."""
_RETIREMENTS = {
    "opus-4-5-20251101": datetime(2027, 1, 22, tzinfo=UTC),
    "sonnet-4-5-20250929": datetime(2026, 11, 30, tzinfo=UTC),
    "opus-4-1-20250805": datetime(2026, 8, 5, tzinfo=UTC),
    "3-haiku-20240307": datetime(2026, 4, 20, tzinfo=UTC),
}
"""The dates of the deprecations page; a deprecated model without one has no date yet."""


def _table() -> dict[str, Model]:
    """Ids in the order in which the official SDK 2.11 lists them; limits and dates are believable, not quoted."""
    models = {}
    for place, (name, (context, max_tokens), lifecycle) in enumerate(_IDS):
        created_at = _NEWEST - timedelta(days=31 * place)
        identifier, retires_at = f"claude-{name}", _RETIREMENTS.get(name)
        deprecated_at = None if lifecycle == "active" else (retires_at or _NEWEST + 2 * NOTICE) - 2 * NOTICE
        models[identifier] = Model(identifier, context, max_tokens, created_at, lifecycle, retires_at, deprecated_at)
    return models


_MODELS = _table()
_DATED = {
    "claude-opus-4-5": "claude-opus-4-5-20251101",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-opus-4-1": "claude-opus-4-1-20250805",
}
"""Aliases; results name the dated id (seen in live captures)."""
