"""Sending again what failed and may succeed, and nothing else."""

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, Desk
from tests.journeys.creating import asked_about, jsonl, posts, request, shared, sound


async def ended(desk: Desk, content: bytes) -> str:
    """Send a file, cancel the batch, and let it end: what was not processed can be retried."""
    await desk.press(await asked_about(desk, content), "Send")
    batch = desk.api.workspace.batches[0]
    await desk.type(f"/batch cancel {batch.id}")
    desk.api.advance(2_000)
    return str(batch.id)


async def test_exactly_what_was_canceled_is_sent_again(desk: Desk) -> None:
    parent = await ended(desk, sound(12))
    [status] = await desk.type(f"/batch status {parent}")

    [question] = await desk.press(status, "Retry failures")
    [card] = await desk.press(question, "Send")

    failed = int(question.seen.split("Send ")[1].split()[0])
    assert f"{failed} canceled" in status.seen
    assert f"Retries what failed in `{parent}`" in question.seen
    assert f"{failed} requests; the API reports" in card.seen
    assert posts(desk) == 2


async def test_parent_and_child_name_each_other(desk: Desk) -> None:
    parent = await ended(desk, sound(12))
    [question] = await desk.type(f"/batch retry {parent}")
    [child] = await desk.press(question, "Send")

    [card] = await desk.type(f"/batch status {parent}")

    assert f"retries the failures of `{parent}`" in child.seen
    assert "its failures were retried in" in card.seen


async def test_without_the_requests_the_original_file_is_asked_for_and_matched(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    content = jsonl(request(f"r-{number}") for number in range(12))
    parent = await ended(desk, content)
    for kept in desk.settings.keep_requests.path.glob("*.gz"):
        kept.unlink()

    [asked] = await desk.type(f"/batch retry {parent}")
    file = shared(desk, content, channel=BATCHES).files[0]["id"]
    [question] = await desk.type(f"/batch retry {parent} --file {file}")

    assert "Share the original file" in asked.seen
    assert "as a new batch?" in question.seen


async def test_nothing_is_offered_where_nothing_failed(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)

    [answer] = await desk.type(f"/batch retry {batch.id}")

    assert "Nothing failed" in answer.seen


async def test_a_running_batch_is_too_early(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)

    [answer] = await desk.type(f"/batch retry {batch.id}", user=ADA)

    assert "has not ended" in answer.seen
