"""The demo and the simulation behind it: both simulators, the real bot, one page."""

import asyncio
import io
import json
import os
import re
import signal
import socket
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import aiohttp
import httpx
import pytest

from bot.__main__ import main
from bot.playground.demo import run_demo
from bot.playground.simulation import CHANNEL, FEED, OPERATOR, run_simulation

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """What is printed, and whether anything is."""

    def __init__(self) -> None:
        super().__init__()
        self.is_flushed = asyncio.Event()

    def flush(self) -> None:
        """Note that something was printed."""
        self.is_flushed.set()


async def test_the_demo_serves_its_page_until_it_is_stopped() -> None:
    stopped, terminal = asyncio.Event(), Terminal()
    with redirect_stdout(terminal):
        running = asyncio.create_task(run_demo(0, stopped))
        await terminal.is_flushed.wait()
    printed = terminal.getvalue()
    address = re.findall(r"http://127\.0\.0\.1:\d+", printed)[0]

    async with httpx.AsyncClient() as browser:
        page = await browser.get(address)
        stopped.set()
        await running
        with pytest.raises(httpx.ConnectError):
            await browser.get(address)

    assert page.status_code == 200
    assert "<title>Batchdesk demo</title>" in page.text
    assert "/batch status last" in printed


async def test_ctrl_c_ends_the_demo_in_peace(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--port", "0"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SLACK_BOT_TOKEN": "xoxb-a-real-one"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    ready = await process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, complained = await process.communicate()

    assert b"Batchdesk demo: http://127.0.0.1:" in ready
    assert process.returncode == 0
    assert b"Traceback" not in complained
    assert [*tmp_path.glob("*")] == [], "the demo left something behind"  # noqa: ASYNC240 - nothing else runs by now


def test_a_port_that_is_taken_ends_the_demo_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        status = main(["demo", "--port", str(taken.getsockname()[1])])

    said = capsys.readouterr().err
    assert status == 1
    assert "batchdesk demo couldn't start" in said
    assert "address already in use" in said.lower()


async def test_the_demo_forgets_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with run_simulation() as stage:
        await stage.slack.slash(OPERATOR, CHANNEL, "/batch delete last")
        await stage.bot.in_flight.drain()
        [question] = stage.slack.messages(CHANNEL, OPERATOR)

    async with run_simulation() as stage:
        await stage.slack.slash(OPERATOR, CHANNEL, "/batch audit")
        await stage.bot.in_flight.drain()
        [record] = stage.slack.messages(CHANNEL, OPERATOR)

    assert "Delete this batch for good?" in question.visible_text
    assert "Nothing is recorded yet." in record.visible_text


async def test_the_demo_has_a_feed_and_within_an_hour_its_digest() -> None:
    async with run_simulation() as stage:
        stage.api.advance(3_600)
        feed = partial(stage.slack.messages, FEED)
        digests = await stage.slack.wait_for(lambda: [m for m in feed() if "Digest · " in m.visible_text], timeout=30)

    assert len(digests) == 1


async def test_the_pane_shows_each_payload_and_call_and_no_secret() -> None:
    async with run_simulation() as stage:
        await stage.slack.slash(OPERATOR, CHANNEL, "/batch status last")
        await stage.bot.in_flight.drain()

        async with aiohttp.ClientSession() as browser, browser.ws_connect(f"{stage.slack.url}/_page/socket") as feed:
            world = await feed.receive_str()

        titles = [entry["title"] for entry in json.loads(world)["traffic"]]
        secrets = [
            secret for secret in (stage.slack.bot_token, stage.slack.app_token, "sk-ant-play") if secret in world
        ]
    assert "slash_commands /batch status last" in titles
    assert "GET /v1/messages/batches" in titles
    assert "response_url" in titles
    assert secrets == []
