"""A file that is too large for one batch becomes several: one question, one approval, and each id in exactly one."""

import csv
import io
import json
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Connection

from bot.api.ids import BatchId
from bot.commands.cancel import Cancel, CancelChange
from bot.operations.find_batch import Reference
from bot.operations.whole_batch import find_whole
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.slack_simulator.records import SlackMessage
from bot.requests.check import Limits
from bot.store.records import drafts, notices
from bot.worker.abandoned_drafts import AbandonedDrafts
from tests.builders import ADA as ADA_CALLER
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_request, sound_file
from tests.journeys.sampling import oldest_first, sent_ids
from tests.journeys.watching import advance_and_sweep, wait_for_card, wait_for_notice
from tests.services import build_confirmations

DEAD = "elsewhere:1:dead"
LIMITS = Limits(requests=10, file_requests=100)
IDS = [f"r-{number}" for number in range(25)]
IN_PARTS = [IDS[:10], IDS[10:20], IDS[20:]]


def stop_after(desk: Desk, creates: int, **how: object) -> None:
    """Let the API carry out this many creates, and do this to all others."""
    fault = {"method": "POST", "path": "/v1/messages/batches", "after": creates, "times": 99}
    desk.api.add_fault(ApiFault.model_validate(fault | how))


async def send_large(desk: Desk, button: str = "Send") -> SlackMessage:
    return (await desk.press(await ask_about_file(desk, sound_file(25), "large.jsonl"), button))[-1]


def text_of(message: SlackMessage) -> str:
    """Return what a message says, with links as their words."""
    return re.sub(r"<http[^|>]*\|([^>]*)>", r"\1", message.visible_text)


async def test_it_is_asked_about_once_and_sent_in_as_few_batches_as_the_api_takes(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)

    question = await ask_about_file(desk, sound_file(25), "large.jsonl")
    before = count_creates(desk)
    [answer] = await desk.press(question, "Send")

    assert "Send 25 requests?" in question.visible_text
    assert "*Batches:* 3" in question.visible_text
    assert question.buttons == ["Send", "Discard"]
    assert before == 0
    assert sent_ids(desk) == IN_PARTS
    assert "Sent 25 requests of *large.jsonl* in 3 batches." in text_of(answer)
    assert list((desk.settings.keep_requests.path / "drafts").iterdir()) == []


