"""Two `web` processes and a `worker` on one Postgres are one bot, even when one dies, in two workspaces of the API."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel
from tests.desk import ADA, ALL_SCOPES, BATCHES, BOT
from tests.two_workspaces import DEV
from tests.worker import prepared
from tests.worker.conftest import prepared_postgres

__all__ = ["prepared_postgres"]

ROOT = Path(__file__).parents[2]
SAME_START = "msgbatch_01SameStart"
"""How the ids in both workspaces begin, which is what people type."""


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

    def seen(self, words: str, *channels: str) -> list[SlackMessage]:
        """Return the messages that say something."""
        seen = (message for channel in channels or (BATCHES,) for message in self.slack.messages(channel, ADA))
        return [message for message in seen if words in message.visible_text]

    def public(self, channel: str = BATCHES, *, answers: bool) -> list[SlackMessage]:
        """Return the public messages of a channel: cards, or the replies in their threads."""
        everybody = [message for message in self.slack.messages(channel) if message.ephemeral_to is None]
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


def write_workspaces(formation: Formation, folder: Path) -> Path:
    """Let the API have two workspaces with a channel each, and return the file that names them."""
    formation.api.workspaces.assign_key("sk-ant-production", formation.api.workspace)
    formation.api.workspaces.add("development", "sk-ant-development")
    formation.slack.world.add(Channel(DEV, "batch-dev", frozenset({ADA, BOT})))
    tables = (("production", BATCHES), ("development", DEV))
    for name, _ in tables:
        (folder / f"{name}.key").write_text(f"sk-ant-{name}")
    lines = (f'[{name}]\napi_key_file = "{name}.key"\nchannels = ["{channel}"]\n' for name, channel in tables)
    file = folder / "workspaces.toml"
    file.write_text("".join(lines))
    return file


@pytest.mark.postgres
async def test_two_webs_and_a_worker_that_dies_are_one_bot_in_two_workspaces(
    formation: Formation, tmp_path: Path
) -> None:
    slack, port = formation.slack, free_port()
    file = str(write_workspaces(formation, tmp_path))
    worker, web, _ = await asyncio.gather(
        formation.start("worker", port, BATCHDESK_WORKSPACES=file),
        *(formation.start("web", BATCHDESK_WORKSPACES=file) for _ in range(2)),
    )
    await slack.wait_for(lambda: slack.sockets == 2, 30)
    channels = dict(zip((BATCHES, DEV), formation.api.workspaces.all, strict=True))
    batches = {
        channel: workspace.add(processing_status="in_progress", ends_in=600.0, succeeded=7, id=f"{SAME_START}{channel}")
        for channel, workspace in channels.items()
    }

    for channel in channels:
        await slack.slash(ADA, channel, f"/batch watch {SAME_START}")
    cards = {
        channel: (await slack.wait_for(partial(formation.public, channel, answers=False), 20))[0]
        for channel in channels
    }
    async with asyncio.timeout(10):
        while not await is_ready(port):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    worker.kill()
    formation.api.advance(700)
    await formation.start("worker", BATCHDESK_WORKSPACES=file)

    for channel, card in cards.items():
        [told] = await slack.wait_for(partial(formation.public, channel, answers=True), 60)
        assert " · running" in card.visible_text
        assert batches[channel].id in card.visible_text
        assert (told.thread_ts, f"<@{ADA}>" in told.visible_text) == (card.ts, True)
    before = len(slack.calls("response_url"))
    for channel in channels:
        await slack.slash(ADA, channel, f"/batch delete {SAME_START}")
    questions = await slack.wait_for(
        lambda: asked if len(asked := formation.seen("for good", *channels)) == 2 else [], 10
    )
    await asyncio.gather(*(slack.press(ADA, each, text="Delete for good") for each in questions for _ in range(8)))
    await slack.wait_for(lambda: len(slack.calls("response_url")) >= before + 18, 10)
    deletes = [request for request in formation.api.requests if request.method == "DELETE"]
    assert sorted((request.workspace, request.path.rsplit("/", 1)[1]) for request in deletes) == sorted(
        (workspace.id, batches[channel].id) for channel, workspace in channels.items()
    )

    web.kill()
    await slack.wait_for(lambda: slack.sockets == 1, 10)
    for channel in channels:
        await slack.slash(ADA, channel, f"/batch status {batches[channel].id}")
    await slack.wait_for(lambda: len(formation.seen(" deleted ", *channels)) == 2, 10)
