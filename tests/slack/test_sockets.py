"""Socket Mode survives refreshes and cuts, and two bots side by side do everything once."""

import asyncio

from bot.app import Part, run_bot
from bot.playground.slack_simulator.records import Delivery
from tests.desk import ADA, Desk
from tests.slack.refused_once import connections_after_a_refusal


async def test_a_refresh_of_the_connection_is_followed_by_a_new_one(desk: Desk) -> None:
    await desk.slack.disconnect_sockets()
    await desk.slack.wait_for(lambda: desk.slack.sockets, timeout=10)

    [reply] = await desk.type("/batch help")

    assert "Batchdesk commands" in reply.visible_text
    assert desk.slack.sockets == 1


async def test_a_connection_that_is_refused_is_tried_with_a_new_address() -> None:
    assert await connections_after_a_refusal() == 1


async def test_a_warning_before_the_refresh_changes_nothing(desk: Desk) -> None:
    await desk.slack.refresh_sockets()
    await desk.slack.wait_for(lambda: desk.slack.sockets, timeout=10)

    [reply] = await desk.type("/batch help")

    assert "Batchdesk commands" in reply.visible_text


async def test_a_bot_that_stops_leaves_no_connection_behind(desk: Desk) -> None:
    await desk.stop()

    assert desk.slack.sockets == 0


async def test_two_bots_on_one_store_delete_once(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")

    async with run_bot(desk.settings, desk.time, part=Part.WEB) as second:
        await desk.slack.wait_for(lambda: desk.slack.sockets == 2)

        async def ten_presses() -> Delivery:
            pressed = [desk.slack.press(ADA, question, text="Delete for good") for _ in range(10)]
            first = (await asyncio.gather(*pressed))[0]
            both_busy.append((desk.bot.in_flight.count, second.in_flight.count))
            await second.in_flight.drain()
            return first

        both_busy: list[tuple[int, int]] = []
        seen = await desk.new_messages_after(ADA, ten_presses)

    assert len(desk.deletes) == 1
    assert all("confirmed" in message.visible_text or "Deleted by" in message.visible_text for message in seen)
    assert all(count > 0 for count in both_busy[0]), "only one of the two was asked"


async def test_each_command_is_answered_by_one_of_two_bots(desk: Desk) -> None:
    async with run_bot(desk.settings, desk.time, part=Part.WEB) as second:
        await desk.slack.wait_for(lambda: desk.slack.sockets == 2)
        for _ in range(4):
            await desk.slack.slash(ADA, "C0BATCHES", "/batch help")
        await second.in_flight.drain()
        await desk.bot.in_flight.drain()

    assert len(desk.slack.messages("C0BATCHES", ADA)) == 4
    assert len(desk.slack.calls("auth.test")) == 2
