"""What a call of Slack can fail with, and Slack's own word for it."""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError

FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


def failure(error: BaseException) -> str:
    """Return Slack's own word for what failed, without the request that may hold a secret."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", "no reason given"))
    return type(error).__name__ if not isinstance(error, asyncio.TimeoutError) else "timeout"