async def test_what_was_sent_stands_and_the_rest_waits_for_a_yes(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    stop_after(desk, 1, status=429, retry_after=77)
    answer = await send_large(desk)
    stopped = sent_ids(desk)
    desk.api.clear_faults()

    [question] = await desk.press(answer, "Send the rest")
    before = sent_ids(desk)
    [sent] = await desk.press(question, "Send")

    assert "Sent 10 of 25 requests of *large.jsonl* in 1 batch" in text_of(answer)
    assert answer.buttons == ["Send the rest", "Discard the rest"]
    assert stopped == before == IN_PARTS[:1]
    assert "Send the other 15 requests?" in question.visible_text
    assert "*Batches:* 2" in question.visible_text
    assert sent_ids(desk) == IN_PARTS
    assert "Sent 15 requests of *large.jsonl* in 2 batches" in text_of(sent)


async def test_the_rest_can_be_discarded(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    stop_after(desk, 2, status=529, should_retry=False)
    answer = await send_large(desk)

    [discarded] = await desk.press(answer, "Discard the rest")

    assert "Discarded the other 5 requests of *large.jsonl*" in text_of(discarded)
    assert sent_ids(desk) == IN_PARTS[:2]
    assert list((desk.settings.keep_requests.path / "drafts").iterdir()) == []


async def test_one_approval_covers_all_parts_and_the_rest(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS, operators=(ADA, BEN), request_limit=20)
    stop_after(desk, 1, status=429, retry_after=77)
    asked = await send_large(desk, "Ask for approval")

    await desk.press(asked, "Approve", user=BEN)
    desk.api.clear_faults()
    [question] = await desk.type("/batch send large.jsonl")
    [sent] = await desk.press(question, "Send")

    assert "*Batches:* 3" in asked.visible_text
    assert question.buttons == ["Send", "Discard"]
    assert sent_ids(desk) == IN_PARTS
    assert "in 2 batches" in text_of(sent)


async def test_an_approver_of_the_rest_sees_what_is_left(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS, operators=(ADA, BEN))
    stop_after(desk, 1, status=429, retry_after=77)
    answer = await send_large(desk)
    desk.api.clear_faults()
    await desk.restart(request_limit=24)
    [of_rest] = await desk.press(answer, "Send the rest")
    await desk.press(of_rest, "Ask for approval")

    [question] = await desk.type("/batch approve large.jsonl", BEN)
    await desk.press(question, "Approve", user=BEN)

    assert "Approve 15 requests?" in question.visible_text
    assert sent_ids(desk) == IN_PARTS


async def test_limits_count_what_was_sent_and_judge_the_whole(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS, operators=(ADA, BEN))
    stop_after(desk, 1, status=429, retry_after=77)
    answer = await send_large(desk)
    desk.api.clear_faults()
    await desk.restart(request_limit=24)

    [of_rest] = await desk.press(answer, "Send the rest")
    [_, *others] = [await ask_about_file(desk, sound_file(count), f"{count}.jsonl") for count in (14, 14, 15)]

    assert "Ask for approval" in of_rest.buttons
    assert ["Send" in each.buttons for each in others] == [True, False]


@pytest.mark.parametrize("press_again", [False, True])
async def test_two_presses_send_each_part_once(open_desk: OpenDesk, press_again: bool) -> None:
    desk = await open_desk(limits=LIMITS)
    question = await ask_about_file(desk, sound_file(25), "large.jsonl")
    await desk.press(question, "Send")

    if press_again:
        await desk.press(question, "Send")
    [late] = await desk.type("/batch send large.jsonl")

    assert sent_ids(desk) == IN_PARTS
    assert "All 3 batches of this file were already sent" in late.visible_text


def leave_as_dead(desk: Desk, *, part: int | None) -> None:
    """Leave the rest as a process does that is killed while it sends this part, or between two parts."""
    database, now = desk.bot.worker.services.database, desk.time()

    def leave(connection: Connection) -> None:
        [whole] = drafts.list_in_states(connection, "ready")
        drafts.begin_work(connection, whole.id, "ready", "sending", held_by=DEAD, at=now)
        for each in drafts.list_parts(connection, whole.id, "held"):
            if each.part == part:
                drafts.begin_work(connection, each.id, "held", "sending", held_by=DEAD, at=now)

    database.transact(leave)


async def settle(desk: Desk) -> SlackMessage:
    """Let a worker look after drafts; return the newest message in Ada's messages with the bot."""
    worker = desk.bot.worker
    await AbandonedDrafts(worker.services).settle()
    later = desk.time() + timedelta(hours=1)
    for one in worker.services.database.transact(lambda connection: notices.OUTBOX.find_overdue(connection, later)):
        await worker.notices.run(*one.primary_key)
    return desk.slack.messages(desk.slack.world.open_direct_message(ADA).id, ADA)[-1]


async def send_rest(desk: Desk, place: SlackMessage) -> None:
    desk.api.clear_faults()
    [question] = await desk.press(place, "Send the rest")
    await desk.press(question, "Send")


async def test_killed_between_two_parts_it_sends_nothing_more_and_asks(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    stop_after(desk, 1, status=429, retry_after=77)
    await send_large(desk)
    leave_as_dead(desk, part=None)

    told = await settle(desk)
    before = sent_ids(desk)
    await send_rest(desk, told)

    assert "I was restarted while sending *large.jsonl*. The remaining 15 requests wait" in told.visible_text
    assert before == IN_PARTS[:1]
    assert sent_ids(desk) == IN_PARTS


@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_while_sending_a_part_it_looks_for_it_before_the_rest_can_be_sent(
    open_desk: OpenDesk, arrived: bool
) -> None:
    desk = await open_desk(limits=LIMITS)
    stop_after(desk, 1, status=429, retry_after=77)
    answer = await send_large(desk)
    leave_as_dead(desk, part=2)
    if arrived:
        desk.api.clear_faults()
        await create_elsewhere(desk, IN_PARTS[1])

    first = await settle(desk)
    [refused] = await desk.press(answer, "Send the rest")
    desk.time.later = timedelta(minutes=11)
    told = await settle(desk)
    await send_rest(desk, told)

    assert ("I found batch 2 of 3" if arrived else "I won't send the rest") in first.visible_text
    assert arrived or "I won't send the rest before I know" in refused.visible_text
    assert (
        "The other 5 requests wait" if arrived else "Its 10 requests and the 5 after them wait"
    ) in told.visible_text
    assert sent_ids(desk) == IN_PARTS


async def test_after_a_lost_answer_each_part_is_sent_once(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    stop_after(desk, 1, cut="middle")

    answer = await send_large(desk)
    told = await settle(desk)
    await send_rest(desk, told)

    assert "the API's answer was lost" in text_of(answer)
    assert "Send the rest" not in answer.buttons
    assert sent_ids(desk) == IN_PARTS


async def create_elsewhere(desk: Desk, ids: list[str]) -> None:
    """Create the batch that a dead process created."""
    async with httpx.AsyncClient(base_url=desk.api.base_url) as http:
        body = {"requests": [make_request(id) for id in ids]}
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        assert (await http.post("/v1/messages/batches", json=body, headers=headers)).status_code == 200


async def test_one_card_shows_all_parts_and_cancels_all_with_one_press(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    first, second, third = oldest_first(desk)

    [card] = await desk.type("/batch status last")
    [alone] = await desk.type(f"/batch status {second.id}")
    [question] = await desk.press(card, "Cancel")
    [canceled] = await desk.press(question, "Cancel all 3 parts")
    [again] = await desk.type(f"/batch cancel {first.id}")

    assert "🔵 large.jsonl · 25 requests · running" in card.visible_text
    assert "Part 1 of 3 · 10 requests · running" in card.visible_text
    assert "Part 3 of 3 · 5 requests · running" in card.visible_text
    assert "large.jsonl · part 2 of 3 · 10 requests" in alone.visible_text
    assert "Cancels up to 25 requests" in question.visible_text
    assert "🟠 large.jsonl · 25 requests · canceling" in canceled.visible_text
    assert {batch.find_status(desk.api.now) for batch in (first, second, third)} == {"canceling"}
    assert "already being canceled" in again.visible_text


async def test_a_cancel_that_one_part_refuses_says_so_and_can_be_pressed_again(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    batches = oldest_first(desk)
    desk.api.add_fault(ApiFault(method="POST", path=f"*/{batches[1].id}/cancel", status=429, retry_after=77))

    [canceled] = await desk.type(f"/batch cancel {batches[0].id}")
    [again] = await desk.type(f"/batch cancel {batches[0].id}")

    assert "Part 2 still runs" in canceled.visible_text
    assert "Canceling." in again.visible_text
    assert {batch.find_status(desk.api.now) for batch in batches} == {"canceling"}


@pytest.mark.worker
async def test_the_end_of_the_last_part_is_announced_once_with_the_sum_of_all(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    head = oldest_first(desk)[0]
    await wait_for_card(desk, head)

    await advance_and_sweep(desk, 90_000)
    notice = await wait_for_notice(desk, head)
    card = await wait_for_card(desk, head)

    posted = [each for each in desk.slack.messages(BATCHES, ADA) if (each.metadata or {}).get("event_payload")]
    keys = [each.metadata["event_payload"]["key"].split(":")[0] for each in posted if each.metadata]
    assert sorted(keys) == ["card", head.id]
    assert "large.jsonl · all 25 succeeded" in notice.visible_text
    assert "Cost: " in notice.visible_text
    assert "Part 2 of 3 · all 10 succeeded" in card.visible_text
    assert "all 25 succeeded" in card.visible_text


async def test_results_are_those_of_all_parts_and_hold_each_id_once(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    desk.api.advance(90_000)

    [results] = await desk.type("/batch results last")
    files = [await desk.press(results, text) for text in ("Download", "CSV")]
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        whole, table = [(await browser.get(each[-1].files[0]["url"])).content for each in files]

    ids = [json.loads(line)["custom_id"] for line in whole.splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert "large.jsonl · all 25 succeeded" in results.visible_text
    assert sorted(ids) == sorted(IDS)
    assert sorted(row["custom_id"] for row in rows) == sorted(IDS)


async def test_a_label_means_the_whole_and_names_all_parts(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    await desk.type('/batch label last "nightly eval"')

    [card] = await desk.type("/batch status nightly-eval")
    [listed] = await desk.type("/batch list")

    desk.api.advance(90_000)
    [asked] = await desk.type(f"/batch delete {oldest_first(desk)[0].id}")
    [deleted] = await desk.press(asked, next(text for text in asked.buttons if text.startswith("Delete")))
    [which] = await desk.type("/batch status nightly-eval")

    assert "nightly eval · part 1 of 3" in deleted.visible_text
    assert "2 batches" in which.visible_text
    assert "🔵 nightly eval · 25 requests" in card.visible_text
    assert [f"nightly eval · part {number} of 3" in listed.visible_text for number in (1, 2, 3)] == [True] * 3


async def test_a_retry_takes_the_failures_of_all_parts(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    parts = oldest_first(desk)
    await desk.type(f"/batch cancel {parts[0].id}")
    desk.api.advance(90_000)

    [card] = await desk.type(f"/batch status {parts[0].id}")
    [question] = await desk.press(card, next(text for text in card.buttons if text.startswith("Retry")))
    await desk.press(question, "Send")

    results = [json.loads(line) for part in parts for line in make_result_lines(part)]
    failed = [each["custom_id"] for each in results if each["result"]["type"] != "succeeded"]
    assert {each[0] for each in IN_PARTS if set(each) & set(failed)} == {each[0] for each in IN_PARTS}
    assert sorted(id for ids in sent_ids(desk)[3:] for id in ids) == sorted(failed)


async def test_a_cancel_that_was_killed_between_two_parts_is_finished(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=LIMITS)
    await send_large(desk)
    services, batches = desk.bot.worker.services, oldest_first(desk)
    whole = await find_whole(services, await services.workspace.batches.retrieve(BatchId(batches[0].id)))
    assert whole is not None
    change = CancelChange(Cancel(Reference(batches[0].id)), whole.batch, asks=False, parts=whole.parts)
    number = await build_confirmations(services.database, desk.time).begin(change, ADA_CALLER, None)
    await services.workspace.batches.cancel(BatchId(batches[0].id))

    await desk.bot.worker.changes.run(number)
    await desk.bot.worker.changes.run(number)

    cancels = [request.path for request in desk.api.requests if request.path.endswith("/cancel")]
    assert {batch.find_status(desk.api.now) for batch in batches} == {"canceling"}
    assert len(cancels) == 3
