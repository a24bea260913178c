"""Put a text into every field of an outcome or an error that holds text from outside."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct, structs

from bot.api.models import MessageBatch
from bot.commands.mute import Muted
from bot.store.db.database import StoreUnavailable

T = TypeVar("T")

OURS = {
    *("user", "team", "channel", "channels", "user_id", "team_id", "channel_id", "canceled_by"),  # Slack's own ids
    *("verb", "suggestion", "known", "outcome"),  # the bot's own words
    *("status", "older_than"),  # of a list: checked when it was typed
    *("id", "confirmation_id"),  # of a question: made here
    *("again", "retry_command"),  # of a reading: spelled here
    *("since", "by"),  # of a cost: checked when it was typed
    *("level", "notify_level"),  # of watching: the bot's own words
    *("watchers", "places", "closed_channel"),  # of watching: Slack's own ids
    *("fetched_by", "read_by", "taken_by", "downloaded_by"),  # of a summary: Slack's own ids
    *("taken", "downloaded_file"),  # of a summary: the bot's own word
    *("setting", "entry", "entries", "options"),  # of an explanation: settings, what they name, and the bot's own words
}
"""Fields whose text no one outside chooses."""


def spoiled(value: T, text: str, *, status: bool) -> T:
    """Return a value with `text` in every foreign string; with `status`, in the batches' processing_status too."""
    changed: Any = _spoiled(value, text, status)
    return changed  # type: ignore[no-any-return] # the same type, with other strings


def _spoiled(value: Any, text: str, status: bool) -> Any:
    match value:
        case MessageBatch():
            return value.model_copy(update={"id": text} | ({"processing_status": text} if status else {}))
        case StoreUnavailable() | Enum() | Muted(is_channel=True):
            return value
        case tuple():
            return tuple(_spoiled(inner, text, status) for inner in value)
        case str():
            return text
    if isinstance(value, Struct):
        return structs.replace(value, **_changes(value, value.__struct_fields__, text, status))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **_changes(value, (field.name for field in fields(value)), text, status))
    return value


def _changes(value: object, names: Iterable[str], text: str, status: bool) -> dict[str, Any]:
    return {name: _spoiled(getattr(value, name), text, status) for name in names if name not in OURS}
