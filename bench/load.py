"""Signed slash commands over connections that are kept open, and how long each took to be acked."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.contenders import EVENTS_PATH
from bench.programs import SIGNING_SECRET

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class SlashCommand:
    """What Slack posts when somebody types `/batch text`; `slack` is where its response_url leads."""

    text: str
    slack: str

    def request(self) -> bytes:
        """Return the whole HTTP request, signed now (docs.slack.dev, verifying requests)."""
        body = urlencode(self._fields()).encode()
        moment = str(int(time.time()))
        mac = hmac.new(SIGNING_SECRET.encode(), f"v0:{moment}:".encode() + body, hashlib.sha256)
        head = (
            f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: application/json,*/*\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"X-Slack-Request-Timestamp: {moment}\r\nX-Slack-Signature: v0={mac.hexdigest()}\r\n\r\n"
        )
        return head.encode() + body

    def _fields(self) -> dict[str, str]:
        return {
            "token": "gIkuvaNzQIHg97ATvDxqgjtO",
            "team_id": "T0BENCH",
            "team_domain": "bench",
            "channel_id": "C0BATCHES",
            "channel_name": "batches",
            "user_id": "U0ADA",
            "user_name": "ada",
            "command": "/batch",
            "text": self.text,
            "api_app_id": "A0BENCH",
            "is_enterprise_install": "false",
            "response_url": f"{self.slack}/commands/T0BENCH/1/x",
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        }


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Open connections to a program, and close them at the end."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()


async def flood(opened: list[Connection], command: SlashCommand, commands: int) -> list[float]:
    """Send `commands` in all, the next on a connection as soon as the last is acked; return seconds to each ack."""
    share, request = max(1, commands // len(opened)), command.request()
    taken = await asyncio.gather(*(_in_turn(connection, request, share) for connection in opened))
    return [seconds for each in taken for seconds in each]


async def _in_turn(connection: Connection, request: bytes, commands: int) -> list[float]:
    return [await ack_time(connection, request) for _ in range(commands)]


async def ack_time(connection: Connection, request: bytes) -> float:
    """Send one command; return the seconds until its ack was read whole. Raises AssertionError if it is not a 200."""
    reader, writer = connection
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    body = await reader.readexactly(length) if length else b""
    taken = time.perf_counter() - started
    assert head.startswith(b"HTTP/1.1 200 "), head + body
    return taken
