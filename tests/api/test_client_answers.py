"""What each answer of the API means: a model, or an error with its facts."""

from collections.abc import Callable

import httpx
import pytest

from bot.api.client import BatchesClient
from bot.api.errors import (
    ApiError,
    ApiRejected,
    ApiUnavailable,
    BatchNotFound,
    KeyRefused,
    RateLimited,
    RequestTooLarge,
    SpendLimitReached,
)
from bot.api.ids import BatchId

Talk = Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]
ID = BatchId("msgbatch_1")


def refused(status: int, kind: str = "some_error", **headers: str) -> httpx.Response:
    error = {"type": kind, "message": f"text of {status}"}
    envelope = {"type": "error", "error": error, "request_id": "req_body"}
    return httpx.Response(status, json=envelope, headers={name.replace("_", "-"): v for name, v in headers.items()})


@pytest.mark.parametrize("status", [401, 403])
async def test_a_page_of_a_proxy_does_not_blame_the_key(status: int, talk: Talk) -> None:
    client, _, _ = talk(httpx.Response(status, html="<html>log in</html>"), tries=1)

    with pytest.raises(ApiRejected) as caught:
        await client.retrieve(ID)

    assert type(caught.value) is ApiRejected
    assert caught.value.is_foreign


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ApiRejected),
        (401, KeyRefused),
        (402, ApiRejected),
        (403, KeyRefused),
        (404, BatchNotFound),
        (408, ApiUnavailable),
        (409, ApiRejected),
        (413, RequestTooLarge),
        (418, ApiRejected),
        (429, RateLimited),
        (500, ApiUnavailable),
        (503, ApiUnavailable),
        (504, ApiUnavailable),
        (529, ApiUnavailable),
        (302, ApiRejected),
    ],
)
async def test_each_status_has_its_error_with_all_the_facts(status: int, kind: type[ApiError], talk: Talk) -> None:
    client, _, _ = talk(refused(status, request_id="req_header", retry_after="4"), tries=1)

    with pytest.raises(ApiError) as caught:
        await client.retrieve(ID)

    error = caught.value
    assert type(error) is kind
    assert (error.kind, error.message, error.status) == ("some_error", f"text of {status}", status)
    assert (error.request_id, error.retry_after) == ("req_header", 4.0)
    assert str(error) == f"some_error: text of {status} (HTTP {status}, request req_header)"


async def test_a_missing_batch_is_named_and_the_request_id_may_be_in_the_body(talk: Talk) -> None:
    client, _, _ = talk(refused(404))

    with pytest.raises(BatchNotFound) as caught:
        await client.retrieve(ID)

    assert (caught.value.batch_id, caught.value.request_id) == (ID, "req_body")
    assert not caught.value.after_lost_answer


@pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
async def test_the_spend_limit_is_distinguished_from_the_rate_limit_and_not_retried(code: str, talk: Talk) -> None:
    details = {"error_code": code}
    body = {"type": "error", "error": {"type": "rate_limit_error", "message": "limit", "details": details}}
    client, sent, _ = talk(httpx.Response(429, json=body))

    with pytest.raises(SpendLimitReached):
        await client.retrieve(ID)

    assert len(sent) == 1


@pytest.mark.parametrize(("status", "kind"), [(413, RequestTooLarge), (404, ApiRejected), (502, ApiUnavailable)])
async def test_a_proxys_answer_is_classified_by_its_status(status: int, kind: type[ApiError], talk: Talk) -> None:
    client, _, _ = talk(httpx.Response(status, text="é" + "x" * 5000), tries=1)

    with pytest.raises(ApiError) as caught:
        await client.retrieve(ID)

    assert type(caught.value) is kind
    assert caught.value.kind == f"http_{status}"
    assert caught.value.message.startswith("éxx")
    assert len(caught.value.message) == 2000


