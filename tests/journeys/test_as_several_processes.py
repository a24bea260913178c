"""Two `web` processes and a `worker` on one Postgres are one bot, even when one of them dies."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from tests.desk import ADA, ALL_SCOPES, BATCHES
from tests.worker import prepared
from tests.worker.conftest import prepared_postgres

__all__ = ["prepared_postgres"]

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Formation:
    """Both simulators, and processes of the bot between them on one store."""

    def __init__(self, store: str, folder: Path) -> None:
        self.slack = SlackSimulator(scopes=ALL_SCOPES)
        self.api = ApiSimulator(speed=0)
        self._store = store
        self._folder = folder
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self, part: str, port: int = 0, **more: str) -> asyncio.subprocess.Process:
        """Start `python -m bot web` or `worker`, with `more` settings."""
        settings = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "ANTHROPIC_API_KEY": "sk-ant-something",
            "ANTHROPIC_BASE_URL": self.api.base_url,
            "BATCHDESK_OPERATORS": ADA,
            "BATCHDESK_KEEP_REQUESTS": "none",
            "DATABASE_URL": self._store,
            "PORT": str(port or free_port()),
        }
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | settings | more
        process = await asyncio.create_subprocess_exec(
            sys.executable, *("-m", "bot", part), cwd=self._folder, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        self._running.append(process)
        return process

    async def stop(self) -> None:
        """Kill whatever still runs."""
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def seen(self, words: str) -> list[SlackMessage]:
        """Return the messages that say something."""
        return [message for message in self.slack.messages(BATCHES, ADA) if words in message.visible_text]

    def public(self, *, answers: bool) -> list[SlackMessage]:
        """Return the public messages: cards, or the replies in their threads."""
        everybody = [message for message in self.slack.messages(BATCHES) if message.ephemeral_to is None]
        return [message for message in everybody if (message.thread_ts is not None) == answers]


@pytest.fixture
def store(prepared_postgres: tuple[str, str]) -> Iterator[str]:
    with prepared.create_database(*prepared_postgres) as url:
        yield url


@pytest.fixture
async def formation(store: str, tmp_path: Path) -> AsyncIterator[Formation]:
    made = Formation(store, tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(made.slack)
        await stack.enter_async_context(made.api)
        stack.push_async_callback(made.stop)
        yield made


async def is_ready(port: int) -> bool:
    async with httpx.AsyncClient(verify=False) as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and {"store", "sweep"} <= set(answer.json()["checks"])


@pytest.mark.postgres
async def test_two_webs_and_a_worker_that_dies_are_one_bot(formation: Formation) -> None:
    slack, port = formation.slack, free_port()
    worker, *_ = await asyncio.gather(formation.start("worker", port), formation.start("web"), formation.start("web"))
    await slack.wait_for(lambda: slack.sockets == 2, 30)
    batch = formation.api.workspace.add(processing_status="in_progress", ends_in=600.0, succeeded=7)

    await slack.slash(ADA, BATCHES, f"/batch watch {batch.id}")
    [card] = await slack.wait_for(lambda: formation.public(answers=False), 20)
    async with asyncio.timeout(10):
        while not await is_ready(port):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    worker.kill()
    formation.api.advance(700)
    await formation.start("worker")
    [told] = await slack.wait_for(lambda: formation.public(answers=True), 60)

    assert " · running" in card.visible_text
    assert (told.thread_ts, f"<@{ADA}>" in told.visible_text) == (card.ts, True)
    await slack.slash(ADA, BATCHES, f"/batch delete {batch.id}")
    [question] = await slack.wait_for(lambda: formation.seen("for good"), 10)
    await asyncio.gather(*(slack.press(ADA, question, text="Delete for good") for _ in range(8)))
    await slack.wait_for(lambda: len(slack.calls("response_url")) >= 10, 10)
    assert sum(request.method == "DELETE" for request in formation.api.requests) == 1
