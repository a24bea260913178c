"""Requests that are archived for retries expire with their batch and its results."""

from datetime import timedelta

from bot.worker.heartbeat import delete_stray_files
from tests.desk import Desk
from tests.journeys.creating import ask_about_file, sound_file

DELETE = "Delete for good"


def kept(desk: Desk) -> int:
    return len(list(desk.settings.keep_requests.path.glob("*.gz")))


async def sent(desk: Desk) -> None:
    await desk.press(await ask_about_file(desk, sound_file()), "Send")
    desk.api.advance(7_200)


async def test_they_go_with_a_batch_that_is_deleted(desk: Desk) -> None:
    await sent(desk)
    before = kept(desk)
    [question] = await desk.type("/batch delete last")

    await desk.press(question, DELETE)

    assert (before, kept(desk)) == (1, 0)


async def test_archived_requests_expire_with_the_results_even_if_no_more_are_sent(desk: Desk) -> None:
    await sent(desk)
    services = desk.bot.worker.services
    desk.time.later = timedelta(days=28)
    await delete_stray_files(services)
    early = kept(desk)
    desk.time.later = timedelta(days=30)

    await delete_stray_files(services)

    assert (early, kept(desk)) == (1, 0)
