"""Socket Mode: one-time addresses, up to ten connections, envelopes and their acks."""

import asyncio
import contextlib
import json
import time
import uuid
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.playground.slack_simulator.bot_answer import BotAnswer
from bot.playground.slack_simulator.credentials import random_letters
from bot.playground.slack_simulator.records import Json, Retry
from bot.playground.slack_simulator.state import SlackState

MAX_CONNECTIONS = 10
_HOST = "applink-simulated"


class SocketHub:
    """The open Socket Mode connections. Each payload goes to exactly one of them, in turn."""

    def __init__(self, state: SlackState, *, ping_interval: float, warning_lead: float) -> None:
        self._state = state
        self._ping_interval = ping_interval
        self._warning_lead = warning_lead
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0

    @property
    def count(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def issue_url(self) -> str:
        """Return a WebSocket address that works once."""
        ticket = random_letters(32)
        self._tickets.add(ticket)
        return f"{self._state.socket_url}/link/?ticket={ticket}&app_id={self._state.world.app_id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection from hello to close."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="invalid ticket")
        self._tickets.discard(ticket)
        if fault := self._state.faults.take("socket"):
            return web.Response(status=fault.status)
        socket = web.WebSocketResponse(max_msg_size=0, timeout=1.0)
        await socket.prepare(request)
        if len(self._open) >= MAX_CONNECTIONS:
            await self._disconnect(socket, "too_many_websockets")
            return socket
        self._open.append(socket)
        pinging = asyncio.create_task(self._ping(socket))
        try:
            await socket.send_json(self._hello())
            await self._receive(socket)
        finally:
            pinging.cancel()
            self._remove(socket)
        return socket

    async def send(self, kind: str, payload: Json, deadline: float, retry: Retry | None = None) -> BotAnswer:
        """Send one payload to one connection and wait at most `deadline` seconds for its ack."""
        if not self._open:
            return BotAnswer(None, error="dispatch_failed", status="error: dispatch_failed")
        self._turn += 1
        socket = self._open[self._turn % len(self._open)]
        envelope_id = str(uuid.uuid4())
        ack = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline):
                await socket.send_json(_envelope(envelope_id, kind, payload, retry))
                body = await ack
        except TimeoutError:
            return BotAnswer(None, error="operation_timeout", status="error: operation_timeout")
        except ConnectionError:
            return BotAnswer(None, error="dispatch_failed", status="error: dispatch_failed")
        finally:
            del self._acks[envelope_id]
        return BotAnswer((time.perf_counter() - started) * 1000, body)

    async def refresh(self) -> None:
        """Warn every connection, give it time to leave, then ask it to refresh and close it."""
        leaving = list(self._open)
        for socket in leaving:
            await self._disconnect_frame(socket, "warning")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._warning_lead):
                while any(socket in self._open for socket in leaving):
                    await self._state.feed.next_change()
        for socket in leaving:
            if not socket.closed:
                await self._disconnect(socket, "refresh_requested")

    async def disconnect(self, reason: str) -> None:
        """Send every connection a disconnect frame with this reason and close it."""
        for socket in list(self._open):
            await self._disconnect(socket, reason)

    async def close(self) -> None:
        """Close every connection without a disconnect frame, as when the server goes away."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _receive(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with contextlib.suppress(ValueError, AttributeError):
                frame = json.loads(message.data)
                ack = self._acks.get(frame.get("envelope_id"))
                if ack is not None and not ack.done():
                    ack.set_result(frame.get("payload") or None)

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await socket.ping(f"Ping from {_HOST}".encode())
                await asyncio.sleep(self._ping_interval)

    async def _disconnect_frame(self, socket: web.WebSocketResponse, reason: str) -> None:
        with contextlib.suppress(ConnectionError):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        self._remove(socket)
        await self._disconnect_frame(socket, reason)
        await socket.close()

    def _remove(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)
            self._state.feed.wake()

    def _hello(self) -> Json:
        self._state.feed.wake()
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": _HOST, "build_number": 1, "approximate_connection_time": 18_060},
            "connection_info": {"app_id": self._state.world.app_id},
        }


def _envelope(envelope_id: str, kind: str, payload: Json, retry: Retry | None) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        number, reason = (retry.number, retry.reason) if retry else (0, "")
        envelope |= {"retry_attempt": number, "retry_reason": reason}
    return envelope
