"""An account without credit or over its own limit is not the fault of the requests."""

import json
from collections.abc import Iterator

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, share_file, sound_file

CREDIT = "Your credit balance is too low to access the Anthropic API."
LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."


def errored_lines(messages: dict[str, str]) -> Iterator[str]:
    for custom_id, message in messages.items():
        error = {"type": "error", "error": {"type": "invalid_request_error", "message": message}, "request_id": None}
        yield json.dumps({"custom_id": custom_id, "result": {"type": "errored", "error": error}}) + "\n"


def put_results(desk: Desk, *messages: str) -> list[str]:
    """Put a batch of which each request failed with one of the messages, and return the custom_ids."""
    batch = desk.api.workspace.add(errored=len(messages))
    ids = [request.custom_id for request in batch.requests]
    body = "".join(errored_lines(dict(zip(ids, messages, strict=True))))
    desk.api.add_fault(ApiFault(path="*/results", times=9, body=body))
    return ids


async def test_results_show_the_words_whole_and_blame_no_request(desk: Desk) -> None:
    put_results(desk, *[CREDIT] * 4, *[LIMIT] * 3)

    [card] = await desk.type("/batch results last")

    shown = card.visible_text
    billing = "The organization has a billing problem. Retry when an administrator has fixed it."
    unknown = "Read the message below. Fix the request or the account, then retry."
    assert f"*4* × `invalid_request_error` · {billing}\n`{CREDIT}`" in shown
    assert f"*3* × `invalid_request_error` · {unknown}\n`{LIMIT}`" in shown
    assert "needs a fix" not in shown.lower()
    assert "fail again" not in shown.lower()


async def test_a_retry_offers_them_for_when_the_account_is_put_right(desk: Desk) -> None:
    ids = put_results(desk, *[CREDIT] * 4, *[LIMIT] * 3)
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]

    [question] = await desk.type(f"/batch retry last --file {file}")

    assert "Send 7 requests?" in question.visible_text
    assert f"4 requests failed with `invalid_request_error` (`{CREDIT}`)" in question.visible_text
    assert f"3 requests failed with `invalid_request_error` (`{LIMIT}`)" in question.visible_text
    assert "fail again" not in question.visible_text


async def test_a_retry_of_all_failures_names_what_waits_for_the_account(desk: Desk) -> None:
    ids = put_results(desk, LIMIT, "messages.0.content: Input should be a valid list")
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]

    [some] = await desk.type(f"/batch retry last --file {file}")
    [everything] = await desk.type(f"/batch retry last --all --file {file}")

    assert "Send 1 request?" in some.visible_text
    assert "Left out 1 request that failed with `invalid_request_error` (`messages." in some.visible_text
    assert "Send 2 requests?" in everything.visible_text
    assert LIMIT in everything.visible_text


def refuse_create(desk: Desk, message: str, code: str | None = None) -> None:
    error = {"type": "invalid_request_error", "message": message, "details": {"error_code": code} if code else None}
    body = json.dumps({"type": "error", "error": error, "request_id": "req_1"})
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=400, body=body))


@pytest.mark.parametrize("message", [CREDIT, LIMIT, "Batches are off. " + "Ask an owner of the organization. " * 20])
async def test_a_refused_create_shows_the_words_whole_and_can_be_sent_again(message: str, desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())
    refuse_create(desk, message)

    [answer] = await desk.press(question, "Send")
    [again] = await desk.press(answer, "Send")
    await desk.press(again, "Send")

    assert f"Not sent: `{message.strip()}`" in answer.visible_text
    assert "Fix" not in answer.visible_text
    assert "upload it again" not in answer.visible_text
    assert "HTTP 400 · API request `req_" in answer.visible_text
    assert "Send 12 requests?" in again.visible_text
    assert count_creates(desk) == 2
    assert len(desk.api.workspace.batches) == 1


async def test_a_code_of_the_account_has_its_own_words(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())
    refuse_create(desk, "Message Batches are not available.", "workspace_human_review_disabled")

    [answer] = await desk.press(question, "Send")

    assert "An administrator must fix the account or its encryption key." in answer.visible_text
    assert "When that is fixed, press *Send*." in answer.visible_text


async def test_a_create_that_is_refused_for_one_request_blames_the_file(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())
    refuse_create(desk, "requests.3.params: Field required")

    [answer] = await desk.press(question, "Send")

    assert "Fix the request `r-3` in the file and upload it again." in answer.visible_text


PAGE = "<html><head><title>413 Request Entity Too Large</title></head><body>cloudflare</body></html>"


async def test_a_file_that_is_too_large_for_the_api_is_answered_with_the_limit(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=413, body=PAGE))

    [answer] = await desk.press(question, "Send")

    assert "too large" in answer.visible_text
    assert "up to 256,000,000 bytes" in answer.visible_text
    assert "html" not in answer.visible_text
    assert "cloudflare" not in answer.visible_text
    assert "split the file and upload the parts." in answer.visible_text
