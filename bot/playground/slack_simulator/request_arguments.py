"""Reading a Web API request the ways Slack takes it: query, form, multipart or JSON, token in header or body."""

import json
from typing import Any

from aiohttp import web

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal


async def read_arguments(request: web.Request) -> Json:
    """All arguments by name, from the query and the body together."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        arguments |= _json_object(await request.text())
    elif request.can_read_body:
        arguments |= dict(await request.post())
    return arguments


def read_bearer_token(request: web.Request) -> str | None:
    """The token in the Authorization header."""
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
