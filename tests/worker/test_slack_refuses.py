"""Refusals of Slack that are about the token or the channel: nothing is lost by them."""

import pytest

from bot.store.records import cards
from bot.worker.attempt import ATTEMPTS, LONGEST_DELAY
from tests.desk import ADA, BATCHES, BEN
from tests.worker.scene import Scene

DIRECT = "D0ADA"


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_an_end_while_the_token_is_refused_is_announced_once_it_is_fixed(scene: Scene, error: str) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    for method in ("chat.postMessage", "chat.update", "conversations.replies"):
        scene.slack.fail_next(method, error=error, times=ATTEMPTS + 2)
    await scene.sweep()

    for _ in range(3 * ATTEMPTS):
        scene.advance(3_600)
        await scene.deliver_all()

    [told] = scene.notices()
    [card] = scene.cards()
    assert f"<@{ADA}>" in told.visible_text
    assert "100 succeeded" in card.visible_text


async def test_people_get_direct_messages_where_threads_are_not_allowed(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    scene.slack.fail_next("chat.postMessage", error="restricted_action_thread_only_channel")
    await scene.watch(batch)
    scene.advance(100)

    await scene.sweep()

    assert [f"<@{ADA}>" in message.visible_text for message in scene.notices(DIRECT)] == [True]


@pytest.mark.parametrize("error", ["restricted_action_thread_locked", "restricted_action_non_threadable_channel"])
async def test_an_end_is_announced_outside_a_closed_thread(scene: Scene, error: str) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    scene.slack.fail_next("chat.postMessage", error=error)

    await scene.sweep()
    scene.advance(5)
    await scene.deliver_all()

    assert [f"<@{ADA}>" in message.visible_text for message in scene.cards()] == [False, True]


async def test_a_pause_for_searches_delays_no_post(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    scene.slack.fail_next("chat.postMessage", status=500)
    await scene.sweep()
    scene.slack.fail_next("conversations.replies", retry_after=60)
    scene.advance(6)
    await scene.deliver_all()
    looked = scene.count_calls("conversations.replies")

    await scene.watch(scene.batch(ends_in=900), BEN)

    assert (looked, len(scene.cards()), len(scene.notices())) == (1, 2, 0)
    scene.advance(61)
    await scene.deliver_all()
    assert len(scene.notices()) == 1


async def test_an_outage_delays_a_notice_by_a_minute_once_it_is_over_and_uses_up_no_attempt(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    scene.slack.fail_next("chat.postMessage", status=503)
    scene.slack.fail_next("conversations.replies", status=503, times=12)
    scene.slack.fail_next("conversations.replies", error="a_new_refusal")
    await scene.sweep()
    while scene.count_calls("conversations.replies") < 12:
        scene.advance(600)
        await scene.deliver_all()

    for _ in range(3):
        scene.advance(61)
        await scene.deliver_all()

    assert [f"<@{ADA}>" in message.visible_text for message in scene.notices()] == [True]


async def test_a_message_that_arrives_wakes_those_that_an_outage_delayed(scene: Scene) -> None:
    delayed, other = scene.batch(), scene.batch()
    await scene.watch(delayed, drawn=False)
    later = scene.now() + 10 * LONGEST_DELAY
    scene.database.transact(lambda connection: cards.OUTBOX.postpone(connection, (delayed.id, BATCHES), later))

    await scene.watch(other)

    assert len(scene.cards()) == 2
    assert scene.database.transact(cards.OUTBOX.count_open) == 0
