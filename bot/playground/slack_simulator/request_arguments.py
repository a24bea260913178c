"""Read a Web API request in every form that Slack accepts: query, form, multipart or JSON."""

import json
from typing import Any

from aiohttp import web

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal


async def read_arguments(request: web.Request) -> Json:
    """Return all arguments by name, from the query and the body."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        arguments |= _json_object(await request.text())
    elif request.can_read_body:
        arguments |= dict(await request.post())
    return arguments


def read_bearer_token(request: web.Request) -> str | None:
    """Return the token in the Authorization header, or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _json_object(text: str) -> Json:
    try:
        body: Any = json.loads(text) if text else {}
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body
