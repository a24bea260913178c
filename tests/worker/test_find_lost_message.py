"""A message whose answer was lost is found again behind many newer messages."""

from bot.ui.reply import Message
from tests.desk import ADA, BATCHES
from tests.worker.scene import Scene


async def test_it_is_found_behind_hundreds_of_messages(scene: Scene) -> None:
    bot_messages = scene.worker.bot_messages
    _, ts = await bot_messages.post(BATCHES, Message("the end", ()), "key")
    for number in range(450):
        await scene.slack.say(ADA, BATCHES, f"message {number}")

    found = await bot_messages.find(BATCHES, "key")
    other = await bot_messages.find(BATCHES, "another key", oldest=float(ts) - 60)

    assert found == ts
    assert other is None


async def test_it_is_found_at_the_end_of_a_long_thread(scene: Scene) -> None:
    bot_messages = scene.worker.bot_messages
    _, parent = await bot_messages.post(BATCHES, Message("a card", ()), "card")
    for number in range(210):
        await bot_messages.post(BATCHES, Message(f"answer {number}", ()), f"answer:{number}", parent)
    _, ts = await bot_messages.post(BATCHES, Message("the end", ()), "key", parent)

    assert await bot_messages.find(BATCHES, "key", parent) == ts
