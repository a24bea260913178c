"""A Socket Mode connection that is cut, and refused once when it reconnects."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator
from bot.proxies import Proxies
from bot.slack.transports import check_bot_token, make_bolt_app, open_socket
from tests.desk import ALL_SCOPES


async def connections_after_a_refusal() -> int:
    """Connect, be cut off and refused, wait for what is tried next, and return how many connections there are."""
    async with SlackSimulator(scopes=ALL_SCOPES) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        app = make_bolt_app(slack.api_url, await check_bot_token(client))
        async with open_socket(app, client, slack.app_token, Proxies()) as handler:
            handler.client.ping_interval = 0.01  # also the pause before the next try
            await slack.wait_for(lambda: slack.sockets)
            slack.fail_next("socket", status=503)
            await slack.disconnect_sockets()
            await slack.wait_for(lambda: not slack.sockets)
            return await slack.wait_for(lambda: slack.sockets)
