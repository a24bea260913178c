"""The query of a cost report, checked as documented: a wrong one is a 400 that names the parameter."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from multidict import MultiMapping

from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.page_query import read_limit

GROUPS = (
    "actor",
    "actor_type",
    "agent_id",
    "api_key_id",
    "claude_tag_category",
    "claude_tag_user_id",
    "context_window",
    "cost_type",
    "deployment_id",
    "environment_id",
    "inference_geo",
    "model",
    "organization_id",
    "product",
    "rbac_group_id",
    "service_tier",
    "session_id",
    "slack_channel_id",
    "speed",
    "token_type",
    "user_profile_id",
    "workspace_id",
)
"""The values of `group_by[]`, and the keys of `group` in a row."""
UNCOUNTED = frozenset({"cost_type", "token_type"})
"""Groups that count neither towards the five, nor towards `limit`."""
_MOST_GROUPS = 5
_PRODUCTS = (
    "chat",
    "chat_cowork_unified",
    "claude_code",
    "claude_console",
    "claude_design",
    "claude_in_chrome",
    "claude_tag",
    "cowork",
    "managed_agents_api",
    "message_batches_api",
    "messages_api",
    "office_agent",
)
_TIERS = ("batch", "flex", "flex_discount", "priority", "priority_on_demand", "standard")
_CHOICES: dict[str, tuple[str, ...] | None] = {
    "group_by": GROUPS,
    "products": _PRODUCTS,
    "service_tiers": _TIERS,
    "actor_types": ("user_actor", "service_account_actor", "federated_actor", "api_actor"),
    "context_windows": ("0-200k", "200k-1M"),
    "inference_geos": ("global", "us", "not_available"),
    "speeds": ("standard", "fast"),
    "models": None,
    "workspace_ids": None,
    "api_key_ids": None,
}
"""The lists, with the values they may have."""
_FILTERS = {
    "products": "product",
    "service_tiers": "service_tier",
    "actor_types": "actor_type",
    "context_windows": "context_window",
    "inference_geos": "inference_geo",
    "speeds": "speed",
    "models": "model",
    "workspace_ids": "workspace_id",
    "api_key_ids": "api_key_id",
}
_SINGLE = {"starting_at", "ending_at", "time_bucket_width", "limit", "page", "order_by", "order", "beta"}
_WIDTHS = {"1d": timedelta(days=1), "1h": timedelta(hours=1), "1m": timedelta(minutes=1)}
_ORDERS = ("amount", "list_amount", "time")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_FURTHEST_BACK = timedelta(days=365)
_LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class CostQuery:
    """A checked query. Without a `width`, the range is one bucket of whole hours."""

    start: datetime
    end: datetime
    width: timedelta | None
    groups: tuple[str, ...]
    filters: dict[str, frozenset[str]]
    limit: int
    page: str | None
    order_by: str
    descending: bool


def read_query(query: MultiMapping[str], now: datetime) -> CostQuery:
    """Return the query. Raises ApiError 400 for the first mistake."""
    for name in query:
        if name not in _SINGLE and name.removesuffix("[]") not in _CHOICES:
            _refuse(name, "Extra inputs are not permitted")
        if name in _SINGLE and len(query.getall(name)) > 1:
            _refuse(name, "Input should be a single value")
    groups = _read_list(query, "group_by")
    if len([group for group in groups if group not in UNCOUNTED]) > _MOST_GROUPS:
        _refuse("group_by", f"At most {_MOST_GROUPS} dimensions, not counting cost_type and token_type")
    width = _read_choice(query, "time_bucket_width", tuple(_WIDTHS))
    start, end = _read_range(query, now, width)
    filters = {_FILTERS[name]: frozenset(_read_list(query, name)) for name in _FILTERS if _has_list(query, name)}
    return CostQuery(
        start,
        end,
        _WIDTHS[width] if width else None,
        tuple(group for group in GROUPS if group in groups),
        filters,
        read_limit(query.get("limit")),
        query.get("page"),
        _read_choice(query, "order_by", _ORDERS) or "amount",
        (_read_choice(query, "order", ("asc", "desc")) or "desc") == "desc",
    )


def _read_range(query: MultiMapping[str], now: datetime, width: str | None) -> tuple[datetime, datetime]:
    start = _read_moment(query, "starting_at")
    if start is None:
        _refuse("starting_at", "Field required")
    if start < _FIRST:
        _refuse("starting_at", "Must not be before 2026-01-01T00:00:00Z")
    if start < now - _FURTHEST_BACK:
        _refuse("starting_at", "Must be within the last 365 days")
    end = _read_moment(query, "ending_at")
    if end is None and width is not None:
        _refuse("ending_at", "Required when time_bucket_width is set")
    end = end or min(now, start + _LONGEST)
    if end <= start:
        _refuse("ending_at", "Must be after starting_at")
    if end - start > _LONGEST:
        _refuse("ending_at", "The range may span at most 31 days")
    if width == "1m" and end - start > timedelta(hours=24):
        _refuse("ending_at", "The range may span at most 24 hours with time_bucket_width 1m")
    if width is None:
        start, end = (each.replace(minute=0, second=0, microsecond=0) for each in (start, end))
    return start, end


def _read_moment(query: MultiMapping[str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _refuse(name, "Input should be a valid datetime")
    if moment.tzinfo is None:
        _refuse(name, "Input should have timezone info")
    return moment.astimezone(UTC)


def _read_choice(query: MultiMapping[str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = query.get(name)
    if value is not None and value not in allowed:
        _refuse(name, f"Input should be {_spell(allowed)}")
    return value


def _has_list(query: MultiMapping[str], name: str) -> bool:
    return f"{name}[]" in query or name in query


def _read_list(query: MultiMapping[str], name: str) -> list[str]:
    values = [*query.getall(f"{name}[]", []), *query.getall(name, [])]
    allowed = _CHOICES[name]
    for place, value in enumerate(values):
        if allowed is not None and value not in allowed:
            _refuse(f"{name}.{place}", f"Input should be {_spell(allowed)}")
        if name == "workspace_ids" and not re.fullmatch(r"wrkspc_\w+", value):
            _refuse(f"{name}.{place}", "Input should be a workspace ID")
        if name == "api_key_ids" and not re.fullmatch(r"(apikey_\w+)?", value):
            _refuse(f"{name}.{place}", "Input should be an API key ID")
    return values


def _spell(allowed: tuple[str, ...]) -> str:
    return f"{', '.join(repr(value) for value in allowed[:-1])} or {allowed[-1]!r}"


def _refuse(name: str, reason: str) -> NoReturn:
    raise ApiError(400, f"{name}: {reason}")
