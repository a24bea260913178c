"""The endpoints about models: list them, retrieve one, count tokens (docs.anthropic.com, Models, Messages)."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from bot.playground.api_simulator.clock import format_time
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.message_rules import find_message_mistakes
from bot.playground.api_simulator.model_families import EFFORTS
from bot.playground.api_simulator.model_lifecycles import ModelLifecycles
from bot.playground.api_simulator.models import Model
from bot.playground.api_simulator.page_query import read_limit
from bot.playground.api_simulator.params_rules import count_prompt_tokens
from bot.playground.api_simulator.responses import make_json_response

_MODELS = "/v1/models"
_LIFECYCLES = ("active", "deprecated", "retired")
_LINES = ("haiku", "sonnet", "opus", "fable", "mythos")
_THINKING_TYPES = ("adaptive", "between_tools", "disabled", "enabled")
_MOST_COUNTED_BYTES = 32 * 1024 * 1024  # docs.anthropic.com, Errors: a count of tokens
_REQUIRED = (("model", str, "string"), ("messages", list, "list"))
_ALLOWED = frozenset(
    {
        "cache_control",
        "context_management",
        "mcp_servers",
        "messages",
        "model",
        "output_config",
        "output_format",
        "speed",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    }
)


class ModelRoutes:
    """Answers the calls about models. They change nothing."""

    def __init__(self, models: ModelLifecycles) -> None:
        self._models = models

    def install(self, app: web.Application) -> None:
        """Add the routes to the application."""
        app.router.add_get(_MODELS, self.list_page, allow_head=False)
        app.router.add_get(f"{_MODELS}/{{id}}", self.retrieve, allow_head=False)
        app.router.add_post("/v1/messages/count_tokens", self.count_tokens)

    async def list_page(self, request: web.Request) -> web.StreamResponse:
        """Return one page, newest first. Retired models are listed only if the query names that lifecycle."""
        wanted = _wanted_lifecycles(request)
        models = [model for model in self._models.list() if model.lifecycle in wanted]
        page, has_more = self._page(models, request)
        first, last = (page[0].id, page[-1].id) if page else (None, None)
        data = [_as_json(model) for model in page]
        return make_json_response({"data": data, "has_more": has_more, "first_id": first, "last_id": last})

    async def retrieve(self, request: web.Request) -> web.StreamResponse:
        """Return the model of an id or alias."""
        return make_json_response(_as_json(self._listed(request.match_info["id"])))

    async def count_tokens(self, request: web.Request) -> web.StreamResponse:
        """Count the input tokens of a prompt. A mistake is refused in the same words as in a message."""
        body = await request.read()
        if len(body) > _MOST_COUNTED_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MOST_COUNTED_BYTES, len(body))
        newest = request.headers["anthropic-version"] >= "2026-10-21"
        return make_json_response({"input_tokens": await asyncio.to_thread(self._count, body, newest)})

    def _count(self, body: bytes, newest: bool) -> int:
        try:
            params = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ApiError(400, f"The request body is not valid JSON: {error}") from None
        if not isinstance(params, dict):
            raise ApiError(400, "Input should be a valid dictionary")
        for mistake in _mistakes(params, newest):
            raise ApiError(400, mistake)
        if not self._models.answers(params["model"]):
            raise ApiError(404, f"model: {params['model']}")
        return count_prompt_tokens(params)

    def _page(self, models: list[Model], request: web.Request) -> tuple[list[Model], bool]:
        """Return the page just after or just before a model. Both cursors at once are refused, as for batches."""
        limit = read_limit(request.query.get("limit"))
        after, before = request.query.get("after_id"), request.query.get("before_id")
        if after and before:
            raise ApiError(400, "Only one of `after_id` and `before_id` may be given.")
        if before:
            end = models.index(self._listed(before, models))
            return models[max(0, end - limit) : end], end > limit
        start = models.index(self._listed(after, models)) + 1 if after else 0
        return models[start : start + limit], start + limit < len(models)

    def _listed(self, name: str, among: list[Model] | None = None) -> Model:
        model = self._models.find(name)
        if model is None or (among is not None and model not in among):
            raise ApiError(404, f"model: {name}")
        return model


def _mistakes(params: dict[str, Any], newest: bool) -> Iterator[str]:
    for key, kind, word in _REQUIRED:
        if key not in params:
            yield f"{key}: Field required"
        elif not isinstance(params[key], kind):
            yield f"{key}: Input should be a valid {word}"
    yield from (f"{key}: Extra inputs are not permitted" for key in params if key not in _ALLOWED)
    yield from find_message_mistakes(params["messages"], newest=newest)


def _wanted_lifecycles(request: web.Request) -> frozenset[str]:
    names = [*request.query.getall("lifecycle[]", []), *request.query.getall("lifecycle", [])]
    for name in names:
        if name not in _LIFECYCLES:
            raise ApiError(400, "lifecycle.0: Input should be 'active', 'deprecated' or 'retired'")
    return frozenset(names or _LIFECYCLES[:2])


def _as_json(model: Model) -> dict[str, Any]:
    """Return the JSON of a model as the official SDK 2.14 has it."""
    name = model.id.removeprefix("claude-").replace("-", " ").title()
    return {
        "type": "model",
        "id": model.id,
        "display_name": f"Claude {name}",
        "created_at": format_time(model.created_at),
        "lifecycle": model.lifecycle,
        "deprecated_at": format_time(model.deprecated_at),
        "retires_at": format_time(model.retires_at),
        "max_input_tokens": model.context,
        "max_tokens": model.max_tokens,
        "line": line if (line := model.id.split("-")[1]) in _LINES else None,
        "capabilities": _capabilities(model),
    }


def _capabilities(model: Model) -> dict[str, Any]:
    """Return every known capability. What no rule of this simulator looks at is supported."""
    family = model.family
    types = {name: _support(name in family.thinking) for name in _THINKING_TYPES}
    efforts = {name: _support(name in family.efforts) for name in EFFORTS}
    edits = dict.fromkeys(("clear_thinking_20251015", "clear_tool_uses_20250919", "compact_20260112"), _support())
    return {
        "batch": _support(),
        "citations": _support(),
        "code_execution": _support(),
        "context_management": _support() | edits,
        "effort": _support(bool(family.efforts)) | efforts,
        "image_input": _support(),
        "pdf_input": _support(),
        "server_tools": _support() | {"web_search": _support(), "code_execution": _support()},
        "structured_outputs": _support(),
        "thinking": _support() | {"types": types},
    }


def _support(supported: bool = True) -> dict[str, Any]:
    return {"supported": supported}
