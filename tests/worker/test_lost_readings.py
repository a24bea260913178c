"""Lost readings: the message of a dead process says so, and no message of a living one is touched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from msgspec.structs import replace
from pydantic import SecretStr
from sqlalchemy import update

from bot.clients import make_slack_client
from bot.playground.slack_simulator.records import SlackMessage
from bot.settings.model import Settings
from bot.slack.bot_messages import BotMessages
from bot.slack.progress_messages import ProgressMessages, ProgressThread, ProgressTiming
from bot.slack.scopes import BOT_SCOPES
from bot.store.db.tables import readings
from bot.store.records import drafts, long_readings, workers
from bot.store.records.long_readings import LongReading
from bot.store.records.workers import DEAD_AFTER, WorkerProcess
from bot.worker.lost_readings import LostReadings
from tests.desk import ADA
from tests.slack.long_work import Work, in_dm, posted
from tests.ui.draft_samples import DRAFT
from tests.waiting import until_stored
from tests.worker.scene import Scene

HOLDER = "elsewhere:1:abcdef"
BEGUN = ProgressTiming(show_after=0.01, edit_interval=60, poll_interval=60)
"""The progress that a killed process left: the beginning."""


@asynccontextmanager
async def reading_elsewhere(
    scene: Scene, timing: ProgressTiming, thread: ProgressThread | None = None
) -> AsyncIterator[None]:
    """Have another process read something, whose heartbeat has stopped."""
    settings = Settings(slack_bot_token=SecretStr(scene.slack.bot_token), slack_api_url=scene.slack.api_url)
    services = replace(scene.worker.services, process_id=HOLDER)
    async with aiohttp.ClientSession() as session:
        client = make_slack_client(settings, session, retries=False)
        work = Work(ProgressMessages(BotMessages(client), services, timing), thread)
        await until_stored(lambda: scene.database.run(lambda c: long_readings.find_lost(c, scene.now())))
        yield
        await work.end()


async def until_shown(scene: Scene) -> None:
    """Wait until the other process has posted its progress message, and recorded that."""
    await posted(scene.slack)
    await until_stored(lambda: scene.database.run(lambda c: long_readings.find_lost(c, scene.now())[0].ts))


@pytest.fixture
async def left(either_scene: Scene) -> AsyncIterator[Scene]:
    """Open a scene where another process has posted the progress of its reading."""
    async with reading_elsewhere(either_scene, BEGUN):
        await until_shown(either_scene)
        yield either_scene


def lost(scene: Scene) -> list[LongReading]:
    return scene.database.transact(lambda connection: long_readings.find_lost(connection, scene.now()))


def shown(scene: Scene) -> SlackMessage:
    [message] = in_dm(scene.slack)
    return message


async def looked_after(scene: Scene) -> int:
    return await LostReadings(scene.worker.services, scene.worker.bot_messages).report_lost()


async def test_the_reading_of_a_dead_process_is_reported_in_its_message_and_can_be_repeated(left: Scene) -> None:
    before = shown(left)

    counts = [await looked_after(left), await looked_after(left)]

    after = shown(left)
    assert (before.buttons, after.buttons) == (["Stop"], ["Try again"])
    assert after.ts == before.ts
    assert "I was restarted during `/batch results msgbatch_1`" in after.visible_text
    assert counts == [1, 0]


async def test_the_message_in_a_thread_is_deleted_and_the_person_gets_one_of_their_own(either_scene: Scene) -> None:
    scene = either_scene
    root = await scene.slack.say(ADA, "C0BATCHES", "results last")

    def in_thread() -> list[SlackMessage]:
        return [message for message in scene.slack.messages("C0BATCHES") if message.thread_ts == root.ts]

    async with reading_elsewhere(scene, BEGUN, ProgressThread("C0BATCHES", root.ts)):
        [before] = await scene.slack.wait_for(in_thread)
        await until_stored(lambda: scene.database.run(lambda c: long_readings.find_lost(c, scene.now())[0].ts))
        counts = [await looked_after(scene), await looked_after(scene)]
        await scene.deliver_all()

    assert (before.buttons, in_thread(), counts) == (["Stop"], [], [1, 0])
    assert "I was restarted during `/batch results msgbatch_1`" in shown(scene).visible_text


async def test_the_reading_of_a_living_process_is_left_alone_until_its_heartbeat_stops(left: Scene) -> None:
    holder = WorkerProcess(HOLDER, "elsewhere", 1, left.now(), left.now())
    left.database.transact(lambda connection: workers.record_heartbeat(connection, holder, left.now()))

    at_once = await looked_after(left)
    stays = shown(left).buttons
    left.advance(DEAD_AFTER.total_seconds() + 1)
    later = await looked_after(left)

    assert (at_once, stays, later) == (0, ["Stop"], 1)


@pytest.mark.parametrize(
    ("error", "later"), [("ratelimited", 1), ("internal_error", 1), ("message_not_found", 0), ("channel_not_found", 0)]
)
async def test_a_report_that_slack_does_not_accept_now_is_retried_and_one_it_never_will_is_given_up(
    left: Scene, error: str, later: int
) -> None:
    left.slack.fail_next("chat.update", error=error)

    counts = [await looked_after(left), await looked_after(left)]

    assert counts == [1 - later, later]
    assert lost(left) == []


QUIET = ProgressTiming(show_after=60)
"""The progress that a process killed in its first two seconds left: only the record."""


async def test_a_reading_that_showed_no_progress_yet_is_reported_in_a_new_message(either_scene: Scene) -> None:
    scene = either_scene
    async with reading_elsewhere(scene, QUIET):
        counts = [await looked_after(scene), await looked_after(scene)]
        await scene.deliver_all()
        after = shown(scene)

    assert "I was restarted during `/batch results msgbatch_1`" in after.visible_text
    assert after.buttons == ["Try again"]
    assert counts == [1, 0]


async def test_a_message_that_was_posted_and_not_recorded_is_found_and_edited(scene: Scene) -> None:
    async with reading_elsewhere(scene, BEGUN):
        await until_shown(scene)
        scene.database.transact(lambda connection: connection.execute(update(readings).values(ts=None)))

        count = await looked_after(scene)
        await scene.deliver_all()
        after = shown(scene)

    assert (count, after.buttons) == (1, ["Try again"])


@pytest.mark.parametrize(("again", "messages"), [("create F0", 0), ("results msgbatch_1", 1)])
async def test_a_reading_whose_draft_is_reported_is_not_reported_twice(scene: Scene, again: str, messages: int) -> None:
    now = scene.now()
    reading = LongReading("1", ADA, "T0DEMO", now, held_by=HOLDER, again=again)
    scene.database.transact(lambda connection: long_readings.add(connection, reading))
    scene.database.transact(lambda connection: drafts.add(connection, replace(DRAFT, user_id=ADA, created_at=now)))

    count = await looked_after(scene)
    await scene.deliver_all()

    assert (count, len(in_dm(scene.slack))) == (1, messages)


async def test_a_reading_whose_message_may_not_be_looked_up_is_reported_in_a_message_of_its_own(scene: Scene) -> None:
    scene.slack.set_scopes(frozenset(BOT_SCOPES) - {"im:history", "channels:history", "groups:history"})
    async with reading_elsewhere(scene, QUIET):
        counts = [await looked_after(scene), await looked_after(scene)]
        await scene.deliver_all()

    assert counts == [1, 0]
    assert "I was restarted during `/batch results msgbatch_1`" in shown(scene).visible_text
