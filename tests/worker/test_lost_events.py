"""Two processes answer each message once, and of one whose process was killed its author hears once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from bot.store.db.tables import events
from bot.store.records import audit, drafts, long_readings, workers
from bot.store.records.audit import Intent
from bot.store.records.events import ClaimedEvent, claim
from bot.store.records.long_readings import LongReading
from bot.store.records.workers import DEAD_AFTER
from bot.worker.lost_events import LostEvents
from tests.desk import ADA, BATCHES
from tests.ui.draft_samples import DRAFT
from tests.waiting import WatchedEvent
from tests.worker.scene import Scene

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def two_processes(scene: Scene, store: str, folder: Path) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Run the bot twice on the store of a scene, each with a connection of its own."""
    settings = {
        "SLACK_BOT_TOKEN": scene.slack.bot_token,
        "SLACK_APP_TOKEN": scene.slack.app_token,
        "SLACK_API_URL": scene.slack.api_url,
        "ANTHROPIC_API_KEY": "sk-ant-something",
        "ANTHROPIC_BASE_URL": scene.api.base_url,
        "BATCHDESK_KEEP_REQUESTS": "none",
        "DATABASE_URL": store,
        "PORT": "0",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-m", "bot", "web")
    running = [
        await asyncio.create_subprocess_exec(*command, cwd=folder, env=settings, stderr=asyncio.subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        await scene.slack.wait_for(lambda: scene.slack.sockets == 2, 60)
        yield running
    finally:
        for process in running:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def test_two_processes_answer_once_and_a_killed_one_is_reported_once(
    either_scene: Scene, database_url: str, tmp_path: Path
) -> None:
    scene, slack = either_scene, either_scene.slack
    slack.set_events(frozenset({"app_mention"}))
    scene.batch()
    held = WatchedEvent()

    async with two_processes(scene, database_url, tmp_path) as running:
        await slack.say(ADA, BATCHES, "@Batchdesk status last")
        [first] = slack.event_deliveries
        await asyncio.gather(*(slack.repeat_event(first, number) for number in range(1, 7)))
        await slack.wait_for(lambda: slack.calls("chat.postEphemeral"))
        slack.fail_next("chat.postEphemeral", error="fatal_error", delay=held)
        await slack.say(ADA, BATCHES, "@Batchdesk list")
        await held.is_waited_for.wait()
        for process in running:
            process.kill()
        await asyncio.gather(*(process.wait() for process in running))
    held.set()
    await slack.wait_for(lambda: len(slack.calls("chat.postEphemeral")) == 2)
    scene.advance((DEAD_AFTER * 2).total_seconds())
    reports = [await LostEvents(scene.worker.services).report_lost() for _ in range(2)]
    await scene.deliver_all()

    answers = [message for message in slack.messages(BATCHES) if message.ephemeral_to == ADA]
    [report] = slack.messages("D0ADA")
    assert len(answers) == 1
    assert reports == [1, 0]
    assert "I was restarted during `/batch list`" in report.visible_text
    assert report.buttons == ["Try again"]


DEAD = "elsewhere:1:abcdef"


@pytest.mark.parametrize(
    ("again", "reported"),
    [("cancel last", 0), ("status last", 1), ("results last", 0), ("results last --csv", 0), ("list", 1), ("", 1)],
)
async def test_only_what_the_message_began_keeps_its_report_away(scene: Scene, again: str, reported: int) -> None:
    services, now = scene.worker.services, scene.now()
    event = ClaimedEvent(services.workspace.id, "Ev1", ADA, again, now, DEAD)
    reading = LongReading("r1", ADA, "T0DEMO", now, held_by=DEAD, again="results msgbatch_1")
    elsewhere = replace(reading, id="r2", held_by="another:1:abcdef", again="list")
    scene.database.transact(lambda connection: claim(connection, event))
    scene.database.transact(lambda connection: audit.record_intent(connection, intent_at(now), held_by="another"))
    scene.database.transact(lambda connection: long_readings.add(connection, reading))
    scene.database.transact(lambda connection: long_readings.add(connection, elsewhere))
    draft = replace(DRAFT, user_id=ADA, created_at=now, changed_at=now)
    scene.database.transact(lambda connection: drafts.add(connection, draft))

    found = await LostEvents(services).report_lost()

    assert found == reported


def intent_at(now: datetime) -> Intent:
    """Return the intent of Ada to cancel a batch."""
    return Intent(
        at=now,
        user_id=ADA,
        team_id="T0DEMO",
        channel_id=BATCHES,
        verb="cancel",
        command="cancel last",
        subject="b",
        confirmation_id=None,
    )


async def test_a_message_whose_change_is_settled_is_not_reported_too_and_old_ones_are_forgotten(scene: Scene) -> None:
    services = scene.worker.services
    now = scene.now()
    event = ClaimedEvent(services.workspace.id, "Ev1", ADA, "cancel last", now, DEAD)
    scene.database.transact(lambda connection: claim(connection, event))
    scene.database.transact(lambda connection: audit.record_intent(connection, intent_at(now), held_by=DEAD))
    assert scene.database.transact(lambda connection: workers.list_alive_ids(connection, now)) == set()

    reported = await LostEvents(services).report_lost()
    kept = scene.database.transact(lambda connection: connection.execute(select(events)).all())
    scene.advance(3 * 86_400)
    await scene.worker.maintenance.prune_store()

    assert reported == 0
    assert [(row.held_by, row.again) for row in kept] == [(None, "")]
    assert scene.database.transact(lambda connection: connection.execute(select(events)).all()) == []
