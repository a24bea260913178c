"""Nothing lost, nothing doubled: cards and notices when Slack refuses, or does not answer."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import update

from bot.playground.api_simulator.batch import Batch
from bot.slack.bot_messages import AnswerUncertain
from bot.store.db.tables import batches
from bot.store.records import cards, watches
from bot.store.transactions import preferences, rename
from bot.ui.reply import Message
from bot.worker.attempt import ATTEMPTS, LEASE
from tests.desk import ADA, BATCHES, BEN, BOT
from tests.worker.scene import Scene

DIRECT = "D0ADA"


async def make_ended_batch(scene: Scene) -> Batch:
    """Return a batch whose end was seen, and of which no one has been notified yet."""
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    return batch


async def test_slacks_pause_is_obeyed_and_uses_no_attempt(either_scene: Scene) -> None:
    batch = await make_ended_batch(either_scene)
    either_scene.slack.fail_next("chat.postMessage", retry_after=60)

    await either_scene.deliver_all()
    waiting = either_scene.notice(batch)
    either_scene.advance(30)
    await either_scene.deliver_all()
    tried = either_scene.count_calls("chat.postMessage")
    either_scene.advance(31)
    await either_scene.deliver_all()

    assert waiting.attempts == 0
    assert tried == 2
    assert len(either_scene.notices()) == 1
    assert not either_scene.count_calls("conversations.replies")


async def test_while_slack_asks_for_a_pause_no_one_posts_anywhere(scene: Scene) -> None:
    await make_ended_batch(scene)
    scene.slack.fail_next("chat.postMessage", retry_after=60)
    await scene.deliver_all()
    before = scene.count_calls("chat.postMessage")

    await scene.watch(scene.batch(ends_in=900), BEN, "C0BATCHES")

    assert scene.count_calls("chat.postMessage") == before


async def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(either_scene: Scene) -> None:
    batch = await make_ended_batch(either_scene)
    [card] = either_scene.cards()
    key = either_scene.claim_elsewhere(batch, "dead")
    await either_scene.worker.bot_messages.post(BATCHES, Message("ended", ()), key, card.ts)
    either_scene.advance(LEASE.total_seconds() + 1)

    await either_scene.deliver_all()

    [told] = either_scene.notices()
    assert either_scene.notice(batch).ts == told.ts


async def test_a_card_whose_answer_was_lost_is_found_and_not_posted_again(scene: Scene) -> None:
    batch = scene.batch(ends_in=900)
    await scene.watch(batch, drawn=False)
    card = scene.database.transact(
        lambda connection: cards.OUTBOX.claim(connection, (batch.id, BATCHES), "dead", scene.now(), LEASE)
    )
    assert card is not None
    await scene.worker.bot_messages.post(BATCHES, Message("a card", ()), card.key)
    scene.advance(LEASE.total_seconds() + 1)

    await scene.deliver_all()

    [shown] = scene.cards()
    assert batch.id in shown.visible_text


async def test_a_server_error_of_slack_is_retried_after_a_look(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    scene.slack.fail_next("chat.postMessage", status=500)

    await scene.deliver_all()
    assert not scene.notices()
    scene.advance(6)
    await scene.deliver_all()

    assert len(scene.notices()) == 1
    assert scene.count_calls("conversations.replies") == 1
    assert scene.notice(batch).attempts == 2


async def test_a_closed_channel_leads_to_one_direct_message(either_scene: Scene) -> None:
    batch = await make_ended_batch(either_scene)
    either_scene.slack.world.remove(BATCHES, BOT)

    await either_scene.deliver_all()
    await either_scene.deliver_all()

    told = [message for message in either_scene.slack.messages(DIRECT) if f"<@{ADA}>" in message.visible_text]
    assert len(told) == 1
    assert batch.id in told[0].visible_text
    assert either_scene.notice(batch).given_up == "not_in_channel"


async def test_an_archived_channel_moves_the_card_to_its_watchers(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch, drawn=False)
    await scene.watch(batch, BEN, drawn=False)
    scene.slack.world.add(replace(scene.slack.world.channels[BATCHES], is_archived=True))

    await scene.deliver_all()
    scene.advance(100)
    await scene.sweep()

    for user, place in ((ADA, DIRECT), (BEN, "D0BEN")):
        [card] = scene.cards(place)
        [told] = scene.notices(place)
        assert "succeeded" in card.visible_text
        assert told.visible_text.count(f"<@{user}>") == 1
    assert not scene.slack.messages(BATCHES)


async def test_someone_who_left_gets_nothing_and_delays_no_one(scene: Scene) -> None:
    first, second = scene.batch(ends_in=60), scene.batch(ends_in=600)
    await scene.watch(first, BEN, channel=BEN)
    await scene.watch(second)
    scene.advance(100)
    scene.slack.fail_next("chat.postMessage", error="user_disabled")

    await scene.sweep()
    scene.advance(3_600)
    await scene.sweep()

    assert scene.notice(first, channel=BEN).given_up == "user_disabled"
    assert not scene.notices("D0BEN")
    [told] = scene.notices()
    assert second.id in told.visible_text


async def test_a_card_that_someone_deleted_is_posted_again_once(scene: Scene) -> None:
    batch = scene.batch(ends_in=900)
    await scene.watch(batch)
    await scene.worker.bot_messages._client.chat_delete(channel=BATCHES, ts=scene.cards()[0].ts)
    scene.api.workspace.cancel(batch.id)
    await scene.sweep()
    [again] = scene.cards()
    await scene.worker.bot_messages._client.chat_delete(channel=BATCHES, ts=again.ts)
    scene.advance(100)

    await scene.sweep()

    assert "anceling" in again.visible_text
    told = [message for message in scene.slack.messages(BATCHES) if f"<@{ADA}>" in message.visible_text]
    assert len(told) == 1
    assert len([message for message in scene.cards() if "ended:" not in str(message.metadata)]) == 0


async def test_a_card_that_was_deleted_twice_is_posted_for_someone_who_watches_again(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    await scene.watch(batch)
    for label in ("first", "second"):
        await scene.worker.bot_messages._client.chat_delete(channel=BATCHES, ts=scene.cards()[0].ts)
        to_rename = partial(rename.set_name_field, enqueue=scene.worker.engine.enqueue, batch_id=batch.id, what="label")
        scene.database.transact(partial(to_rename, value=label, by=ADA, at=scene.now()))
        await scene.deliver_all()
    assert scene.cards() == []

    await scene.watch(batch)

    [card] = scene.cards()
    assert batch.id in card.visible_text


async def test_a_spoiled_row_stops_nothing_else_and_is_given_up(scene: Scene) -> None:
    poisoned, good = scene.batch(ends_in=60), scene.batch(ends_in=60)
    for batch in (poisoned, good):
        await scene.watch(batch)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    scene.database.transact(lambda c: c.execute(update(batches).where(batches.c.id == poisoned.id).values(body="{")))

    for _ in range(ATTEMPTS + 1):
        await scene.deliver_all()
        scene.advance(3_600)

    [told] = scene.notices()
    assert good.id in told.visible_text
    assert "ValidationError" in str(scene.notice(poisoned).given_up)


async def test_a_refusal_is_given_up_after_some_attempts(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    scene.slack.fail_next("chat.postMessage", error="invalid_blocks", times=100)

    for _ in range(ATTEMPTS + 3):
        await scene.deliver_all()
        scene.advance(3_600)

    assert scene.notice(batch).attempts == ATTEMPTS
    assert "invalid_blocks" in str(scene.notice(batch).given_up)


async def test_no_one_is_mentioned_for_a_batch_unwatched_before_its_end(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.database.transact(lambda connection: watches.remove(connection, batch.id, ADA))
    scene.advance(100)

    await scene.sweep()

    assert not scene.notices()


async def test_a_card_that_no_one_watches_any_more_still_shows_how_it_ended(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    enqueue, now = scene.worker.engine.enqueue, scene.now()
    scene.database.transact(lambda connection: preferences.end_watches(connection, enqueue, batch.id, ADA, now))
    await scene.deliver_all()
    scene.advance(100)

    await scene.sweep()

    [card] = scene.cards()
    assert "100 succeeded" in card.visible_text
    assert "Cancel" not in card.buttons
    assert not scene.notices()


async def test_an_unreachable_slack_is_an_uncertain_answer(scene: Scene) -> None:
    await scene.slack.stop()

    with pytest.raises(AnswerUncertain):
        await scene.worker.bot_messages.open_direct_message(ADA)
