"""The two small apps that whole commands are compared with: `fifty` with httpx and pydantic, `sdk` with the SDK.

Both fetch, validate and post the same as the bot: one GET of a batch or of a page, and one message with the counts.
They ask no one, keep nothing, and know no other verb.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

Payload = dict[str, Any]
Fetch = Callable[[str, str], Awaitable[list[Any]]]
"""Returns the batches that a verb shows: the one of an id, or the newest ten."""

_KEYS = ("succeeded", "errored", "expired", "canceled", "processing")
_HELP = "`/batch status ID` shows a batch.\n`/batch list` shows the newest ones."
_tasks: set[asyncio.Task[None]] = set()


def make_fetch_with_httpx() -> Fetch:
    """Return what fetches with httpx, and validates with pydantic."""
    import httpx
    from pydantic import BaseModel

    class Counts(BaseModel):
        processing: int
        succeeded: int
        errored: int
        canceled: int
        expired: int

    class Batch(BaseModel):
        id: str
        processing_status: str
        request_counts: Counts
        created_at: str
        ended_at: str | None

    class Page(BaseModel):
        data: list[Batch]

    headers = {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
    client = httpx.AsyncClient(base_url=os.environ["ANTHROPIC_BASE_URL"], headers=headers)

    async def fetch(verb: str, batch_id: str) -> list[Any]:
        path = f"/v1/messages/batches/{batch_id}" if verb == "status" else "/v1/messages/batches?limit=10"
        answer = (await client.get(path)).raise_for_status().content
        return [Batch.model_validate_json(answer)] if verb == "status" else Page.model_validate_json(answer).data

    return fetch


def make_fetch_with_sdk() -> Fetch:
    """Return what fetches and validates with the official SDK."""
    from anthropic import AsyncAnthropic  # type: ignore[import-not-found]  # of the other environment

    batches = AsyncAnthropic().messages.batches

    async def fetch(verb: str, batch_id: str) -> list[Any]:
        return [await batches.retrieve(batch_id)] if verb == "status" else (await batches.list(limit=10)).data

    return fetch


def draw(batches: list[Any]) -> Payload:
    """Return the message: a section with the counts, and a context line, for each batch."""
    blocks: list[Payload] = []
    for batch in batches:
        counts = ((getattr(batch.request_counts, key), key) for key in _KEYS)
        words = " · ".join(f"{count:,} {key}" for count, key in counts if count)
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"*{batch.processing_status}* · {words}"}})
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": f"`{batch.id}`"}]})
    return {"text": f"{len(batches)} batches", "blocks": blocks}


async def build(fetch: Fetch, port: int) -> web.Application:
    """Return the app: it acks, answers in a task, and posts through one session."""
    session = aiohttp.ClientSession()
    authorized = AuthorizeResult(enterprise_id=None, team_id="T0BENCH", bot_token=os.environ["SLACK_BOT_TOKEN"])

    async def authorize() -> AuthorizeResult:
        return authorized

    async def answer(url: str, text: str, **extra: object) -> None:
        verb, _, batch_id = text.partition(" ")
        shown = {"text": _HELP} if verb == "help" else draw(await fetch(verb, batch_id))
        async with session.post(url, json={**shown, **extra}) as posted:
            posted.raise_for_status()

    def start(work: Any) -> None:
        task = asyncio.create_task(work)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    async def on_command(ack: AsyncAck, body: Payload) -> None:
        await ack()
        start(answer(body["response_url"], body["text"]))

    async def on_press(ack: AsyncAck, body: Payload) -> None:
        await ack()
        value: Mapping[str, str] = json.loads(body["actions"][0]["value"])
        start(answer(body["response_url"], value["text"], replace_original=True))

    app = AsyncApp(
        client=AsyncWebClient(base_url=os.environ["SLACK_API_URL"]),
        authorize=authorize,
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
    app.command("/batch")(on_command)
    app.action("run")(on_press)
    return app.server(port=port, path="/slack/events").web_app


async def _serve(name: str, port: int) -> None:
    fetch = make_fetch_with_httpx() if name == "fifty" else make_fetch_with_sdk()
    runner = web.AppRunner(await build(fetch, port), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(os.environ["PORT"])))
