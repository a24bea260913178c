"""What a call of Slack can fail with, and Slack's own word for it."""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError

SLACK_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


def describe_error(error: BaseException) -> str:
    """Return Slack's own word for what failed, without the request that may hold a secret."""
    if isinstance(error, SlackApiError):
        said = getattr(error.response, "data", None)  # a proxy's answer is text, or not even read
        return str(said.get("error", "no reason given")) if isinstance(said, dict) else "an answer that is not Slack's"
    return type(error).__name__ if not isinstance(error, asyncio.TimeoutError) else "timeout"
