"""The results file: one line per request, in a stable order of its own, streamed."""

import json
import tracemalloc
from collections import Counter
from typing import Any

import httpx

from bot.playground.api_simulator.answer_kinds import ANSWER_KINDS
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"


async def lines(api: httpx.AsyncClient, batch_id: str) -> list[dict[str, Any]]:
    answer = await api.get(f"{BATCHES}/{batch_id}/results")
    assert answer.content.endswith(b"\n")
    return [json.loads(line) for line in answer.content.split(b"\n")[:-1]]


async def test_every_custom_id_comes_once_and_not_in_the_order_of_submission(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=50, prefix="doc")

    names = [line["custom_id"] for line in await lines(api, batch.id)]

    assert sorted(names) == [f"doc-{number:04}" for number in range(1, 51)]
    assert names != sorted(names)


async def test_the_file_is_the_same_every_time(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=50, errored=5)

    first = await api.get(f"{BATCHES}/{batch.id}/results")
    second = await api.get(f"{BATCHES}/{batch.id}/results")

    assert first.content == second.content


async def test_it_is_sent_as_chunked_json_lines(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=5)

    answer = await api.get(f"{BATCHES}/{batch.id}/results")

    assert answer.headers["content-type"] == "application/x-jsonl"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "anthropic-ratelimit-requests-remaining" in answer.headers
    assert answer.headers["request-id"].startswith("req_")


async def test_each_kind_of_line_has_its_shape(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    causes = {"api_error": 1, "prompt_too_long": 1}
    done = simulator.workspace.add(succeeded=2, errored=2, canceled=2, causes=causes)
    late = simulator.workspace.add(expired=1)

    by_type: dict[str, list[dict[str, Any]]] = {}
    for line in [*await lines(api, done.id), *await lines(api, late.id)]:
        by_type.setdefault(line["result"]["type"], []).append(line)

    assert {kind: len(found) for kind, found in by_type.items()} == {
        "succeeded": 2,
        "errored": 2,
        "canceled": 2,
        "expired": 1,
    }
    assert by_type["canceled"][0]["result"] == {"type": "canceled"}
    assert by_type["expired"][0]["result"] == {"type": "expired"}
    errors = sorted(
        (line["result"]["error"] for line in by_type["errored"]), key=lambda error: str(error["request_id"])
    )
    assert (errors[0]["request_id"], errors[0]["error"]["type"]) == (None, "invalid_request_error")
    assert errors[1]["request_id"].startswith("workerreq_")
    assert errors[1]["error"] == {
        "details": {"error_visibility": "user_facing"},
        "type": "api_error",
        "message": "Internal server error",
    }


async def test_causes_come_in_the_proportion_asked_for_and_spread_over_the_batch(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    causes = {"prompt_too_long": 3, "overloaded": 1}
    batch = simulator.workspace.add(succeeded=100, errored=40, causes=causes)

    errored = [line for line in await lines(api, batch.id) if line["result"]["type"] == "errored"]

    types = [line["result"]["error"]["error"]["type"] for line in errored]
    assert (types.count("invalid_request_error"), types.count("overloaded_error")) == (30, 10)
    numbers = sorted(int(line["custom_id"].split("-")[1]) for line in errored)
    assert numbers[0] < 40
    assert numbers[-1] > 100
    assert len({line["result"]["error"]["error"]["message"] for line in errored}) > 10


async def test_some_texts_hold_a_line_separator_that_is_no_end_of_line(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=100)

    answer = await api.get(f"{BATCHES}/{batch.id}/results")

    assert "\u2028" in answer.text
    assert answer.content.count(b"\n") == 100


async def test_answers_are_as_unusual_as_ordered(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    ordered = dict.fromkeys(ANSWER_KINDS, 2)
    batch = simulator.workspace.add(succeeded=50, errored=5, answers=ordered)

    messages = [line["result"]["message"] for line in await lines(api, batch.id) if "message" in line["result"]]

    stops = Counter(message["stop_reason"] for message in messages)
    assert stops == {
        "end_turn": 32,
        "tool_use": 4,
        "pause_turn": 2,
        "max_tokens": 2,
        "model_context_window_exceeded": 2,
        "refusal": 2,
        "compaction": 2,
        "stop_sequence": 2,
        None: 2,
    }
    shapes = {tuple(block["type"] for block in message["content"]) for message in messages}
    assert {(), ("thinking",), ("redacted_thinking",), ("text", "tool_use"), ("tool_use",), ("compaction",)} <= shapes
    assert [message["stop_details"]["category"] for message in messages if message["stop_reason"] == "refusal"] == [
        "bio",
        "bio",
    ]


async def test_lines_are_missing_although_the_batch_counts_them(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=50, missing=3)

    found = await lines(api, batch.id)

    counted = (await api.get(f"{BATCHES}/{batch.id}")).json()["request_counts"]["succeeded"]
    assert (len(found), counted) == (47, 50)


async def test_other_calls_are_answered_while_a_large_file_is_being_read(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=20_000)

    async with api.stream("GET", f"{BATCHES}/{batch.id}/results") as answer:
        chunks = answer.aiter_raw()
        size = len(await anext(chunks))
        other = await api.get(f"{BATCHES}/{batch.id}")
        async for chunk in chunks:
            size += len(chunk)

    assert other.status_code == 200
    assert size > 10_000_000


def test_a_large_file_never_sits_in_memory() -> None:
    batch = ApiSimulator(speed=0).workspace.add(succeeded=3_600, errored=400)
    tracemalloc.start()

    size = sum(len(line) for line in make_result_lines(batch))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > 2_500_000
    assert peak < 600_000
