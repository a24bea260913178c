"""The models the simulated workspace knows, with their limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """One model: the id answers name, and its limits in tokens."""

    id: str
    context: int
    max_tokens: int


def find_model(name: str) -> Model | None:
    """The model an id or an alias stands for; None for one that never was, or is retired."""
    return _MODELS.get(_DATED.get(name, name))


def _table() -> dict[str, Model]:
    """Ids as the official SDK 2.11 lists them; the limits are believable figures, not quoted ones."""
    large = ["fable-5-2", "fable-5-1", "fable-5", "mythos-5-2", "mythos-5-1", "mythos-5", "mythos-preview"]
    large += ["opus-5-5", "opus-5", "opus-4-8", "opus-4-7", "opus-4-6", "sonnet-5-5", "sonnet-5"]
    small = ["opus-4-5-20251101", "sonnet-4-6", "sonnet-4-5-20250929", "haiku-5-5", "haiku-4-5-20251001"]
    models = {f"claude-{name}": Model(f"claude-{name}", 1_000_000, 128_000) for name in large}
    return models | {f"claude-{name}": Model(f"claude-{name}", 200_000, 64_000) for name in small}


_MODELS = _table()
_DATED = {
    "claude-opus-4-5": "claude-opus-4-5-20251101",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
}
"""Aliases; results name the dated id (seen in live captures)."""
