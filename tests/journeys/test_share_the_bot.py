"""One person cannot exhaust the bot: others are answered, and the one learns what is running and what to do."""

import asyncio

from bot.operations.work_limits import DRAFTS_OF_ONE, MAX_WORK, MAX_WORK_OF_ONE
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, share_file, sound_file


async def start_readings(desk: Desk, user: str, count: int, end: asyncio.Event) -> list[SlackMessage]:
    """Start so many readings of files that arrive after `end`; return the replies to those that were refused."""
    file = share_file(desk, sound_file(), f"of-{user}.jsonl").files[0]["id"]
    before = desk.slack.messages(BATCHES, user)
    desk.slack.fail_next("download", delay=end, times=count)
    for _ in range(count):
        await desk.slack.slash(user, BATCHES, f"/batch create {file}")
    refused = count - MAX_WORK_OF_ONE
    await desk.slack.wait_for(lambda: len(desk.slack.messages(BATCHES, user)) >= len(before) + refused)
    return desk.slack.messages(BATCHES, user)[len(before) :]


async def test_of_120_readings_at_once_most_are_refused_and_others_are_answered(open_desk: OpenDesk) -> None:
    desk = await open_desk("http", operators=(ADA, BEN))
    end = asyncio.Event()

    refused = await start_readings(desk, ADA, 120, end)
    await desk.slack.slash(BEN, BATCHES, "/batch help")
    await desk.slack.wait_for(lambda: any("/batch" in one.visible_text for one in desk.slack.messages(BATCHES, BEN)))

    assert len(refused) == 120 - MAX_WORK_OF_ONE
    assert f"You have {MAX_WORK_OF_ONE} long jobs running" in refused[-1].visible_text
    assert refused[-1].visible_text.count(f"of-{ADA}.jsonl") == MAX_WORK_OF_ONE
    end.set()
    await desk.bot.in_flight.drain()
    [answer] = await desk.type(f"/batch create {share_file(desk, sound_file()).files[0]['id']}")
    assert "Send" in str(answer.blocks)


async def test_a_download_that_stalls_delays_the_check_of_no_other_file(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    end = asyncio.Event()
    large = share_file(desk, sound_file(2_000)).files[0]["id"]
    desk.slack.fail_next("download", error="stall", delay=end)
    await desk.slack.slash(ADA, BATCHES, f"/batch create {large}")
    await desk.slack.wait_for(lambda: desk.slack.calls("download"))

    await desk.slack.slash(BEN, BATCHES, f"/batch create {large}")
    await desk.slack.wait_for(lambda: any("Send" in str(one.blocks) for one in desk.slack.messages(BATCHES, BEN)))

    assert not any("Send" in str(one.blocks) for one in desk.slack.messages(BATCHES, ADA))
    end.set()
    await desk.bot.in_flight.drain()
    assert any("Send" in str(one.blocks) for one in desk.slack.messages(BATCHES, ADA))


async def test_a_person_with_too_many_drafts_learns_which_to_discard(desk: Desk) -> None:
    for number in range(DRAFTS_OF_ONE.count):
        await ask_about_file(desk, sound_file(2 + number), f"draft-{number}.jsonl")

    refused = await ask_about_file(desk, sound_file())

    assert f"You have {DRAFTS_OF_ONE.count} unsent files" in refused.visible_text
    assert f"draft-{DRAFTS_OF_ONE.count - 1}.jsonl" in refused.visible_text  # the largest
    command = next(word for word in refused.visible_text.split("`") if word.startswith("/batch discard"))
    await desk.type(command)
    assert "Send" in str((await ask_about_file(desk, sound_file())).blocks)


def test_one_person_leaves_room_for_others() -> None:
    assert 2 * MAX_WORK_OF_ONE < MAX_WORK
