"""Brings payloads to the bot, by whichever transport it is set up for, and shows them passing."""

from dataclasses import replace

from bot.playground.slack_simulator.answers import Answer
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.records import Json, TrafficEntry
from bot.playground.slack_simulator.sockets import SocketHub
from bot.playground.slack_simulator.workspace import Workspace


class Deliverer:
    """One payload, one answer, one line in the pane; `http_target` None means Socket Mode."""

    def __init__(self, workspace: Workspace, sockets: SocketHub, http: HttpDelivery, ack_deadline: float) -> None:
        self._workspace = workspace
        self._sockets = sockets
        self._http = http
        self._deadline = ack_deadline
        self.http_target: str | None = None

    async def deliver(self, kind: str, title: str, payload: Json) -> Answer:
        """Send a payload of this envelope type and wait for what comes back."""
        traffic = self._workspace.traffic
        entry = traffic.note(TrafficEntry(f"{kind} {title}".strip(), sent=payload, direction="to_bot"))
        if self.http_target is None:
            answer = await self._sockets.send(kind, payload, self._deadline)
        else:
            answer = await self._http.send(self.http_target, kind, payload, self._deadline)
        traffic.note(replace(entry, status=answer.status, ms=answer.ms, answered=answer.body))
        return answer
