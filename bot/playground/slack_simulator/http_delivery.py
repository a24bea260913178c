"""Delivery by signed HTTP requests, as to an app with request URLs."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.slack_simulator.bot_answer import BotAnswer
from bot.playground.slack_simulator.records import Json, Retry

_FORM = "application/x-www-form-urlencoded"


def sign_request(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's request signature, version v0 (docs.slack.dev, verifying requests)."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def encode_payload(kind: str, payload: Json) -> tuple[str, bytes]:
    """Return the content type and the body of one delivery."""
    match kind:
        case "slash_commands":
            return _FORM, urlencode(
                {key: _form_value(value) for key, value in payload.items() if value is not None}
            ).encode()
        case "interactive":
            return _FORM, urlencode({"payload": json.dumps(payload)}).encode()
        case _:
            return "application/json", json.dumps(payload).encode()


def _form_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class HttpDelivery:
    """Posts payloads to the app's request URL. Close it at the end."""

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    def use_secret(self, signing_secret: str) -> None:
        """Sign with this secret from now on."""
        self._secret = signing_secret

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(
        self, target: str, kind: str, payload: Json, deadline: float, retry: Retry | None = None
    ) -> BotAnswer:
        """Post one payload and wait at most `deadline` seconds for the answer. Redirects are not followed."""
        self._session = self._session or aiohttp.ClientSession()
        content_type, body = encode_payload(kind, payload)
        started = time.perf_counter()
        try:
            async with self._session.post(
                target,
                data=body,
                headers=self._headers(content_type, body) | _retry_headers(retry),
                timeout=aiohttp.ClientTimeout(total=deadline),
                allow_redirects=False,
            ) as response:
                body_read = _read(await response.text(), response.content_type)
        except TimeoutError:
            return BotAnswer(None, error="operation_timeout", status="error: operation_timeout")
        except aiohttp.ClientError:
            return BotAnswer(None, error="dispatch_failed", status="error: dispatch_failed")
        ms = (time.perf_counter() - started) * 1000
        error = None if response.status == 200 else str(response.status)
        return BotAnswer(ms, body_read, error, str(response.status))

    def _headers(self, content_type: str, body: bytes) -> dict[str, str]:
        # The receiver compares this with its own clock, so it is the real time even if the simulator's clock is not.
        timestamp = str(int(time.time()))
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign_request(self._secret, timestamp, body),
        }


def _retry_headers(retry: Retry | None) -> dict[str, str]:
    if retry is None:
        return {}
    return {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}


def _read(text: str, content_type: str) -> Any:
    if content_type == "application/json" and text:
        try:
            return json.loads(text) or None
        except ValueError:
            return text
    return text or None
