"""The list: one page, and all pages in either direction."""

from collections.abc import Callable

import httpx
import pytest

from bot.api.client import BatchesClient
from bot.api.ids import BatchId

Talk = Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]
BatchJson = Callable[..., dict[str, object]]


@pytest.fixture
def page(batch_json: BatchJson) -> Callable[..., httpx.Response]:
    def build(*ids: str, has_more: bool = True, **changed: object) -> httpx.Response:
        data = [batch_json(id=batch_id) for batch_id in ids]
        ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
        return httpx.Response(200, json={"data": data, "has_more": has_more, **ends, **changed})

    return build


Page = Callable[..., httpx.Response]


def queries(sent: list[httpx.Request]) -> list[dict[str, str]]:
    return [dict(request.url.params) for request in sent]


async def test_one_page_is_asked_for_with_its_limit_and_cursor(talk: Talk, page: Page) -> None:
    client, sent, _ = talk(page("d", "c"), page("b"), page("z", has_more=False))

    first = await client.list()
    await client.list(limit=5, after_id=BatchId("c"))
    last = await client.list(limit=1000, before_id=BatchId("d&limit=1"))

    assert queries(sent) == [
        {"limit": "20"},
        {"limit": "5", "after_id": "c"},
        {"limit": "1000", "before_id": "d&limit=1"},
    ]
    assert ([batch.id for batch in first.data], first.has_more, first.last_id) == (["d", "c"], True, "c")
    assert not last.has_more


async def test_two_cursors_at_once_are_refused(talk: Talk) -> None:
    client, sent, _ = talk()

    with pytest.raises(ValueError, match="one cursor"):
        await client.list(after_id=BatchId("a"), before_id=BatchId("b"))

    assert sent == []


async def test_all_pages_are_walked_from_newest_to_oldest(talk: Talk, page: Page) -> None:
    client, sent, _ = talk(page("e", "d"), page("c", "b"), page("a", has_more=False))

    ids = [batch.id async for batch in client.list_all(limit=2)]

    assert ids == ["e", "d", "c", "b", "a"]
    assert queries(sent) == [{"limit": "2"}, {"limit": "2", "after_id": "d"}, {"limit": "2", "after_id": "b"}]


async def test_all_pages_are_walked_towards_newer_ones(talk: Talk, page: Page) -> None:
    client, sent, _ = talk(page("c", "b"), page("e", "d", has_more=False))

    ids = [batch.id async for batch in client.list_all(limit=2, before_id=BatchId("a"))]

    assert ids == ["c", "b", "e", "d"]
    assert queries(sent) == [{"limit": "2", "before_id": "a"}, {"limit": "2", "before_id": "c"}]


async def test_walking_asks_for_a_page_only_when_it_is_needed(talk: Talk, page: Page) -> None:
    client, sent, _ = talk(page("e", "d"))

    walk = client.list_all()
    ids = [(await anext(walk)).id, (await anext(walk)).id]
    await walk.aclose()

    assert (ids, len(sent)) == (["e", "d"], 1)


@pytest.mark.parametrize("ending", ["empty", "null cursor", "repeated cursor", "cycle"])
async def test_a_list_that_always_has_more_still_ends(ending: str, talk: Talk, page: Page) -> None:
    rest = {
        "empty": [page(last_id="a")],
        "null cursor": [page("a", last_id=None)],
        "repeated cursor": [page("b")],
        "cycle": [page("a"), page("b")],
    }[ending]
    client, sent, _ = talk(page("b"), *rest)

    ids = [batch.id async for batch in client.list_all()]

    assert ids[0] == "b"
    assert len(sent) == 1 + len(rest)


ODD: dict[str, dict[str, object]] = {
    "counts missing": {"request_counts": None},
    "count of a wrong type": {"request_counts": {"processing": "many"}},
    "date of a wrong type": {"created_at": 5.5e20},
    "no status": {"processing_status": None},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_one_odd_batch_does_not_spoil_the_others(
    odd: dict[str, object], talk: Talk, page: Page, batch_json: BatchJson
) -> None:
    data = [batch_json(id="c"), batch_json(id="b", **odd)]
    client, sent, _ = talk(page("c", "b", data=data), page("a", has_more=False))

    pages = [each async for each in client.list_pages(limit=2)]

    assert [[batch.id for batch in each.data] for each in pages] == [["c"], ["a"]]
    assert [each.unreadable for each in pages] == [("b",), ()]
    assert queries(sent)[1] == {"limit": "2", "after_id": "b"}


async def test_an_unknown_status_is_kept_and_what_has_no_id_is_counted(
    talk: Talk, page: Page, batch_json: BatchJson
) -> None:
    data = [batch_json(id="c", processing_status="paused"), {"type": "message_batch"}, 5]
    client, _, _ = talk(page(data=data, has_more=None, first_id=7, last_id="a b"))

    listed = await client.list()

    assert [batch.processing_status for batch in listed.data] == ["paused"]
    assert listed.unreadable == (None, None)
    assert (listed.has_more, listed.first_id, listed.last_id) == (False, None, None)


async def test_a_page_that_is_repeated_shows_its_batches_once(talk: Talk, page: Page) -> None:
    client, sent, _ = talk(page("c", "b"), page("c", "b"))

    pages = [each async for each in client.list_pages()]

    assert [([batch.id for batch in each.data], each.is_cut) for each in pages] == [(["c", "b"], False), ([], True)]
    assert len(sent) == 2


async def test_a_page_of_odd_batches_only_is_not_the_end(talk: Talk, page: Page, batch_json: BatchJson) -> None:
    odd = page("c", data=[batch_json(id="c", request_counts=None)])
    client, _, _ = talk(odd, page("b", has_more=False))

    assert [batch.id async for batch in client.list_all()] == ["b"]
