"""What failed is not paid for twice because two people ask for it at the same time."""

from tests.conftest import OpenDesk
from tests.desk import ADA, BEN
from tests.journeys.creating import posts, sound
from tests.journeys.test_retry_a_batch import ended


async def test_a_yes_from_before_somebody_elses_retry_sends_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    parent = await ended(desk, sound(12))
    [of_ada] = await desk.type(f"/batch retry {parent}")
    [of_ben] = await desk.type(f"/batch retry {parent}", user=BEN)
    await desk.press(of_ada, "Send")
    child = desk.api.workspace.batches[0].id

    [refused] = await desk.press(of_ben, "Send", user=BEN)
    before = posts(desk)
    [again] = await desk.press(refused, "Ask again", user=BEN)
    await desk.press(again, "Send", user=BEN)

    assert f"`{child}`" in refused.seen
    assert "Nothing was sent by this press" in refused.seen
    assert before == 2
    assert f"`{child}` retries failures of the same batch already" in again.seen
    assert posts(desk) == 3
