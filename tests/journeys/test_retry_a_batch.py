"""Retry what failed and may succeed, and nothing else."""

from collections import Counter

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, share_file, sound_file


async def ended(desk: Desk, content: bytes) -> str:
    """Send a file, cancel the batch, and let it end: what was not processed can be retried."""
    await desk.press(await ask_about_file(desk, content), "Send")
    batch = desk.api.workspace.batches[0]
    await desk.type(f"/batch cancel {batch.id}")
    desk.api.advance(2_000)
    return str(batch.id)


async def test_only_the_canceled_requests_are_sent_again(desk: Desk) -> None:
    parent = await ended(desk, sound_file(12))
    [status] = await desk.type(f"/batch status {parent}")

    [question] = await desk.press(status, "Retry canceled")
    [card] = await desk.press(question, "Send")

    failed = int(question.visible_text.split("Send ")[1].split()[0])
    assert f"{failed} canceled" in status.visible_text
    assert "*retry of requests.jsonl*" in question.visible_text
    assert f"Sent {failed} requests" in card.visible_text
    assert count_creates(desk) == 2


async def test_parent_and_child_name_each_other(desk: Desk) -> None:
    parent = await ended(desk, sound_file(12))
    [question] = await desk.type(f"/batch retry {parent}")
    await desk.press(question, "Send")

    [child] = await desk.type("/batch status last")
    [card] = await desk.type(f"/batch status {parent}")

    assert f"retry of requests.jsonl (Batch {parent[9:19]})" in child.visible_text
    assert "retried in Batch " in card.visible_text


async def failing(desk: Desk) -> tuple[SlackMessage, dict[str, int]]:
    """Send a file of which some requests fail; return the results card and the number of failures per cause."""
    await desk.press(await ask_about_file(desk, sound_file(400)), "Send")
    desk.api.advance(8_000)
    [results] = await desk.type("/batch results last")
    errors = (request.failure for request in desk.api.workspace.batches[0].requests)
    return results, Counter(error.type for error in errors if error)


async def test_one_cause_alone_is_sent_again_from_its_own_button(desk: Desk) -> None:
    results, causes = await failing(desk)
    largest = max(causes, key=lambda name: causes[name])

    [question] = await desk.press(results, "Retry these")
    [card] = await desk.press(question, "Send")

    others = sum(causes.values()) - causes[largest]
    assert len(causes) == 2
    assert f"Send {causes[largest]} requests?" in question.visible_text
    assert f"{largest} in" in question.visible_text
    assert f"Include the {others} left out" in question.buttons
    assert f"Sent {causes[largest]} request" in card.visible_text
    assert count_creates(desk) == 2


async def test_a_cause_can_be_typed_and_one_that_did_not_occur_is_refused(desk: Desk) -> None:
    _, causes = await failing(desk)

    [question] = await desk.type("/batch retry last --cause API_ERROR")
    [none] = await desk.type("/batch retry last --cause expired")

    assert f"Send {causes['api_error']} request" in question.visible_text
    assert "failed with `expired`" in none.visible_text
    assert "overloaded_error" in none.visible_text


async def test_a_reader_sees_causes_without_buttons(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3, errored=5)

    [results] = await desk.type("/batch results last", user=BEN)

    assert "× `" in results.visible_text
    assert not [label for label in results.buttons if "Retry" in label]


async def test_results_that_break_off_make_no_retry_of_half(desk: Desk) -> None:
    await failing(desk)
    desk.api.add_fault(ApiFault(path="*/results", cut="middle"))

    [answer] = await desk.type("/batch retry last")
    [question] = await desk.press(answer, "Try again")

    assert "were cut off" in answer.visible_text
    assert "Send " in question.visible_text


async def test_missing_results_are_not_reported_as_a_missing_batch(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3, errored=5)
    desk.api.add_fault(ApiFault(path="*/results", status=404))

    [answer] = await desk.type("/batch retry last")

    assert "aren't available yet" in answer.visible_text


async def test_a_file_with_none_of_the_failed_requests_is_refused(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=3, canceled=5)
    file = share_file(desk, sound_file(4)).files[0]["id"]

    [answer] = await desk.type(f"/batch retry {batch.id} --file {file}")

    assert "That file has none of the 5 failed requests" in answer.visible_text
    assert count_creates(desk) == 0


async def test_without_the_requests_the_original_file_is_asked_for_and_matched(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    content = make_jsonl(make_request(f"r-{number}") for number in range(12))
    parent = await ended(desk, content)
    for kept in desk.settings.keep_requests.path.glob("*.gz"):
        kept.unlink()

    [asked] = await desk.type(f"/batch retry {parent}")
    file = share_file(desk, content, channel=BATCHES).files[0]["id"]
    [question] = await desk.type(f"/batch retry {parent} --file {file}")

    assert "Upload the original file" in asked.visible_text
    assert "Send " in question.visible_text


async def test_without_failures_no_retry_is_offered(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)

    [answer] = await desk.type(f"/batch retry {batch.id}")

    assert "Nothing failed" in answer.visible_text


async def test_a_running_batch_is_too_early(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)

    [answer] = await desk.type(f"/batch retry {batch.id}", user=ADA)

    assert "hasn't ended yet" in answer.visible_text
