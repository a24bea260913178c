"""Without the scopes for histories, a message whose answer was lost is reported as unconfirmed, and never doubled."""

import pytest
from sqlalchemy import select

from bot.slack.bot_messages import AnswerUncertain
from bot.slack.scopes import BOT_SCOPES
from bot.store.db.tables import audit
from bot.ui.reply import Message
from bot.worker.attempt import LEASE
from tests.desk import ADA, BATCHES
from tests.worker.scene import Scene

DIRECT = "D0ADA"
WITHOUT = frozenset(BOT_SCOPES) - {"channels:history", "groups:history", "im:history"}


@pytest.fixture
def bare(scene: Scene) -> Scene:
    scene.slack.set_scopes(WITHOUT)
    return scene


async def keep_trying(scene: Scene, minutes: int = 10) -> None:
    for _ in range(minutes):
        scene.advance(61)
        await scene.deliver_all()


def list_rows(scene: Scene) -> list[tuple[str, str | None]]:
    """Return the verb and the outcome of each row of the record."""
    return scene.database.transact(lambda c: [(row.verb, row.outcome) for row in c.execute(select(audit))])


def read_direct(scene: Scene) -> list[str]:
    return [message.visible_text for message in scene.slack.messages(DIRECT)]


@pytest.mark.parametrize("is_posted", [True, False])
async def test_a_notice_that_may_be_there_is_reported_once_and_not_posted_again(bare: Scene, is_posted: bool) -> None:
    batch = bare.batch(ends_in=60)
    await bare.watch(batch)
    bare.advance(100)
    if is_posted:
        bare.slack.lose_next("chat.postMessage")
    else:
        bare.slack.fail_next("chat.postMessage", status=503)

    await bare.sweep()
    await keep_trying(bare)

    assert len(bare.notices()) == int(is_posted)
    [told] = read_direct(bare)
    assert "Slack didn't confirm it" in told
    assert batch.id in told
    stored = bare.notice(batch)
    assert stored.sent_at is None
    assert str(stored.given_up).startswith("unconfirmed: missing_scope (channels:history")
    assert ("notice", "failed") in list_rows(bare)


async def test_a_card_that_may_be_there_is_reported_and_comes_when_someone_asks_again(bare: Scene) -> None:
    batch = bare.batch()
    bare.slack.lose_next("chat.postMessage")

    await bare.watch(batch, drawn=False)
    await keep_trying(bare)

    assert len(bare.cards()) == 1
    assert len(read_direct(bare)) == 1
    await bare.watch(batch)
    assert len(bare.cards()) == 2


@pytest.mark.parametrize(
    "fault",
    [{"error": "invalid_auth"}, {"error": "a_new_refusal"}, {"retry_after": 30}, {"error": "team_access_not_granted"}],
    ids=str,
)
async def test_what_slack_refused_is_posted_later_without_a_look(bare: Scene, fault: dict[str, object]) -> None:
    batch = bare.batch(ends_in=60)
    await bare.watch(batch)
    bare.advance(100)
    bare.slack.fail_next("chat.postMessage", times=2, **fault)  # type: ignore[arg-type]  # one fault of several kinds

    await bare.sweep()
    await keep_trying(bare)

    assert len(bare.notices()) == 1
    assert read_direct(bare) == []


async def test_what_never_reached_slack_is_posted_later_without_a_look(bare: Scene) -> None:
    batch = bare.batch(ends_in=60)
    await bare.watch(batch)
    bare.advance(100)
    port = int(bare.slack.url.rpartition(":")[2])
    await bare.slack.stop()
    await bare.sweep()
    await keep_trying(bare, 2)
    await bare.slack.start(port=port)

    await keep_trying(bare)

    assert len(bare.notices()) == 1
    assert read_direct(bare) == []


async def test_a_message_that_a_dead_process_may_have_posted_is_reported(bare: Scene) -> None:
    batch = bare.batch(ends_in=60)
    await bare.watch(batch)
    bare.advance(100)
    await bare.worker.sweep.run(1)
    bare.claim_elsewhere(batch, "dead")
    bare.advance(LEASE.total_seconds() + 1)

    await keep_trying(bare)

    assert bare.notices() == []
    assert len(read_direct(bare)) == 1


async def test_with_the_scopes_nothing_is_reported_and_nothing_doubled(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    scene.slack.lose_next("chat.postMessage")

    await scene.sweep()
    await keep_trying(scene)

    assert len(scene.notices()) == 1
    assert read_direct(scene) == []


async def test_a_direct_message_in_doubt_leads_to_no_other(bare: Scene) -> None:
    batch = bare.batch(ends_in=60)
    await bare.watch(batch, channel=ADA)
    bare.advance(100)
    bare.slack.lose_next("chat.postMessage")

    await bare.sweep()
    await keep_trying(bare)

    assert str(bare.notice(batch, channel=ADA).given_up).startswith("unconfirmed: missing_scope")
    assert not [text for text in read_direct(bare) if "did not confirm" in text]


async def test_an_answer_that_is_lost_is_unconfirmed_and_not_sent_again(bare: Scene) -> None:
    messages = bare.worker.bot_messages
    bare.slack.lose_next("chat.postMessage")

    with pytest.raises(AnswerUncertain):
        await messages.post_once(BATCHES, Message("an answer", ()), "key")

    assert len(bare.slack.messages(BATCHES)) == 1
