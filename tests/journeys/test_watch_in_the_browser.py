"""Two batches are watched on the demo page, time passes, and their cards change in place."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, expect

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.api_simulator.workspace import ApiWorkspace
from bot.playground.simulation import Simulation
from bot.playground.slack_simulator.server import SlackSimulator
from bot.store.db.database import Database
from bot.store.records import scheduled_jobs
from bot.store.transactions.begin_watch import SWEEP
from tests.journeys.browser import IN_THE_BROWSER, card, opened, picture, type_line

ROOT = Path(__file__).parents[2]
ENDS = ("all 900 succeeded", "880 of 900 succeeded · 20 errored")

pytestmark = IN_THE_BROWSER


async def advance(api: str, seconds: float) -> None:
    """Let simulated time pass, as anybody can by HTTP."""
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.post(f"{api}/_simulator/advance", json={"seconds": seconds})
    answer.raise_for_status()


def two_batches(workspace: ApiWorkspace) -> tuple[Batch, Batch]:
    """Put two young batches that end in ten minutes, as ENDS says."""
    return (
        workspace.add(processing_status="in_progress", age=1.0, ends_in=600.0, succeeded=900),
        workspace.add(processing_status="in_progress", age=1.0, ends_in=600.0, succeeded=880, errored=20),
    )


async def watch(page: Page, batches: tuple[Batch, ...]) -> list[str | None]:
    """Watch the batches; gives back which messages their cards are."""
    for batch in batches:
        await type_line(page, f"/batch watch {batch.id}")
    for batch in batches:
        await expect(card(page, batch.id)).to_contain_text(" · running")
    return await stamps(page, batches)


async def stamps(page: Page, batches: tuple[Batch, ...]) -> list[str | None]:
    return [await card(page, batch.id).get_attribute("data-ts") for batch in batches]


async def see_the_ends(page: Page, batches: tuple[Batch, ...]) -> None:
    """See each card say how its batch ended, and one mention below it, with the causes of failure and the cost."""
    for batch, said in zip(batches, ENDS, strict=True):
        shown = card(page, batch.id)
        await expect(shown.locator("h3, .header").first).to_contain_text(said, timeout=40_000)
        answer = shown.locator(".replies")
        await expect(answer).to_contain_text(re.compile(r"@Ada Berg.*succeeded.*Cost: \$\d", re.DOTALL))
        if "errored" in said:
            await expect(answer).to_contain_text("20 × invalid_request_error")
        await expect(shown).to_have_count(1)
        await expect(shown.locator(".mention-me")).to_have_count(1)


async def test_without_permission_to_post_the_card_comes_as_a_direct_message(page: Page, stage: Simulation) -> None:
    batch = stage.api.workspace.batches[1]
    await page.get_by_test_id("channel-C0GENERAL").click()

    await type_line(page, f"/batch watch {batch.id}")
    await expect(page.get_by_test_id("message").last).to_contain_text("I can't post in #general")
    await page.get_by_test_id("channel-D0ADA").click()

    await expect(card(page, batch.id)).to_contain_text(" · running")
    await picture(page, "watching-3-direct")
    await page.get_by_test_id("pass-3600").click()
    await expect(page.get_by_test_id("time-passed")).to_contain_text("1 h ahead")
    await expect(card(page, batch.id).locator(".mention-me")).to_have_count(1)


async def be_away_for_long(folder: Path) -> None:
    """Leave the store as an outage longer than the pause between two looks at the API does, without waiting for it."""
    database = Database(store_of(folder))
    await database.run(lambda connection: scheduled_jobs.set_due(connection, SWEEP, datetime(2000, 1, 1, tzinfo=UTC)))
    await database.close()


def store_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.sqlite3'}"


@asynccontextmanager
async def bot_process(slack: SlackSimulator, api: ApiSimulator, folder: Path) -> AsyncIterator[None]:
    """Run the bot as an administrator does, in a process of its own, and kill it at the end with signal 9."""
    settings = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "ANTHROPIC_API_KEY": "sk-ant-playground",
        "ANTHROPIC_BASE_URL": api.base_url,
        "DATABASE_URL": store_of(folder),
        "BATCHDESK_OPERATORS": "U0ADA",
        "BATCHDESK_LOG_LEVEL": "WARNING",
        "PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
    )
    try:
        await slack.wait_for(lambda: slack.sockets, timeout=30)
        yield
    finally:
        process.kill()
        await process.wait()
        await slack.wait_for(lambda: not slack.sockets, timeout=30)


async def test_a_killed_bot_catches_up_and_announces_nothing_twice(chromium: Browser, tmp_path: Path) -> None:
    async with ApiSimulator() as api, SlackSimulator() as slack, opened(chromium, slack.url) as page:
        batches = two_batches(api.workspace)
        async with bot_process(slack, api, tmp_path):
            before = await watch(page, batches)

        await advance(api.base_url, 1_200)
        await be_away_for_long(tmp_path)
        async with bot_process(slack, api, tmp_path):
            await see_the_ends(page, batches)
        async with bot_process(slack, api, tmp_path):
            await type_line(page, "/batch status last")
            await expect(page.get_by_test_id("message").last).to_contain_text("Results")
            await see_the_ends(page, batches)

        await picture(page, "watching-4-after-two-kills")
        assert await stamps(page, batches) == before
