"""Names replace mentions, so that cards and lists notify no one."""

import asyncio

import pytest

from bot.caller import UserId
from bot.slack.mentions import MentionReplacer
from bot.ui.components.text import context, section
from bot.ui.reply import Message
from tests.desk import ADA, BEN, Desk
from tests.journeys.watching import add_running_batch
from tests.ui.notices.every_notice import CARDS

NAMES = {ADA: "Ada Berg", BEN: "Ben Ito"}


async def name_of(user: UserId) -> str | None:
    return NAMES.get(user)


@pytest.mark.parametrize("name", CARDS)
async def test_a_card_mentions_no_one(name: str) -> None:
    shown = await MentionReplacer(name_of).replace_mentions(CARDS[name])

    assert "<@" in str(CARDS["card_canceled_by"])
    assert "<@" not in str(shown)


async def test_every_mention_is_replaced_by_a_name() -> None:
    message = Message(f"by <@{ADA}>", (section(f"<@{ADA}> and <@{BEN}>"), context(f"owner <@{ADA}>")))

    shown = await MentionReplacer(name_of).replace_mentions(message)

    assert shown.text == "by Ada Berg"
    assert "Ada Berg and Ben Ito" in str(shown.blocks[0])
    assert "owner Ada Berg" in str(shown.blocks[1])


async def test_the_simpler_message_mentions_no_one_either() -> None:
    message = Message("cost", (section("a picture"),), fallback_blocks=(section(f"<@{ADA}> and <@{BEN}>"),))

    shown = await MentionReplacer(name_of).replace_mentions(message)

    assert "Ada Berg and Ben Ito" in str(shown.fallback_blocks)


async def test_a_name_formats_and_mentions_nothing() -> None:
    async def hostile(user: UserId) -> str | None:
        return f"*<!channel>* <@{BEN}>"

    shown = await MentionReplacer(hostile).replace_mentions(Message(f"<@{ADA}>", ()))

    assert shown.text == f"∗&lt;!channel&gt;∗ &lt;@{BEN}&gt;"


async def test_a_person_who_cannot_be_looked_up_in_time_is_shown_without_a_name() -> None:
    async def never(user: UserId) -> str | None:
        await asyncio.Event().wait()
        return None

    slow = await MentionReplacer(never, timeout=0.01).replace_mentions(Message(f"by <@{ADA}>", ()))
    unknown = await MentionReplacer(name_of).replace_mentions(Message("by <@U0NOBODY>", ()))

    assert (slow.text, unknown.text) == ("by someone", "by someone")


async def test_what_a_button_carries_stays() -> None:
    message = Message("", ({"type": "actions", "elements": [{"type": "button", "value": f"own x <@{ADA}>"}]},))

    shown = await MentionReplacer(name_of).replace_mentions(message)

    assert shown.blocks == ({"type": "actions", "elements": [{"type": "button", "value": f"own x <@{ADA}>"}]},)


async def test_slack_is_asked_for_a_name_once(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch own {batch.id}")
    before = len(desk.slack.calls("users.info"))

    shown = [await desk.type(f"/batch status {batch.id} --public") for _ in range(3)]

    assert ["Ada Berg" in card.visible_text for [card] in shown] == [True] * 3
    assert len(desk.slack.calls("users.info")) - before <= 1
