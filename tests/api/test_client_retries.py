"""What the client retries, and what it knows after a lost answer."""

from collections.abc import Callable

import httpx
import pytest

from bot.api.client import BatchesClient
from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, BatchNotFound, RateLimited
from bot.api.ids import BatchId

Talk = Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]
BatchJson = Callable[..., dict[str, object]]
ID = BatchId("msgbatch_1")


def refused(status: int, kind: str = "some_error", **headers: str) -> httpx.Response:
    envelope = {"type": "error", "error": {"type": kind, "message": "text"}}
    return httpx.Response(status, json=envelope, headers={name.replace("_", "-"): v for name, v in headers.items()})


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 504, 529])
async def test_reading_and_canceling_are_retried(status: int, talk: Talk, batch_json: BatchJson) -> None:
    well = httpx.Response(200, json=batch_json())
    client, sent, pauses = talk(refused(status), httpx.ReadTimeout("x"), well, refused(status), well)

    read = await client.retrieve(ID)
    canceled = await client.cancel(ID)

    assert read.id == canceled.id == ID
    assert [request.method for request in sent] == ["GET"] * 3 + ["POST"] * 2
    assert pauses == [0.5, 1.0, 0.5]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 302])
async def test_a_refusal_is_not_retried(status: int, talk: Talk) -> None:
    client, sent, _ = talk(refused(status))

    with pytest.raises(ApiError):
        await client.retrieve(ID)

    assert len(sent) == 1


async def test_the_last_error_is_raised_after_the_last_try(talk: Talk) -> None:
    client, sent, pauses = talk(refused(500), refused(529), refused(503))

    with pytest.raises(ApiUnavailable) as caught:
        await client.retrieve(ID)

    assert caught.value.status == 503
    assert (len(sent), pauses) == (3, [0.5, 1.0])


@pytest.mark.parametrize(("value", "expected", "count"), [("true", 400, 2), ("false", 503, 1)])
async def test_x_should_retry_wins_over_the_status(
    value: str, expected: int, count: int, talk: Talk, batch_json: BatchJson
) -> None:
    client, sent, _ = talk(refused(expected, x_should_retry=value), httpx.Response(200, json=batch_json()), tries=2)

    if count == 2:
        await client.retrieve(ID)
    else:
        with pytest.raises(ApiUnavailable):
            await client.retrieve(ID)

    assert len(sent) == count


async def test_a_short_retry_after_is_waited_for(talk: Talk, batch_json: BatchJson) -> None:
    client, _, pauses = talk(refused(429, retry_after="7"), httpx.Response(200, json=batch_json()))

    await client.retrieve(ID)

    assert pauses == [7.0]


@pytest.mark.parametrize("policy", [{"max_retry_after": 30.0}, {"max_retry_after": 99.0, "budget": 20.0}])
async def test_a_retry_after_that_is_too_long_is_raised_immediately(policy: dict[str, float], talk: Talk) -> None:
    client, sent, pauses = talk(refused(429, retry_after="31"), **policy)

    with pytest.raises(RateLimited) as caught:
        await client.retrieve(ID)

    assert caught.value.retry_after == 31.0
    assert (len(sent), pauses) == (1, [])


@pytest.mark.parametrize("first", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")])
async def test_a_create_that_was_never_sent_is_sent_again(first: Exception, talk: Talk, batch_json: BatchJson) -> None:
    client, sent, _ = talk(first, refused(429), httpx.Response(200, json=batch_json()))

    created = await client.create([])

    assert created.id == ID
    assert len(sent) == 3


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
        refused(500),
        refused(503, x_should_retry="true"),
        refused(529),
        refused(408),
    ],
)
async def test_a_create_that_may_have_arrived_is_never_sent_twice(
    answer: httpx.Response | Exception, talk: Talk
) -> None:
    client, sent, _ = talk(answer)

    with pytest.raises(ApiUnavailable) as caught:
        await client.create([])

    assert caught.value.may_have_happened
    assert len(sent) == 1


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), refused(500)])
async def test_not_found_after_a_lost_delete_means_it_is_gone(lost: httpx.Response | Exception, talk: Talk) -> None:
    client, sent, _ = talk(lost, refused(429), refused(404))

    deleted = await client.delete(ID)

    assert (deleted.id, deleted.type) == (ID, "message_batch_deleted")
    assert len(sent) == 3


@pytest.mark.parametrize("first", [httpx.ConnectError("x"), refused(429)])
async def test_not_found_is_not_our_doing_when_no_delete_can_have_arrived(
    first: httpx.Response | Exception, talk: Talk
) -> None:
    client, _, _ = talk(first, refused(404))

    with pytest.raises(BatchNotFound):
        await client.delete(ID)


async def test_a_conflict_stops_a_delete_because_the_batch_is_no_longer_what_was_confirmed(talk: Talk) -> None:
    client, sent, _ = talk(refused(409))

    with pytest.raises(ApiRejected):
        await client.delete(ID)

    assert len(sent) == 1


@pytest.mark.parametrize(
    "last",
    [
        httpx.ConnectError("x"),
        refused(429),
        refused(401),
        refused(409),
        refused(503),
        httpx.Response(404, html="<h1>a page of something in between</h1>"),
    ],
)
async def test_a_delete_whose_fate_is_unknown_says_so(last: httpx.Response | Exception, talk: Talk) -> None:
    client, sent, _ = talk(httpx.ReadTimeout("x"), last, tries=2)

    with pytest.raises(ApiUnavailable) as caught:
        await client.delete(ID)

    assert caught.value.may_have_happened
    assert len(sent) == 2


async def test_a_delete_that_certainly_never_left_says_so(talk: Talk) -> None:
    client, _, _ = talk(httpx.ConnectError("x"), httpx.ConnectError("x"), tries=2)

    with pytest.raises(ApiUnavailable) as caught:
        await client.delete(ID)

    assert not caught.value.may_have_happened


async def test_a_refusal_after_a_lost_delete_means_it_was_not_deleted(talk: Talk) -> None:
    client, _, _ = talk(httpx.ReadTimeout("x"), refused(400, "invalid_request_error"))

    with pytest.raises(ApiRejected):
        await client.delete(ID)


async def test_the_last_error_of_a_read_is_raised_unchanged(talk: Talk) -> None:
    client, _, _ = talk(httpx.ReadTimeout("x"), refused(429), tries=2)

    with pytest.raises(RateLimited):
        await client.retrieve(ID)