@pytest.mark.parametrize("body", [b"<html><h1>Too large</h1>", b"\n <!DOCTYPE html>", b""])
@pytest.mark.parametrize(("status", "line"), [(413, "Request Entity Too Large"), (502, "Bad Gateway")])
async def test_a_web_page_is_never_quoted(status: int, line: str, body: bytes, talk: Talk) -> None:
    client, _, _ = talk(httpx.Response(status, content=body), httpx.Response(status, html=body.decode()), tries=1)

    for _ in range(2):
        with pytest.raises(ApiError) as caught:
            await client.retrieve(ID)
        assert caught.value.message == f"HTTP {status} {line}"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>", "not_json"),
        (b"", "not_json"),
        (b'{"id": "msg', "not_json"),
        (b"[]", "unexpected_shape"),
        (b'{"id": 5}', "unexpected_shape"),
    ],
)
async def test_a_success_that_cannot_be_read_is_no_success(body: bytes, kind: str, talk: Talk) -> None:
    client, sent, _ = talk(httpx.Response(200, content=body, headers={"request-id": "req_1"}))

    with pytest.raises(ApiUnavailable) as caught:
        await client.cancel(ID)

    assert (caught.value.kind, caught.value.status, caught.value.request_id) == (kind, 200, "req_1")
    assert caught.value.may_have_happened
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("failure", "kind", "may_have_happened"),
    [
        (httpx.ConnectError("refused"), "connection", False),
        (httpx.ConnectTimeout("slow"), "timeout", False),
        (httpx.PoolTimeout("full"), "timeout", False),
        (httpx.ReadTimeout("slow"), "timeout", True),
        (httpx.WriteTimeout("slow"), "timeout", True),
        (httpx.ReadError("reset"), "connection", True),
        (httpx.RemoteProtocolError("cut"), "connection", True),
    ],
)
async def test_a_broken_connection_says_whether_the_request_may_have_arrived(
    failure: Exception, kind: str, may_have_happened: bool, talk: Talk
) -> None:
    client, _, _ = talk(failure, tries=1)

    with pytest.raises(ApiUnavailable) as caught:
        await client.delete(ID)

    assert (caught.value.kind, caught.value.may_have_happened) == (kind, may_have_happened)
    assert caught.value.message == f"{type(failure).__name__}: {failure}"
    assert caught.value.status is None


async def test_the_key_is_removed_from_what_the_api_repeats(talk: Talk) -> None:
    error = {"type": "authentication_error", "message": "bad key sk-ant-a-long-secret-key!"}
    client, _, _ = talk(httpx.Response(401, json={"type": "error", "error": error}))

    with pytest.raises(KeyRefused) as caught:
        await client.retrieve(ID)

    assert caught.value.message == "bad key [key]!"
    assert "secret" not in repr(caught.value)


async def test_changes_and_failures_are_logged_with_their_facts_and_without_secrets(
    talk: Talk, batch_json: Callable[..., dict[str, object]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.api")
    created = httpx.Response(200, json=batch_json(), headers={"request-id": "req_1"})
    refused = httpx.Response(404, json=batch_json(), headers={"request-id": "req_2"})
    client, _, _ = talk(created, httpx.Response(200, json=batch_json()), refused, httpx.ReadError("x"))

    await client.create([{"custom_id": "a", "params": {"prompt": "private"}}])
    await client.retrieve(ID)
    with pytest.raises(ApiRejected):
        await client.retrieve(ID)
    with pytest.raises(ApiUnavailable):
        await client.create([])

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "POST /v1/messages/batches 200 req_1",
        f"GET /v1/messages/batches/{ID} 404 req_2",
        "POST /v1/messages/batches no answer",
    ]
    assert "private" not in caplog.text
    assert "secret" not in caplog.text


async def test_each_operation_has_its_method_path_and_body(
    talk: Talk, batch_json: Callable[..., dict[str, object]]
) -> None:
    batch = httpx.Response(200, json=batch_json())
    deleted = httpx.Response(200, json={"id": ID, "type": "message_batch_deleted"})
    client, sent, _ = talk(batch, batch, batch, deleted)

    created = await client.create([{"custom_id": "ä", "params": {"model": "m"}}])
    await client.retrieve(ID)
    await client.cancel(ID)
    gone = await client.delete(ID)

    root = "/prefix/v1/messages/batches"
    assert [(request.method, request.url.path) for request in sent] == [
        ("POST", root),
        ("GET", f"{root}/msgbatch_1"),
        ("POST", f"{root}/msgbatch_1/cancel"),
        ("DELETE", f"{root}/msgbatch_1"),
    ]
    assert sent[0].content.decode() == '{"requests":[{"custom_id":"ä","params":{"model":"m"}}]}'
    assert sent[0].headers["content-type"] == "application/json"
    assert [request.content for request in sent[1:]] == [b""] * 3
    assert (created.id, gone.id, gone.type) == (ID, ID, "message_batch_deleted")


async def test_a_create_that_json_cannot_carry_is_not_sent(talk: Talk) -> None:
    client, sent, _ = talk()

    with pytest.raises(ValueError, match="not JSON compliant"):
        await client.create([{"custom_id": "a", "params": {"temperature": float("nan")}}])

    assert sent == []
