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
