"""Send signed slash commands over open connections, and measure how long each ack takes."""

import asyncio
import hashlib
import hmac
import json
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
    """What Slack posts when someone types `/batch text`; its response_url points to `slack`."""

    text: str
    slack: str
    number: str = "x"
    """The last part of the response_url."""
    is_press: bool = False
    """Whether it is a press of a button that renews its message, instead of a typed command."""

    def request(self) -> bytes:
        """Return the whole HTTP request, signed now (docs.slack.dev, verifying requests)."""
        fields = {"payload": json.dumps(self._press())} if self.is_press else self._fields()
        body = urlencode(fields).encode()
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
            "response_url": f"{self.slack}/commands/T0BENCH/1/{self.number}",
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        }

    def _press(self) -> dict[str, object]:
        value = json.dumps({"v": 1, "text": self.text, "renew": True})
        return {
            "type": "block_actions",
            "user": {"id": "U0ADA", "username": "ada", "team_id": "T0BENCH"},
            "api_app_id": "A0BENCH",
            "container": {
                "type": "message",
                "message_ts": "1.1",
                "channel_id": "C0BATCHES",
                "is_ephemeral": True,
            },
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
            "team": {"id": "T0BENCH", "domain": "bench"},
            "channel": {"id": "C0BATCHES", "name": "batches"},
            "response_url": f"{self.slack}/commands/T0BENCH/1/{self.number}",
            "actions": [{"action_id": "run", "block_id": "b", "type": "button", "value": value, "action_ts": "1.2"}],
        }


@asynccontextmanager
async def open_connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Open `count` connections to a port of this machine, and close them at the end."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield connections
    finally:
        for _, writer in connections:
            writer.close()


async def send_flood(connections: list[Connection], command: SlashCommand, commands: int) -> list[float]:
    """Send `commands` in total, on each connection as fast as they are acked; return the seconds to each ack."""
    share = max(1, commands // len(connections))
    request = command.request()
    acks = await asyncio.gather(*(_send_in_turn(connection, request, share) for connection in connections))
    return [seconds for each in acks for seconds in each]


async def _send_in_turn(connection: Connection, request: bytes, commands: int) -> list[float]:
    return [await measure_ack(connection, request) for _ in range(commands)]


async def measure_ack(connection: Connection, request: bytes) -> float:
    """Send one command and return the seconds until its ack was read whole.

    Raises:
        AssertionError: the ack is not a 200.
    """
    reader, writer = connection
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    body = await reader.readexactly(length) if length else b""
    seconds = time.perf_counter() - started
    assert head.startswith(b"HTTP/1.1 200 "), head + body
    return seconds
