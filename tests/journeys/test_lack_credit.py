"""An account without credit or over its own limit is not the fault of the requests."""

import json
from collections.abc import Iterator

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.creating import make_jsonl, make_request, share_file

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
    remedy = "The API blames no part of the request. If this is about the account, retry once it is fixed."
    assert f"*4* × `invalid_request_error` · {remedy}\n`{CREDIT}`" in shown
    assert f"*3* × `invalid_request_error` · {remedy}\n`{LIMIT}`" in shown
    assert "needs a fix" not in shown.lower()
    assert "fail again" not in shown.lower()


async def test_a_retry_offers_them_for_when_the_account_is_put_right(desk: Desk) -> None:
    ids = put_results(desk, *[CREDIT] * 4, *[LIMIT] * 3)
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]

    [question] = await desk.type(f"/batch retry last --file {file}")

    assert "Send 7 requests?" in question.visible_text
    assert f"4 requests failed with `invalid_request_error`: {CREDIT}" in question.visible_text
    assert f"3 requests failed with `invalid_request_error`: {LIMIT}" in question.visible_text
    assert "fail again" not in question.visible_text


async def test_a_retry_of_all_failures_names_what_waits_for_the_account(desk: Desk) -> None:
    ids = put_results(desk, LIMIT, "messages.0.content: Input should be a valid list")
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]

    [some] = await desk.type(f"/batch retry last --file {file}")
    [everything] = await desk.type(f"/batch retry last --all --file {file}")

    assert "Send 1 request?" in some.visible_text
    assert "Left out: 1 request that failed with `invalid_request_error`: messages." in some.visible_text
    assert "Send 2 requests?" in everything.visible_text
    assert LIMIT in everything.visible_text
