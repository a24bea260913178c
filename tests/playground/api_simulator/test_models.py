"""Models: listing them as the API does, one of them, and counting the tokens of a prompt."""

import json
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

LIST, COUNT, CREATE = "/v1/models", "/v1/messages/count_tokens", "/v1/messages/batches"
PROMPT: dict[str, Any] = {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "Hello"}]}


async def page(api: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await api.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [model["id"] for model in body["data"]]


async def test_a_model_has_the_keys_of_the_official_sdk(api: httpx.AsyncClient) -> None:
    body = await page(api, limit=1)

    model = body["data"][0]
    assert list(body) == ["data", "has_more", "first_id", "last_id"]
    assert (body["first_id"], body["last_id"], body["has_more"]) == (model["id"], model["id"], True)
    assert model["type"] == "model"
    assert (model["lifecycle"], model["retires_at"], model["deprecated_at"]) == ("active", None, None)
    assert model["capabilities"]["batch"] == {"supported": True}
    assert model["max_tokens"] > 0
    assert model["max_input_tokens"] > 0


async def test_retired_models_are_listed_only_when_asked_for(api: httpx.AsyncClient) -> None:
    usual = await page(api, limit=1000)
    asked = await page(api, **{"lifecycle[]": ["active", "deprecated", "retired"]}, limit=1000)
    retired = await page(api, **{"lifecycle[]": "retired"})

    assert {model["lifecycle"] for model in usual["data"]} == {"active", "deprecated"}
    assert set(ids(asked)) == set(ids(usual)) | set(ids(retired))
    assert all(model["retires_at"] and model["lifecycle"] == "retired" for model in retired["data"])


async def test_pages_lead_through_all_of_them_in_both_directions(api: httpx.AsyncClient) -> None:
    everything = ids(await page(api, limit=1000))

    forth, cursor = list[str](), ""
    while True:
        body = await page(api, limit=7, **({"after_id": cursor} if cursor else {}))
        forth += ids(body)
        cursor = body["last_id"]
        if not body["has_more"]:
            break
    back = await page(api, limit=3, before_id=everything[5])
    newest = await page(api, limit=3, before_id=everything[2])

    assert forth == everything
    assert (ids(back), back["has_more"]) == (everything[2:5], True)
    assert (ids(newest), newest["has_more"]) == (everything[:2], False)


async def test_twenty_to_a_page_newest_first(api: httpx.AsyncClient) -> None:
    body = await page(api, **{"lifecycle[]": ["active", "deprecated", "retired"]})

    times = [model["created_at"] for model in body["data"]]
    assert len(times) == 20
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": 0}, 400),
        ({"limit": 1001}, 400),
        ({"limit": "many"}, 400),
        ({"lifecycle[]": "extinct"}, 400),
        ({"after_id": "claude-opus-5", "before_id": "claude-opus-5"}, 400),
        ({"after_id": "gpt-12"}, 404),
    ],
)
async def test_a_faulty_query_is_refused(api: httpx.AsyncClient, query: dict[str, Any], status: int) -> None:
    answer = await api.get(LIST, params=query)

    assert answer.status_code == status
    assert answer.json()["type"] == "error"


async def test_one_model_answers_to_its_alias_too(api: httpx.AsyncClient) -> None:
    named, unknown = await api.get(f"{LIST}/claude-haiku-4-5"), await api.get(f"{LIST}/gpt-12")

    assert named.json()["id"] == "claude-haiku-4-5-20251001"
    assert (unknown.status_code, unknown.json()["error"]["type"]) == (404, "not_found_error")


async def test_every_listed_model_is_one_a_batch_can_use(api: httpx.AsyncClient) -> None:
    for name in ids(await page(api, limit=1000)):
        answer = await api.post(COUNT, json=PROMPT | {"model": name})
        assert answer.status_code == 200, name


async def test_a_longer_prompt_has_more_tokens(api: httpx.AsyncClient) -> None:
    short = await api.post(COUNT, json=PROMPT)
    long = await api.post(COUNT, json=PROMPT | {"system": "word " * 400})

    assert list(short.json()) == ["input_tokens"]
    assert long.json()["input_tokens"] - short.json()["input_tokens"] > 490


async def test_the_count_is_what_a_batch_is_billed_for(api: httpx.AsyncClient, simulator: Any) -> None:
    counted = (await api.post(COUNT, json=PROMPT)).json()["input_tokens"]
    envelope = {"requests": [{"custom_id": "a", "params": PROMPT | {"max_tokens": 10}}]}
    batch = (await api.post(CREATE, json=envelope)).json()
    simulator.advance(86_400)

    usage = (await api.get(f"{CREATE}/{batch['id']}/results")).json()["result"]["message"]["usage"]

    assert usage["input_tokens"] == counted


