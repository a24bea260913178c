"""The feed and the digest stop in a channel that is shared with another organization."""

from dataclasses import replace
from datetime import UTC

import pytest

from bot.store.records import notices
from bot.worker.attempt import ATTEMPTS
from bot.worker.digest import DigestPlan, DigestSender
from tests.desk import GENERAL
from tests.worker.scene import Scene


async def begin(scene: Scene) -> None:
    """Let the feed begin in a workspace without batches, in a channel that then becomes shared."""
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    scene.worker = scene.make_worker(feed_channel=GENERAL)
    await scene.sweep()
    scene.advance(30)
    scene.slack.world.add(replace(scene.slack.world.channels[GENERAL], is_ext_shared=True))


async def test_the_feed_shows_nothing_there(scene: Scene) -> None:
    await begin(scene)
    for _ in range(30):
        scene.batch(age=5, ends_in=60)

    await scene.sweep()
    scene.advance(100)
    await scene.sweep()

    assert scene.slack.messages(GENERAL) == []


@pytest.mark.parametrize("is_shared", [False, True])
async def test_the_digest_is_not_sent_there(scene: Scene, is_shared: bool) -> None:
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    scene.slack.world.add(replace(scene.slack.world.channels[GENERAL], is_ext_shared=is_shared))
    scene.batch(processing_status="ended", processing=0, succeeded=5, age=3_600)
    services = scene.worker.services
    plan = DigestPlan(GENERAL, scene.now().hour, UTC)
    sender = DigestSender(
        services.database,
        services.workspace,
        services.enqueue,
        services.now,
        plan,
        scene.worker.mentions.replace_mentions,
    )

    assert await sender.send_due()
    await scene.deliver_all()

    [stored] = await services.database.run(lambda connection: [notices.find_last_digest(connection, GENERAL)])
    assert (len(scene.slack.messages(GENERAL)) == 0) is is_shared
    assert (stored is None) is is_shared


async def test_a_channel_that_cannot_be_checked_is_tried_again_for_hours(scene: Scene) -> None:
    batch = scene.batch()
    await scene.watch(batch, drawn=False)
    for _ in range(ATTEMPTS + 1):
        scene.slack.fail_next("conversations.info", error="internal_error")
        await scene.deliver_all()
        scene.advance(3_600)
    assert scene.cards() == []

    await scene.deliver_all()

    assert len(scene.cards()) == 1
