"""Access tokens are exchanged once for all who wait, renewed ahead of their end, and replaced when they are refused."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from bot.api.access_tokens import AccessTokens, BearerToken, Federation
from bot.api.client import BatchesClient, open_http
from bot.api.errors import ApiUnavailable, KeyRefused, NoAccessToken
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.access_tokens import API_BETA, TOKEN_PATH
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests.identity_tokens import make_identity_token
from tests.journeys.creating import make_jsonl, make_request
from tests.waiting import logged

ONCE = RetryPolicy(tries=1)


class Monotonic:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def api() -> AsyncIterator[ApiSimulator]:
    async with ApiSimulator(speed=0) as simulator:
        simulator.workspace.add(succeeded=1)
        yield simulator


@pytest.fixture
def federation(api: ApiSimulator, tmp_path: Path) -> Federation:
    file = tmp_path / "identity"
    file.write_text(make_identity_token() + "\n")
    return Federation(api.access_tokens.rule.id, api.workspace.organization_id, identity_token_file=file)


def exchanges(api: ApiSimulator) -> int:
    return [request.path for request in api.requests].count(TOKEN_PATH)


async def test_a_token_is_sent_as_bearer_with_its_beta_and_never_as_a_key(
    api: ApiSimulator, federation: Federation
) -> None:
    async with open_http(federation, base_url=api.base_url, betas=("files-api-2025-04-14",)) as http:
        page = await BatchesClient(http, policy=ONCE).list()
        request = http.build_request("GET", "/v1/models")

    assert len(page.data) == 1
    assert {call.key_sent_in for call in api.requests} == {"nowhere", "authorization"}
    assert request.headers["anthropic-beta"] == f"files-api-2025-04-14,{API_BETA}"
    assert api.requests[0].path == TOKEN_PATH


@pytest.mark.parametrize(("value", "sent"), [("sk-ant-oat01-x", API_BETA), ("gateway-token", None)])
async def test_a_token_that_is_set_is_sent_as_bearer(value: str, sent: str | None) -> None:
    async with open_http(BearerToken(value)) as http:
        headers = http.build_request("GET", "/v1/models").headers

    assert headers["authorization"] == f"Bearer {value}"
    assert headers.get("anthropic-beta") == sent
    assert "x-api-key" not in headers


async def test_all_who_wait_share_one_exchange(api: ApiSimulator, federation: Federation) -> None:
    api.add_fault(ApiFault(method="POST", path=TOKEN_PATH, delay=60))
    async with open_http(federation, base_url=api.base_url) as http:
        client = BatchesClient(http, policy=ONCE)
        calls = [asyncio.create_task(client.list()) for _ in range(50)]
        await api.wait_for(lambda: api.delayed)
        calls[0].cancel()
        api.answer_delayed()
        done = await asyncio.gather(*calls[1:])

    assert len(done) == 49
    assert exchanges(api) == 1


async def test_tokens_that_end_under_load_fail_no_call(api: ApiSimulator, federation: Federation) -> None:
    async with open_http(federation, base_url=api.base_url) as http:
        client = BatchesClient(http, policy=ONCE)
        for _ in range(5):
            await asyncio.gather(*(client.list() for _ in range(10)))
            api.access_tokens.end_all()

    refused = [call for call in api.requests if call.status == 401]
    assert exchanges(api) == 5
    assert 4 <= len(refused) <= 40


async def test_a_create_is_sent_again_whole_after_its_token_was_refused(
    api: ApiSimulator, federation: Federation, tmp_path: Path
) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_bytes(make_jsonl([make_request(f"r-{number}") for number in range(20)]))
    async with open_http(federation, base_url=api.base_url) as http:
        client = BatchesClient(http, policy=ONCE)
        await client.list()
        api.access_tokens.end_all()
        created = await client.create_from_file(file)

    assert created.request_counts.processing == 20
    assert len(api.workspace.batches) == 2


async def test_a_token_is_renewed_ahead_of_its_end_while_calls_go_on(
    api: ApiSimulator, federation: Federation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now = Monotonic()
    async with open_http("sk-ant-unused", base_url=api.base_url) as http:
        http.headers.pop("x-api-key")
        tokens = AccessTokens(federation, http, now)
        first = await tokens.get()

        now.seconds += 3_600 - 119
        with logged("bot.api.access_tokens", "new access token") as renewed:
            early = await tokens.get()
            await renewed.wait()
        second = await tokens.get()
        now.seconds += 3_600 - 29
        api.add_fault(ApiFault(method="POST", path=TOKEN_PATH, status=503))
        with pytest.raises(ApiUnavailable) as away:
            await tokens.get()
        third = await tokens.get()

    assert early == first
    assert len({first, second, third}) == 3
    assert not away.value.may_have_happened
    assert exchanges(api) == 4


async def test_an_early_renewal_that_fails_is_tried_again_later_and_fails_no_call(
    api: ApiSimulator, federation: Federation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now = Monotonic()
    async with open_http("sk-ant-unused", base_url=api.base_url) as http:
        http.headers.pop("x-api-key")
        tokens = AccessTokens(federation, http, now)
        first = await tokens.get()
        now.seconds += 3_600 - 119
        api.add_fault(ApiFault(method="POST", path=TOKEN_PATH, status=500))
        with logged("bot.api.access_tokens", "no new access token") as failed:
            kept = [await tokens.get() for _ in range(3)]
            await failed.wait()
        kept += [await tokens.get() for _ in range(3)]
        now.seconds += 11
        with logged("bot.api.access_tokens", "new access token, valid") as renewed:
            kept.append(await tokens.get())
            await renewed.wait()
        second = await tokens.get()

    assert kept == [first] * 7
    assert second != first
    assert exchanges(api) == 3


async def test_the_identity_token_is_read_anew_and_its_file_wins(api: ApiSimulator, federation: Federation) -> None:
    assert federation.identity_token_file is not None
    federation.identity_token_file.write_text(make_identity_token(seconds=-60))
    both = replace(federation, identity_token=make_identity_token())
    async with open_http(both, base_url=api.base_url) as http:
        client = BatchesClient(http, policy=ONCE)
        with pytest.raises(NoAccessToken, match="expired"):
            await client.list()
        federation.identity_token_file.write_text(make_identity_token())
        await client.list()

    assert exchanges(api) == 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "unreadable"),
        ("", "unreadable"),
        (" \n", "unreadable"),
        ("x" * 20_000, "unreadable"),
        ("-----BEGIN CERTIFICATE-----", "no_jwt"),
        ("a.b.c", "no_jwt"),
        ("e30.W10.c", "no_jwt"),
        ("\xff", "no_jwt"),
        (make_identity_token(seconds=-1), "expired"),
    ],
)
async def test_an_identity_token_that_no_exchange_takes_is_not_sent(
    api: ApiSimulator, federation: Federation, content: str | None, fault: str
) -> None:
    file = federation.identity_token_file
    assert file is not None
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="latin-1")

    async with open_http(federation, base_url=api.base_url) as http:
        with pytest.raises(NoAccessToken) as raised:
            await BatchesClient(http, policy=ONCE).list()

    assert raised.value.fault == fault
    assert len(content or "") < 10 or (content or "") not in str(raised.value)
    assert api.requests == []


SENTENCE = "geheim: eyJhbGciOi"


@pytest.mark.parametrize(
    ("answer", "fault", "calls"),
    [
        (
            ApiFault(status=400, body=f'{{"error": "invalid_request", "error_description": "{SENTENCE}"}}'),
            "malformed",
            1,
        ),
        (ApiFault(status=400, body='{"error": "invalid_grant"}'), "refused", 1),
        (
            ApiFault(status=401, body=f'{{"type": "error", "error": {{"message": "{SENTENCE}"}}}}', times=2),
            "refused",
            2,
        ),
        (ApiFault(status=404, body=f"<html>{SENTENCE}"), "odd_answer", 1),
        (ApiFault(body=SENTENCE), "odd_answer", 1),
        (ApiFault(body='{"access_token": "t", "token_type": "mac", "expires_in": 60}'), "odd_answer", 1),
        (ApiFault(body='{"access_token": "t", "token_type": "Bearer", "expires_in": -1}'), "odd_answer", 1),
        (ApiFault(body='{"access_token": "t\\u00e9", "token_type": "Bearer", "expires_in": 60}'), "odd_answer", 1),
        (ApiFault(body='{"access_token": "t\\nx: y", "token_type": "Bearer", "expires_in": 60}'), "odd_answer", 1),
        (ApiFault(body='{"token_type": "Bearer", "expires_in": 60}'), "odd_answer", 1),
    ],
)
async def test_a_refused_exchange_says_why_and_quotes_nothing(
    api: ApiSimulator,
    federation: Federation,
    answer: ApiFault,
    fault: str,
    calls: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api.add_fault(answer.model_copy(update={"method": "POST", "path": TOKEN_PATH}))
    async with open_http(federation, base_url=api.base_url) as http:
        with pytest.raises(NoAccessToken) as raised:
            await BatchesClient(http, policy=ONCE).list()

    assert raised.value.fault == fault
    assert exchanges(api) == calls == len(api.requests)
    assert "geheim" not in repr(vars(raised.value)) + caplog.text


async def test_an_exchange_that_is_not_answered_says_that_nothing_was_sent(
    api: ApiSimulator, federation: Federation
) -> None:
    api.add_fault(ApiFault(method="POST", path=TOKEN_PATH, cut="middle", times=9))
    async with open_http(federation, base_url=api.base_url) as http:
        with pytest.raises(ApiUnavailable) as raised:
            await BatchesClient(http, policy=ONCE).list()

    assert not raised.value.may_have_happened


async def test_a_token_that_may_not_use_batches_is_refused_once(api: ApiSimulator, federation: Federation) -> None:
    api.access_tokens.rule.scope = "org:admin"
    async with open_http(federation, base_url=api.base_url) as http:
        with pytest.raises(KeyRefused) as raised:
            await BatchesClient(http, policy=ONCE).list()

    assert raised.value.status == 403
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"rule_id": "fdrl_01Other"}, 401),
        ({"rule_id": "rule"}, 400),
        ({"organization_id": "00000000-0000-4000-8000-000000000000"}, 401),
        ({"service_account_id": "svac_01Other"}, 401),
        ({"workspace_id": "wrkspc_01Other"}, 401),
        ({"workspace_id": "production"}, 400),
    ],
)
async def test_the_simulated_exchange_refuses_what_its_rule_does_not_cover(
    api: ApiSimulator, federation: Federation, change: dict[str, str], status: int
) -> None:
    async with open_http(replace(federation, **change), base_url=api.base_url) as http:
        with pytest.raises(NoAccessToken) as refused:
            await BatchesClient(http, policy=ONCE).list()

    assert refused.value.status == status


async def test_the_default_workspace_may_be_named_so(api: ApiSimulator, federation: Federation) -> None:
    async with open_http(replace(federation, workspace_id="default"), base_url=api.base_url) as http:
        assert len((await BatchesClient(http, policy=ONCE).list()).data) == 1


async def test_the_simulator_takes_a_token_only_as_bearer_with_its_beta(
    api: ApiSimulator, federation: Federation
) -> None:
    async with open_http(federation, base_url=api.base_url) as http:
        await BatchesClient(http, policy=ONCE).list()
        assert isinstance(http.auth, httpx.Auth)
        [token] = api.access_tokens.issued
        version = {"anthropic-version": "2023-06-01"}
        async with httpx.AsyncClient(base_url=api.base_url, headers=version) as plain:
            as_key = await plain.get("/v1/models", headers={"x-api-key": token})
            without = await plain.get("/v1/models", headers={"authorization": f"Bearer {token}"})
            both = {"authorization": f"Bearer {token}", "anthropic-beta": API_BETA}
            right = await plain.get("/v1/models", headers=both)
            api.advance(3_601)
            late = await plain.get("/v1/models", headers=both)

    assert [answer.status_code for answer in (as_key, without, right, late)] == [401, 401, 200, 401]
