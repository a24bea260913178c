"""The errors that a call to Slack can raise, and how to log them."""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError

SLACK_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


def describe_error(error: BaseException) -> str:
    """Return Slack's error code, or the kind of failure; never the request, which may hold a secret."""
    if isinstance(error, SlackApiError):
        answer = getattr(error.response, "data", None)  # text from a proxy, or None if the body was never read
        if isinstance(answer, dict):
            return str(answer.get("error", "no reason given"))
        return "an answer that is not Slack's"
    return "timeout" if isinstance(error, asyncio.TimeoutError) else type(error).__name__
