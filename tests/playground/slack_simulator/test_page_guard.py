"""Whom the page answers, and how its files are served."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground.own_page import is_own_page
from bot.playground.slack_simulator.server import SlackSimulator


@pytest.fixture
async def browser(slack: SlackSimulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url, headers={"Origin": slack.url}) as session:
        yield session


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("127.0.0.1:80", None, True),
        ("127.0.0.1:80", "http://127.0.0.1:80", True),
        ("localhost:80", "http://localhost:80", True),
        ("[::1]:80", None, True),
        ("rebound.example:80", "http://rebound.example:80", False),
        ("127.0.0.1:80", "http://elsewhere.example", False),
        ("127.0.0.1:80", "http://127.0.0.1:81", False),
        ("127.0.0.1:80", "null", False),
        ("", None, False),
    ],
)
def test_the_page_knows_itself(host: str, origin: str | None, own: bool) -> None:
    assert is_own_page(host, origin) is own


@pytest.mark.parametrize("headers", [{"Host": "rebound.example"}, {"Origin": "http://elsewhere.example"}])
@pytest.mark.parametrize("path", ["/", "/_page/socket", "/_page/command"])
async def test_strangers_are_kept_away(slack: SlackSimulator, headers: dict[str, str], path: str) -> None:
    method = "POST" if path.endswith("command") else "GET"

    async with (
        aiohttp.ClientSession() as session,
        session.request(method, slack.url + path, headers=headers) as response,
    ):
        status = response.status

    assert status == 403


async def test_a_post_that_is_no_json_is_refused(browser: aiohttp.ClientSession) -> None:
    async with browser.post("/_page/command", data="user=U0ADA") as response:
        form = response.status
    async with browser.post("/_page/command", data="{", headers={"Content-Type": "application/json"}) as response:
        broken = await response.json()

    assert form == 415
    assert broken["ok"] is False


async def test_the_pages_files_come_with_a_strict_policy(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as response:
        policy, kind = response.headers["Content-Security-Policy"], response.content_type
        cache = response.headers["Cache-Control"]
    async with browser.get("/%2e%2e/slack_simulator/server.py") as response:
        outside = response.status

    assert kind == "text/html"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert cache == "no-store"
    assert outside == 404
