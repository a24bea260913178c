"""Listing: order, limits, both cursors."""

from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

LIST = "/v1/messages/batches"


def fill(simulator: ApiSimulator, total: int) -> list[str]:
    """So many batches, a minute apart; their ids, newest first."""
    return [simulator.workspace.add(succeeded=1, age=600 + 60 * place).id for place in range(total)]


async def page(api: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await api.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [batch["id"] for batch in body["data"]]


async def test_an_empty_workspace_is_an_empty_page(api: httpx.AsyncClient) -> None:
    body = await page(api)

    assert list(body.items()) == [("data", []), ("has_more", False), ("first_id", None), ("last_id", None)]


async def test_twenty_to_a_page_newest_first(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    expected = fill(simulator, 21)

    body = await page(api)

    assert ids(body) == expected[:20]
    assert (body["has_more"], body["first_id"], body["last_id"]) == (True, expected[0], expected[19])


async def test_after_id_leads_through_all_of_them(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    expected = fill(simulator, 7)

    first = await page(api, limit=3)
    second = await page(api, limit=3, after_id=first["last_id"])
    third = await page(api, limit=3, after_id=second["last_id"])

    assert ids(first) + ids(second) + ids(third) == expected
    assert [first["has_more"], second["has_more"], third["has_more"]] == [True, True, False]


async def test_before_id_gives_the_page_just_newer_still_newest_first(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    expected = fill(simulator, 7)

    near = await page(api, limit=3, before_id=expected[5])
    far = await page(api, limit=3, before_id=near["first_id"])

    assert (ids(near), near["has_more"]) == (expected[2:5], True)
    assert (ids(far), far["has_more"]) == (expected[0:2], False)


async def test_nothing_is_newer_than_the_newest_or_older_than_the_oldest(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    expected = fill(simulator, 2)

    newer = await page(api, before_id=expected[0])
    older = await page(api, after_id=expected[-1])

    assert (ids(newer), newer["has_more"]) == ([], False)
    assert (ids(older), older["has_more"]) == ([], False)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "", "1.5", "99999999999999"])
async def test_a_limit_out_of_range_is_refused(api: httpx.AsyncClient, limit: str) -> None:
    answer = await api.get(LIST, params={"limit": limit})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("limit: Input should be ")


@pytest.mark.parametrize("limit", [1, 1000])
async def test_the_ends_of_the_range_are_good(simulator: ApiSimulator, api: httpx.AsyncClient, limit: int) -> None:
    fill(simulator, 2)

    body = await page(api, limit=limit)

    assert len(body["data"]) == min(limit, 2)


@pytest.mark.parametrize("cursor", ["after_id", "before_id"])
async def test_an_unknown_or_deleted_cursor_is_not_found(
    simulator: ApiSimulator, api: httpx.AsyncClient, cursor: str
) -> None:
    deleted = fill(simulator, 1)[0]
    await api.delete(f"{LIST}/{deleted}")

    answer = await api.get(LIST, params={cursor: deleted})

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == f"Message Batch {deleted} not found."


async def test_both_cursors_at_once_are_refused(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    one, two = fill(simulator, 2)

    answer = await api.get(LIST, params={"after_id": one, "before_id": two})

    assert answer.status_code == 400


async def test_a_batch_that_is_created_between_two_pages_shifts_nothing(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    expected = fill(simulator, 4)

    first = await page(api, limit=2)
    newest = simulator.workspace.add(succeeded=1, age=1)
    second = await page(api, limit=2, after_id=first["last_id"])

    assert ids(first) + ids(second) == expected
    assert ids(await page(api, limit=1)) == [newest.id]