@pytest.mark.parametrize(
    ("prompt", "status", "message"),
    [
        ({}, 400, "model: Field required"),
        ({"model": "claude-opus-5"}, 400, "messages: Field required"),
        (PROMPT | {"messages": "Hello"}, 400, "messages: Input should be a valid list"),
        (PROMPT | {"messages": []}, 400, "messages: at least one message is required"),
        (PROMPT | {"max_tokens": 64}, 400, "max_tokens: Extra inputs are not permitted"),
        (PROMPT | {"temperature": 0.5}, 400, "temperature: Extra inputs are not permitted"),
        (PROMPT | {"model": "gpt-12"}, 404, "model: gpt-12"),
        (PROMPT | {"model": "claude-opus-4-1"}, 404, "model: claude-opus-4-1"),
        ([], 400, "Input should be a valid dictionary"),
    ],
)
async def test_a_prompt_that_could_not_be_sent_is_not_counted(
    api: httpx.AsyncClient, prompt: Any, status: int, message: str
) -> None:
    answer = await api.post(COUNT, json=prompt)

    assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_not_json_is_not_counted(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(COUNT, content=body)

    assert answer.status_code == 400


async def test_models_need_a_key_too(api: httpx.AsyncClient) -> None:
    for answer in (await api.get(LIST, headers={"x-api-key": "bad"}), await api.post(COUNT, headers={"x-api-key": ""})):
        assert answer.status_code == 401


async def lifecycle_of(api: httpx.AsyncClient, model: str) -> tuple[str, str | None, str | None]:
    answer = (await api.get(f"{LIST}/{model}")).json()
    return answer["lifecycle"], answer["deprecated_at"], answer["retires_at"]


async def results(api: httpx.AsyncClient, batch_id: str) -> list[dict[str, Any]]:
    text = (await api.get(f"{CREATE}/{batch_id}/results")).text
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


async def order(api: httpx.AsyncClient, **wish: object) -> httpx.Response:
    return await api.post("/_simulator/retirement", json=wish)


async def test_dates_are_those_of_the_deprecations_page_and_null_where_there_is_none(api: httpx.AsyncClient) -> None:
    assert await lifecycle_of(api, "claude-opus-4-7") == ("active", None, None)
    lifecycle, _, retires_at = await lifecycle_of(api, "claude-opus-4-5")
    assert (lifecycle, retires_at) == ("deprecated", "2027-01-22T00:00:00.000000+00:00")
    lifecycle, deprecated_at, retires_at = await lifecycle_of(api, "claude-mythos-preview")
    assert (lifecycle, retires_at) == ("deprecated", None)
    assert deprecated_at is not None
    assert (await lifecycle_of(api, "claude-opus-4-1"))[0] == "retired"


async def test_a_model_retires_when_it_was_ordered_to(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    ordered = await order(api, model="claude-haiku-4-5", retires_in=3_600)
    before = await lifecycle_of(api, "claude-haiku-4-5")
    counted = await api.post(COUNT, json=PROMPT)
    simulator.advance(3_600)
    after = await lifecycle_of(api, "claude-haiku-4-5")
    usual = ids(await page(api, limit=1000))
    refused = await api.post(COUNT, json=PROMPT)

    assert ordered.json()["retires_at"] == before[2] == after[2]
    assert (before[0], after[0]) == ("deprecated", "retired")
    assert "claude-haiku-4-5-20251001" not in usual
    assert (counted.status_code, refused.status_code) == (200, 404)


async def test_a_date_that_passes_retires_no_overdue_model(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    await order(api, model="claude-haiku-4-5", retires_in=-60, overdue=True)

    assert (await lifecycle_of(api, "claude-haiku-4-5"))[0] == "deprecated"
    assert (await api.post(COUNT, json=PROMPT)).status_code == 200


async def test_requests_that_are_processed_after_the_retirement_fail_and_the_others_do_not(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    requests = [
        {"custom_id": f"{model}-{number}", "params": PROMPT | {"model": model, "max_tokens": 9}}
        for model in ("claude-haiku-4-5", "claude-sonnet-5")
        for number in range(20)
    ]
    await order(api, model="claude-haiku-4-5", retires_in=120)
    batch = (await api.post(CREATE, json={"requests": requests})).json()
    simulator.advance(86_400)
    late = (await api.post(CREATE, json={"requests": requests})).json()
    simulator.advance(86_400)

    lines, after = await results(api, batch["id"]), await results(api, late["id"])

    failed = [line for line in lines if line["result"]["type"] == "errored"]
    assert 0 < len(failed) < 20
    assert all(line["custom_id"].startswith("claude-haiku-4-5") for line in failed)
    error = failed[0]["result"]["error"]["error"]
    assert (error["type"], error["message"]) == ("not_found_error", "model: claude-haiku-4-5-20251001")
    assert sum(line["result"]["type"] == "errored" for line in after) == 20
    assert (await api.get(f"{CREATE}/{batch['id']}")).json()["request_counts"]["errored"] == len(failed)


async def test_a_retirement_of_no_model_is_refused(api: httpx.AsyncClient) -> None:
    answer = await order(api, model="gpt-12", retires_in=60)

    assert (answer.status_code, answer.json()) == (400, {"error": "there is no model gpt-12"})
