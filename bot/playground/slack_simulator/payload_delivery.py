"""Deliver payloads to the bot by the configured transport, and show them in the traffic pane."""

from dataclasses import replace

from bot.playground.slack_simulator.bot_answer import BotAnswer
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.records import Json, TrafficEntry
from bot.playground.slack_simulator.sockets import SocketHub
from bot.playground.slack_simulator.state import SlackState


class PayloadDelivery:
    """Delivers one payload at a time. With `http_target` None it uses Socket Mode."""

    def __init__(self, state: SlackState, sockets: SocketHub, http: HttpDelivery, ack_deadline: float) -> None:
        self._state = state
        self._sockets = sockets
        self._http = http
        self._deadline = ack_deadline
        self.http_target: str | None = None

    async def deliver(self, kind: str, title: str, payload: Json) -> BotAnswer:
        """Send a payload of this envelope type, and return the answer."""
        traffic = self._state.traffic
        entry = traffic.record(TrafficEntry(f"{kind} {title}".strip(), sent=payload, direction="to_bot"))
        if self.http_target is None:
            answer = await self._sockets.send(kind, payload, self._deadline)
        else:
            answer = await self._http.send(self.http_target, kind, payload, self._deadline)
        traffic.record(replace(entry, status=answer.status, ms=answer.ms, answered=answer.body))
        return answer
