"""Ordered faults, as a caller meets them."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"


@pytest.mark.parametrize(
    ("status", "error_type"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (408, "timeout_error"),
        (409, "conflict_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
async def test_a_status_on_order_comes_with_its_error_type(
    simulator: ApiSimulator, api: httpx.AsyncClient, status: int, error_type: str
) -> None:
    simulator.add_fault(ApiFault(status=status))

    answer = await api.get(BATCHES)

    body = answer.json()
    assert (answer.status_code, body["error"]["type"]) == (status, error_type)
    assert body["request_id"] == answer.headers["request-id"]
    assert "retry-after" not in answer.headers


async def test_a_status_may_say_when_and_whether_to_try_again_and_why(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    fault = ApiFault(status=429, retry_after=2.5, error_code="enforced_spend_limit_reached", should_retry=False)
    simulator.add_fault(fault)

    answer = await api.get(BATCHES)

    assert answer.headers["retry-after"] == "2.5"
    assert answer.headers["x-should-retry"] == "false"
    assert answer.json()["error"]["details"] == {"error_code": "enforced_spend_limit_reached"}


async def test_a_status_may_come_after_the_call_was_carried_out(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(method="DELETE", status=502, carried_out=True))

    answer = await api.delete(f"{BATCHES}/{batch.id}")

    assert answer.status_code == 502
    assert simulator.workspace.batches == []


async def test_a_call_may_be_carried_out_late_although_its_caller_has_gone(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(method="DELETE", delay=60, late=True))

    call = asyncio.create_task(api.delete(f"{BATCHES}/{batch.id}"))
    await simulator.wait_for(lambda: simulator.delayed)
    call.cancel()
    await asyncio.wait([call])
    before = len(simulator.workspace.batches)
    simulator.answer_delayed()
    await simulator.wait_for(lambda: not simulator.workspace.batches)

    assert before == 1


async def test_a_fault_happens_as_often_as_ordered_and_then_no_more(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    simulator.add_fault(ApiFault(status=529, times=2))
    simulator.add_fault(ApiFault(status=500))

    statuses = [(await api.get(BATCHES)).status_code for _ in range(4)]

    assert statuses == [529, 529, 500, 200]


async def test_a_fault_meets_only_calls_of_its_method_and_path(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(method="DELETE", path=f"{BATCHES}/*", status=529))

    statuses = [
        (await api.get(f"{BATCHES}/{batch.id}")).status_code,
        (await api.delete(BATCHES)).status_code,
        (await api.delete(f"{BATCHES}/{batch.id}")).status_code,
    ]

    assert statuses == [200, 405, 529]


async def test_a_refused_call_does_nothing(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(status=500))

    await api.delete(f"{BATCHES}/{batch.id}")

    assert simulator.workspace.batches == [batch]


@pytest.mark.parametrize(("cut", "left"), [("before", 1), ("middle", 0)])
async def test_a_cut_before_does_nothing_and_a_cut_in_the_middle_loses_only_the_answer(
    simulator: ApiSimulator, api: httpx.AsyncClient, cut: Any, left: int
) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(method="DELETE", cut=cut))

    with pytest.raises(httpx.RemoteProtocolError):
        await api.delete(f"{BATCHES}/{batch.id}")

    assert len(simulator.workspace.batches) == left
    assert [(one.method, one.status) for one in simulator.requests] == [("DELETE", None)]


async def test_results_are_cut_within_a_line(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=200)
    simulator.add_fault(ApiFault(path=f"{BATCHES}/*/results", cut="middle"))
    received = bytearray()

    async def read() -> None:
        async with api.stream("GET", f"{BATCHES}/{batch.id}/results") as answer:
            async for chunk in answer.aiter_raw():
                received.extend(chunk)

    with pytest.raises(httpx.RemoteProtocolError):
        await read()

    assert received.count(b"\n") == 100
    assert not received.endswith(b"\n")


async def test_an_error_answer_can_be_cut_too(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    simulator.add_fault(ApiFault(cut="middle"))

    with pytest.raises(httpx.RemoteProtocolError):
        await api.get(f"{BATCHES}/msgbatch_01unknown")

    assert (await api.get(BATCHES)).status_code == 200
    assert [call.is_cut for call in simulator.requests] == [True, False]


async def test_a_delayed_change_happens_even_if_no_one_waits_for_the_answer(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=1)
    simulator.add_fault(ApiFault(delay=30))

    with pytest.raises(httpx.ReadTimeout):
        await api.delete(f"{BATCHES}/{batch.id}", timeout=0.05)

    assert simulator.workspace.batches == []
    assert simulator.requests[0].status is None
    assert not simulator.requests[0].is_cut, "its caller closed it"


async def test_a_delayed_answer_comes_in_the_end(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    simulator.add_fault(ApiFault(delay=0.05))
    began = time.monotonic()

    answer = await api.get(BATCHES)

    assert answer.status_code == 200
    assert time.monotonic() - began >= 0.05


async def test_a_delayed_answer_can_be_released(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    simulator.add_fault(ApiFault(delay=600))
    asked = asyncio.create_task(api.get(BATCHES, timeout=60))
    await simulator.wait_for(lambda: simulator.delayed)

    simulator.answer_delayed()

    assert (await asked).status_code == 200


async def test_a_refusal_can_be_delayed(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    simulator.add_fault(ApiFault(status=401, delay=600))
    asked = asyncio.create_task(api.get(BATCHES, timeout=60))
    await simulator.wait_for(lambda: simulator.delayed)
    assert simulator.requests[0].status is None

    simulator.answer_delayed()

    assert (await asked).status_code == 401


async def test_stopping_waits_for_no_delay() -> None:
    async with (
        asyncio.timeout(60),
        httpx.AsyncClient() as client,
        ApiSimulator(speed=0) as simulator,
    ):
        simulator.add_fault(ApiFault(delay=600))
        asked = asyncio.create_task(client.get(f"{simulator.base_url}{BATCHES}", timeout=600))
        await simulator.wait_for(lambda: simulator.delayed)
    await asyncio.wait({asked})


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (ApiFault(body="not json at all"), 200, "application/json"),
        (ApiFault(body="<html><h1>Bad gateway</h1></html>", status=502), 502, "text/html; charset=utf-8"),
        (ApiFault(body=""), 200, "application/json"),
    ],
)
async def test_a_body_on_order_is_sent_as_it_is(
    simulator: ApiSimulator, api: httpx.AsyncClient, fault: ApiFault, status: int, kind: str
) -> None:
    simulator.add_fault(fault)

    answer = await api.get(BATCHES)

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (status, fault.body, kind)


async def test_faults_can_be_called_off(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    simulator.add_fault(ApiFault(status=529, times=100))
    simulator.clear_faults()

    answer = await api.get(BATCHES)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"status": 200},
        {"cut": "before", "delay": 1},
        {"cut": "end"},
        {"delay": 0},
        {"status": 500, "times": 0},
        {"delay": 1, "retry_after": 3},
        {"status": 500, "colour": "blue"},
    ],
)
def test_a_mistaken_order_is_refused(order: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ApiFault"):
        ApiFault(**order)
