"""Files that cannot become a batch, up to the largest: one reply lists what is wrong, and nothing is sent."""

import asyncio
import json
import tracemalloc

from bot.playground.api_simulator.faults import ApiFault
from bot.requests.check import MAX_REQUEST_LINE_BYTES, Limits
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, share_file, sound_file

MIB = 1024 * 1024
CREATE = "/v1/messages/batches"


async def test_a_line_of_200_megabytes_is_reported_in_bounded_memory(desk: Desk) -> None:
    file = sound_file(1) + b"x" * (200 * MIB) + b"\n" + make_jsonl([make_request("after")])
    shared_id = share_file(desk, file).files[0]["id"]
    tracemalloc.start()

    [answer] = await desk.type(f"/batch create {shared_id}")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "3 requests checked." in answer.visible_text
    assert "line 2: longer than a request may be" in answer.visible_text
    assert peak < 2 * MAX_REQUEST_LINE_BYTES + 8 * MIB


async def test_a_line_of_330_000_objects_is_one_problem(desk: Desk) -> None:
    request = json.dumps(make_request("a", messages=["OBJECTS"])).encode()

    answer = await ask_about_file(desk, request.replace(b'"OBJECTS"', b",".join([b"{}"] * 330_000)))

    assert "1 request checked." in answer.visible_text
    assert "line 1: too many values to check" in answer.visible_text
    assert "(limit: 200,000)" in answer.visible_text


async def test_a_file_of_too_many_requests_is_answered_with_the_limit(open_desk: OpenDesk) -> None:
    desk = await open_desk(limits=Limits(file_requests=1_000))
    file = share_file(desk, b"1\n" * 1_001).files[0]["id"]

    seen = await desk.type(f"/batch create {file}")

    [answer] = [message for message in seen if message.channel == BATCHES]
    assert "Too many requests for one file `1001` (limit: 1,000)" in answer.visible_text
    assert count_creates(desk) == 0


async def test_the_same_id_at_both_ends_is_named_with_both_lines(desk: Desk) -> None:
    answer = await ask_about_file(desk, sound_file(2_000) + make_jsonl([make_request("r-0")]))

    assert "1 problem" in answer.visible_text
    assert "line 2,001: `custom_id`: duplicate `r-0` (first in line 1)" in answer.visible_text


async def test_a_file_deleted_before_its_download_is_reported_as_gone(desk: Desk) -> None:
    file, slow = share_file(desk, sound_file()).files[0]["id"], asyncio.Event()
    desk.slack.fail_next("download", delay=slow)
    before = len(desk.slack.messages(BATCHES, ADA))

    await desk.slack.slash(ADA, BATCHES, f"/batch create {file}")
    await desk.slack.wait_for(lambda: desk.slack.calls("download"))
    desk.slack.delete_file(file)
    slow.set()
    await desk.bot.in_flight.drain()

    [answer] = desk.slack.messages(BATCHES, ADA)[before:]
    assert "it was deleted" in answer.visible_text
    assert "Nothing was sent" in answer.visible_text


async def test_a_file_deleted_after_the_question_is_sent_as_it_was_checked(desk: Desk) -> None:
    file = share_file(desk, sound_file(5)).files[0]["id"]
    [question] = await desk.type(f"/batch create {file}")
    desk.slack.delete_file(file)

    [card] = await desk.press(question, "Send")

    assert "5 requests" in card.visible_text
    assert count_creates(desk) == 1


async def test_an_immediate_refusal_is_shown_in_the_words_of_the_api_with_its_request(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(5))
    said = "requests.3.params.messages: Field required"
    body = json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": said}})
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=400, body=body))

    [refused] = await desk.press(question, "Send")
    [late] = await desk.press(question, "Send")

    assert f"The API refused the batch: `{said}`" in refused.visible_text
    assert "Fix the request `r-3` in the file" in refused.visible_text
    assert refused.buttons == []
    assert "Outcome: refused." in late.visible_text
    assert count_creates(desk) == 1
    assert desk.api.workspace.batches == []


async def test_what_a_model_refuses_is_refused_before_it_is_sent(desk: Desk) -> None:
    thinking = {"type": "enabled", "budget_tokens": 1_024}
    requests = [
        make_request("cold", model="claude-opus-5", temperature=0),
        make_request("thinking", model="claude-opus-5", max_tokens=2_000, thinking=thinking),
        make_request("fine", model="claude-opus-5", temperature=1),
    ]

    answer = await ask_about_file(desk, make_jsonl(requests))

    assert "line 1: `params.temperature`: `claude-opus-5` accepts only the default, not `0`" in answer.visible_text
    assert "line 2: `params.thinking.type`: `claude-opus-5` doesn't support `enabled`. Use" in answer.visible_text
    assert "line 3" not in answer.visible_text
    assert count_creates(desk) == 0


async def test_a_model_that_no_one_knows_is_one_warning_and_its_requests_can_be_sent(desk: Desk) -> None:
    requests = [make_request(f"r-{number}", model="claude-nova-7", temperature=0) for number in range(5)]

    question = await ask_about_file(desk, make_jsonl(requests))
    [card] = await desk.press(question, "Send")

    assert "`claude-nova-7`: not in the API's list of models (5 lines, first in line 1)" in question.visible_text
    assert "5 requests" in card.visible_text
    assert count_creates(desk) == 1


async def test_lines_for_another_api_are_one_row_with_what_to_change(desk: Desk) -> None:
    other = {"method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o", "messages": []}}

    answer = await ask_about_file(desk, make_jsonl({"custom_id": f"r-{number}", **other} for number in range(5)))

    assert (
        "5 × a request for the batch API of OpenAI or another provider. Rename `body` to `params`"
        in answer.visible_text
    )
    assert "(lines 1, 2, 3, 4, 5)" in answer.visible_text
