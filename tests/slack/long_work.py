"""Long work and its progress message, for tests."""

import asyncio

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.stop_reading import StopReading
from bot.operations.progress import Progress
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.slack.in_flight import InFlight
from bot.slack.progress_messages import ProgressMessages, ProgressPlace, ProgressThread
from bot.ui.components.buttons import read_button

ADA = Caller(UserId("U0ADA"), TeamId("T0DEMO"), ChannelId("C0BATCHES"))


class Work:
    """A work that goes on until it is let go, watched as the edge watches it."""

    def __init__(self, messages: ProgressMessages, place: ProgressPlace | ProgressThread | None = None) -> None:
        self.in_flight = InFlight()
        self.let_go = asyncio.Event()
        self.fails = False
        self.progress = Progress(lambda progress: self.in_flight.start(messages.show(progress, ADA, place)))
        self.progress.set_subject("msgbatch_1", retry_command="results msgbatch_1", total_lines=20_000)
        self._task = asyncio.create_task(self.progress.run(self._work()))

    async def end(self) -> object:
        """Let the work go on to its end; what came of it, an error as a value."""
        self.let_go.set()
        [outcome] = await asyncio.gather(self._task, return_exceptions=True)
        await self.in_flight.drain()
        return outcome

    async def _work(self) -> str:
        await self.let_go.wait()
        if self.fails:
            raise RuntimeError("it broke")
        return "done"


def in_dm(slack: SlackSimulator) -> list[SlackMessage]:
    return slack.messages("D0ADA")


async def posted(slack: SlackSimulator) -> SlackMessage:
    await slack.wait_for(lambda: in_dm(slack))
    return in_dm(slack)[0]


def reading_of(message: SlackMessage) -> StopReading:
    value = next(block for block in message.blocks if block["type"] == "actions")["elements"][0]["value"]
    return StopReading(read_button(value).text.split()[1])
