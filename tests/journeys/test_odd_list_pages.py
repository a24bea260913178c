"""A list page of the API that is odd in one place: the rest is shown, and nothing is said that is not known."""

import json

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk

LIST = "/v1/messages/batches"
EMPTY = json.dumps({"data": [], "has_more": True, "first_id": None, "last_id": None})


def make_batch(number: int, **changed: object) -> dict[str, object]:
    counts = {"processing": 0, "succeeded": 3, "errored": 0, "canceled": 0, "expired": 0}
    return {
        "id": f"msgbatch_{number:024}",
        "type": "message_batch",
        "processing_status": "ended",
        "request_counts": counts,
        "ended_at": "2026-11-29T10:30:00.123456Z",
        "created_at": "2026-11-29T10:00:00+00:00",
        "expires_at": "2026-11-30T10:00:00Z",
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": None,
    } | changed


def make_page(*batches: dict[str, object], has_more: bool = False) -> str:
    ids = [batch.get("id") for batch in batches]
    return json.dumps({"data": batches, "has_more": has_more, "first_id": ids[0], "last_id": ids[-1]})


def answer(desk: Desk, body: str, times: int = 1) -> None:
    desk.api.add_fault(ApiFault(method="GET", path=LIST, body=body, times=times))


async def test_the_list_shows_the_readable_batches_and_counts_the_others(desk: Desk) -> None:
    answer(
        desk, make_page(make_batch(1), make_batch(2, request_counts=None), make_batch(3, processing_status="paused"))
    )

    [said] = await desk.type("/batch list")

    assert "all 3 succeeded" in said.visible_text
    assert "2 batches shown" in said.visible_text
    assert "1 batch could not be read" in said.visible_text


@pytest.mark.parametrize(
    "line", ["/batch list", "/batch status last", "/batch status 0123", "/batch status last ended"]
)
async def test_an_empty_page_that_is_not_the_last_never_means_that_there_is_no_batch(desk: Desk, line: str) -> None:
    answer(desk, EMPTY, times=9)

    [said] = await desk.type(line)

    for false in ("No batch", "no batch", "has no", "None of", "Nothing is running"):
        assert false not in said.visible_text


async def test_a_repeated_page_ends_the_search_and_is_not_listed_twice(desk: Desk) -> None:
    answer(desk, make_page(make_batch(1), make_batch(2), has_more=True), times=9)

    [said] = await desk.type("/batch list ended")

    assert "2 batches shown" in said.visible_text
    assert "the API did not show the rest" in said.visible_text


async def test_a_batch_is_found_by_the_start_of_its_id_beside_an_odd_one(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=3)
    known = json.loads(make_page(make_batch(1, id=batch.id)))["data"][0]
    answer(desk, make_page(make_batch(2, request_counts=None), known))

    [said] = await desk.type(f"/batch status {batch.id[:20]}")

    assert batch.id in said.visible_text


async def test_the_newest_batch_is_not_skipped_because_it_is_odd(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    answer(desk, make_page(make_batch(2, request_counts=None), has_more=True))

    [said] = await desk.type("/batch status last")

    assert "all 3" not in said.visible_text
    assert "has no batches" not in said.visible_text


async def test_the_cost_says_that_it_is_not_whole(desk: Desk) -> None:
    answer(desk, make_page(make_batch(2, request_counts=None)))

    [said] = await desk.type("/batch cost --since 52w")

    assert "more batches than I read" in said.visible_text
