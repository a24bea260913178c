"""The bare Bolt apps that our bot is compared with: `best` is the fastest setup, `stock` the documented one."""

import asyncio
import os
import sys

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

EVENTS_PATH = "/slack/events"


async def build_best(port: int) -> web.Application:
    """Return the fastest bare app: no polling for the ack, no auth.test, the aiohttp server."""
    authorized = AuthorizeResult(enterprise_id=None, team_id="T0BENCH", bot_token=os.environ["SLACK_BOT_TOKEN"])

    async def authorize() -> AuthorizeResult:
        return authorized

    app = AsyncApp(
        client=AsyncWebClient(base_url=os.environ["SLACK_API_URL"]),
        authorize=authorize,
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
    app.command("/batch")(ack_only)
    return app.server(port=port, path=EVENTS_PATH).web_app


async def build_stock(port: int) -> web.Application:
    """Return the bare app that Bolt's documentation begins with."""
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    app.command("/batch")(ack_only)
    return app.server(port=port, path=EVENTS_PATH).web_app


async def ack_only(ack: AsyncAck) -> None:
    """Ack, and do nothing else."""
    await ack()


_CONTENDERS = {"best": build_best, "stock": build_stock}


async def _serve(name: str, port: int) -> None:
    runner = web.AppRunner(await _CONTENDERS[name](port), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(os.environ["PORT"])))
