"""The client of Slack's Web API. Each call ends in an answer, or in one of SLACK_ERRORS."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.errors import UnusableAnswer
from bot.slack.shapes import has_known_shape

SESSION_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
"""For the session of all calls: slack_sdk leaves its own `timeout` unused where it is given a session."""


def read_object(answer: AsyncSlackResponse, name: str) -> dict[str, Any]:
    """Return an object of an answer. Raises UnusableAnswer if there is none."""
    found: object = answer.get(name)
    if not isinstance(found, dict):
        raise UnusableAnswer(name)
    return found


class SlackClient(AsyncWebClient):
    """slack_sdk's client, which raises UnusableAnswer for an answer that is not Slack's JSON.

    Its session selects the proxy.
    """

    def __init__(self, token: str | None = None, **options: Any) -> None:
        super().__init__(token, **options)
        self.proxy = None  # slack_sdk takes it from the environment, and ignores NO_PROXY

    async def api_call(
        self,
        api_method: str,
        *,
        http_verb: str = "POST",
        files: dict[str, Any] | None = None,
        data: dict[str, Any] | aiohttp.FormData | None = None,
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        auth: dict[str, Any] | None = None,
    ) -> AsyncSlackResponse:
        """Call a method. Raises SlackApiError with Slack's own error, or another of SLACK_ERRORS."""
        try:
            answer = await super().api_call(
                api_method,
                http_verb=http_verb,
                files=files,
                data=data,
                params=params,
                json=json,
                headers=headers,
                auth=auth,
            )
        except SlackApiError as error:
            refusal = getattr(error.response, "data", None)
            # slack_sdk takes a page for an answer without fields. A page with 429 still says that nothing was done.
            if isinstance(refusal, dict) and ("error" in refusal or error.response.status_code == 429):
                raise
            raise UnusableAnswer(api_method) from error
        except (AttributeError, TypeError) as error:
            # slack_sdk takes every text for JSON, also the plain text of a proxy.
            raise UnusableAnswer(api_method) from error
        if not has_known_shape(api_method, answer.data):
            raise UnusableAnswer(api_method)
        return answer
