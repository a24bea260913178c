"""Slack's error code is found, or its absence, whatever a proxy answers in its place."""

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import describe_error


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "application/json"])
async def test_an_answer_that_is_not_slacks_is_a_failure_like_any_other(content_type: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=502, text="<bad gateway>", content_type=content_type)

    proxy = web.Application()
    proxy.router.add_post("/api/chat.update", answer)
    runner = web.AppRunner(proxy)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-1", base_url=f"{site.name}/api/", session=session)

        with pytest.raises(SlackApiError) as caught:
            await client.chat_update(channel="D1", ts="1.1", text="words")

        assert describe_error(caught.value) in ("no reason given", "an answer that is not Slack's")
    await runner.cleanup()
