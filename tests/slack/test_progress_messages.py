"""Long work is shown once, edited in place, stopped by its caller alone, and always brought to an end."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.client import open_http
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.stop_reading import ReadingOfAnother, StopAsked
from bot.operations.progress import Phase, ReadingStopped
from bot.operations.services import Services
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.slack.bot_messages import BotMessages
from bot.slack.progress_messages import ProgressMessages, ProgressPlace, ProgressThread, ProgressTiming
from bot.slack.retries import make_retry_handlers
from bot.store.db.database import Database
from bot.store.records import long_readings
from bot.ui.reply import Message
from tests.services import build_services
from tests.slack.long_work import ADA, Work, in_dm, posted, reading_of
from tests.waiting import WatchedEvent

BEN = Caller(UserId("U0BEN"), TeamId("T0DEMO"), ChannelId("C0BATCHES"))
QUICK = ProgressTiming(show_after=0.02, edit_interval=0.02, poll_interval=0.01)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator() as simulator:
        yield simulator


@pytest.fixture
async def database(store_file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{store_file}", busy_seconds=0.05)
    database.open()
    yield database
    await database.close()


@pytest.fixture
async def client(slack: SlackSimulator) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=make_retry_handlers()
        )


@pytest.fixture
def messages(client: AsyncWebClient, services: Services) -> ProgressMessages:
    return ProgressMessages(BotMessages(client), services, QUICK)


@pytest.fixture
async def services(database: Database) -> AsyncIterator[Services]:
    async with open_http("sk-ant-test", base_url="http://127.0.0.1:9") as http:
        yield build_services(http, database, now)


async def test_what_is_quick_shows_nothing(slack: SlackSimulator, messages: ProgressMessages) -> None:
    outcome = await Work(messages).end()

    assert outcome == "done"
    assert in_dm(slack) == []


async def test_what_takes_long_is_one_message_that_is_edited_and_deleted_at_its_end(
    slack: SlackSimulator, messages: ProgressMessages
) -> None:
    work = Work(messages)
    first = await posted(slack)

    work.progress.count(12_345, 34_567_890)
    await slack.wait_for(lambda: "12,345 of 20,000 lines · 34.6 MB" in in_dm(slack)[0].visible_text)
    [edited] = in_dm(slack)
    await work.end()

    assert "waiting for the API" in first.visible_text
    assert first.buttons == ["Stop"]
    assert edited.ts == first.ts
    assert in_dm(slack) == []


@pytest.mark.parametrize(
    ("fails", "words"), [(False, "✅ Finished reading *Batch 1*"), (True, "⚠️ Couldn't finish reading *Batch 1*")]
)
async def test_what_slack_does_not_let_the_bot_delete_shows_how_it_ended(
    slack: SlackSimulator, messages: ProgressMessages, *, fails: bool, words: str
) -> None:
    slack.fail_next("chat.delete", error="compliance_exports_prevent_deletion")
    work = Work(messages)
    work.fails = fails
    await posted(slack)

    await work.end()

    [last] = in_dm(slack)
    assert words in last.visible_text
    assert last.buttons == []


@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
async def test_a_message_that_slack_does_not_delete_at_once_is_deleted_later(
    slack: SlackSimulator, client: AsyncWebClient, services: Services, error: str
) -> None:
    timing = ProgressTiming(show_after=0.02, edit_interval=0.02, poll_interval=0.01, end_delays=(0.01, 0.01))
    slack.fail_next("chat.delete", error=error)
    work = Work(ProgressMessages(BotMessages(client), services, timing))
    await posted(slack)

    await work.end()

    assert in_dm(slack) == []


async def test_a_message_that_its_reader_deleted_needs_no_end(
    slack: SlackSimulator, messages: ProgressMessages
) -> None:
    slack.fail_next("chat.delete", error="message_not_found")
    work = Work(messages)
    await posted(slack)

    assert await work.end() == "done"
    assert len(slack.calls("chat.delete")) == 1


async def test_several_that_are_shown_share_the_edits_that_slack_allows(
    slack: SlackSimulator, client: AsyncWebClient, services: Services
) -> None:
    messages = ProgressMessages(
        BotMessages(client), services, ProgressTiming(show_after=0.02, edit_interval=0.1, poll_interval=0.01)
    )
    works = [Work(messages), Work(messages), Work(messages)]
    await slack.wait_for(lambda: len(in_dm(slack)) == 3)
    began = time.monotonic()

    def more_is_read() -> bool:
        for work in works:
            work.progress.count(1, 1_000)
        return len(slack.calls("chat.update")) >= 6

    await slack.wait_for(more_is_read)

    assert time.monotonic() - began >= 0.4
    for work in works:
        await work.end()


async def test_in_a_thread_it_counts_and_is_deleted_and_direct_messages_take_what_slack_refuses_there(
    slack: SlackSimulator, messages: ProgressMessages
) -> None:
    def in_channel() -> list[SlackMessage]:
        return [message for message in slack.messages("C0BATCHES") if message.thread_ts == root.ts]

    root = await slack.say("U0ADA", "C0BATCHES", "results last")
    thread = ProgressThread("C0BATCHES", root.ts)
    work = Work(messages, thread)
    [first] = await slack.wait_for(in_channel)
    work.progress.count(12_345, 34_567_890)
    await slack.wait_for(lambda: "12,345 of 20,000 lines" in in_channel()[0].visible_text)
    [edited] = in_channel()
    await work.end()
    left = in_channel()

    slack.fail_next("chat.postMessage", error="restricted_action")
    refused = Work(messages, thread)
    [elsewhere] = await slack.wait_for(lambda: in_dm(slack))
    await refused.end()

    assert (first.ts, first.buttons) == (edited.ts, ["Stop"])
    assert "Reading" in elsewhere.visible_text
    assert (left, in_channel(), in_dm(slack)) == ([], [], [])


async def test_a_private_message_is_edited_ever_more_rarely(
    slack: SlackSimulator, client: AsyncWebClient, services: Services
) -> None:
    timing = ProgressTiming(show_after=0.01, edit_interval=0.01, poll_interval=0.001)
    shown: list[float] = []
    is_done = asyncio.Event()

    async def show(message: Message) -> bool:
        shown.append(time.monotonic())
        work.progress.count(1, 1_000)
        if len(shown) == 3:
            is_done.set()
        return True

    place = ProgressPlace(show, can_edit=True, is_message=True)
    work = Work(ProgressMessages(BotMessages(client), services, timing), place)
    await is_done.wait()
    await work.end()

    waits = [later - earlier for earlier, later in itertools.pairwise(shown)]
    assert [wait >= least for wait, least in zip(waits, (0.04, 0.16), strict=True)] == [True] * 2
    assert work.progress.is_in_place


async def test_an_error_ends_it_as_well(slack: SlackSimulator, messages: ProgressMessages) -> None:
    work = Work(messages)
    work.fails = True
    await posted(slack)

    outcome = await work.end()

    assert isinstance(outcome, RuntimeError)
    assert in_dm(slack) == []


async def test_its_caller_stops_it_from_any_process(
    slack: SlackSimulator, messages: ProgressMessages, services: Services
) -> None:
    work = Work(messages)
    stop = reading_of(await posted(slack))

    asked = await stop.run(services, ADA)
    await slack.wait_for(lambda: not in_dm(slack))
    outcome = await work.end()

    assert asked == StopAsked(under_way=True)
    assert isinstance(outcome, ReadingStopped)
    assert (outcome.retry_command, outcome.closing) == ("results msgbatch_1", False)
    assert work.progress.phase is Phase.STOPPED


async def test_an_edit_that_slack_keeps_waiting_does_not_keep_a_stop_waiting(
    slack: SlackSimulator, messages: ProgressMessages, services: Services
) -> None:
    work, answered = Work(messages), WatchedEvent()
    stop = reading_of(await posted(slack))
    slack.fail_next("chat.update", delay=answered)
    work.progress.count(1, 1_000)
    await answered.is_waited_for.wait()

    await stop.run(services, ADA)
    stopped = await work.progress.wait_for_end(2)
    answered.set()
    await work.end()

    assert stopped
    assert in_dm(slack) == []


async def test_no_one_stops_another_persons_reading(
    slack: SlackSimulator, messages: ProgressMessages, services: Services
) -> None:
    work = Work(messages)
    stop = reading_of(await posted(slack))

    with pytest.raises(ReadingOfAnother):
        await stop.run(services, BEN)

    assert await work.end() == "done"


async def test_a_stop_after_the_end_finds_nothing_to_stop(
    slack: SlackSimulator, messages: ProgressMessages, services: Services
) -> None:
    work = Work(messages)
    stop = reading_of(await posted(slack))
    await work.end()

    assert await stop.run(services, ADA) == StopAsked(under_way=False)


async def test_a_process_that_ends_stops_its_readings_and_says_why(
    slack: SlackSimulator, messages: ProgressMessages
) -> None:
    work = Work(messages)
    await posted(slack)

    messages.stop_all()
    await slack.wait_for(lambda: not in_dm(slack))

    outcome = await work.end()
    assert isinstance(outcome, ReadingStopped)
    assert outcome.closing


async def test_a_reading_that_was_reported_lost_stops_once_it_is_asked_for_again(
    slack: SlackSimulator, messages: ProgressMessages, database: Database
) -> None:
    work = Work(messages)
    stop = reading_of(await posted(slack))

    await database.run(lambda connection: long_readings.remove(connection, stop.reading_id))
    ended = await work.progress.wait_for_end(2)

    assert ended
    assert isinstance(await work.end(), ReadingStopped)


async def test_without_a_message_the_work_goes_on(slack: SlackSimulator, messages: ProgressMessages) -> None:
    slack.fail_next("chat.postMessage", error="channel_not_found")
    work = Work(messages)
    await slack.wait_for(lambda: slack.calls("chat.postMessage"))

    assert await work.end() == "done"
    assert in_dm(slack) == []


async def test_a_failed_edit_does_not_keep_the_message(slack: SlackSimulator, messages: ProgressMessages) -> None:
    work = Work(messages)
    await posted(slack)
    slack.fail_next("chat.update", error="internal_error")

    await work.end()

    assert in_dm(slack) == []


async def test_without_the_record_there_is_no_button_that_would_stop_nothing(
    slack: SlackSimulator, messages: ProgressMessages, database: Database
) -> None:
    await database.run(lambda connection: connection.exec_driver_sql("DROP TABLE bd_readings"))
    work = Work(messages)

    message = await posted(slack)

    assert message.buttons == []
    assert await work.end() == "done"
