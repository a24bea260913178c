"""The bot was killed during a reading: a press on Stop reports it at once, and so does a worker."""

from sqlalchemy import select, update

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.slack.progress_messages import ProgressTiming
from bot.store.db import tables
from tests.desk import ADA, Desk
from tests.waiting import until_stored


def in_dm(desk: Desk) -> list[SlackMessage]:
    """Return what the bot wrote in Ada's direct messages."""
    return [message for message in desk.slack.messages("D0ADA", ADA) if message.user != ADA]


async def test_stopping_a_reading_of_a_dead_process_replaces_the_button_with_the_news(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.02, edit_interval=0.02, poll_interval=0.02)
    await desk.restart()
    batch, worker = desk.api.workspace.add(succeeded=4), desk.bot.worker
    database = worker.services.database
    desk.api.add_fault(ApiFault(path="*/results", delay=60))
    await desk.slack.say(ADA, "D0ADA", "results last")
    await desk.slack.wait_for(lambda: in_dm(desk), 10)
    ts = select(tables.readings.c.ts).where(tables.readings.c.again.contains(batch.id))
    await until_stored(lambda: database.run(lambda connection: connection.scalar(ts)))
    of_the_dead = update(tables.readings).values(held_by="elsewhere:1:abcdef")
    database.transact(lambda connection: connection.execute(of_the_dead))

    await desk.slack.press(ADA, in_dm(desk)[0], text="Stop")
    [told] = await desk.slack.wait_for(lambda: [each for each in in_dm(desk) if each.buttons != ["Stop"]])
    [chore] = [each for each in worker.chores if each.name == "lost-readings"]
    found = await chore.do()
    await desk.bot.in_flight.drain()

    assert f"I was restarted during `/batch results {batch.id}`" in told.visible_text
    assert told.buttons == ["Try again"]
    assert found == 1
    assert len([each for each in in_dm(desk) if "I was restarted" in each.visible_text]) == 1
