"""Deliver payloads to the bot by the configured transport, and show them in the traffic pane."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.playground.slack_simulator.bot_answer import BotAnswer
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.records import Json, Retry, TrafficEntry
from bot.playground.slack_simulator.sockets import SocketHub
from bot.playground.slack_simulator.state import SlackState

RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before each repetition of an event that was not acked (docs.slack.dev, Events API)."""
_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class PayloadDelivery:
    """Delivers one payload at a time. With `http_target` None it uses Socket Mode.

    Events that are not acked are delivered again, after each of `retry_delays`.
    """

    def __init__(
        self,
        state: SlackState,
        sockets: SocketHub,
        http: HttpDelivery,
        ack_deadline: float,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._state = state
        self._sockets = sockets
        self._http = http
        self._deadline = ack_deadline
        self.http_target: str | None = None
        self._retry_delays = retry_delays
        self._retries: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Repeat nothing any more."""
        for retry in self._retries:
            retry.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)

    async def deliver_event(self, title: str, payload: Json) -> BotAnswer:
        """Send an event, and return the answer. Repeat it in the background until it is acked."""
        answer = await self.deliver("events_api", title, payload)
        if answer.error is not None:
            retries = asyncio.create_task(self._repeat(title, payload, answer.error))
            self._retries.add(retries)
            retries.add_done_callback(self._retries.discard)
        return answer

    async def _repeat(self, title: str, payload: Json, error: str | None) -> None:
        for number, delay in enumerate(self._retry_delays, start=1):
            await asyncio.sleep(delay)
            answer = await self.deliver(
                "events_api", title, payload, Retry(number, _REASONS.get(error or "", "http_error"))
            )
            error = answer.error
            if error is None:
                return

    async def deliver(self, kind: str, title: str, payload: Json, retry: Retry | None = None) -> BotAnswer:
        """Send a payload of this envelope type, and return the answer. `retry`: it was sent before, and not acked."""
        traffic = self._state.traffic
        entry = traffic.record(TrafficEntry(f"{kind} {title}".strip(), sent=payload, direction="to_bot"))
        if self.http_target is None:
            answer = await self._sockets.send(kind, payload, self._deadline, retry)
        else:
            answer = await self._http.send(self.http_target, kind, payload, self._deadline, retry)
        traffic.record(replace(entry, status=answer.status, ms=answer.ms, answered=answer.body))
        return answer
