"""Models: listing them as the API does, one of them, and counting the tokens of a prompt."""

from typing import Any

import httpx
import pytest

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
