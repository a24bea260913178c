"""Several workspaces of one organization: what a key reaches, and that nothing of one is seen in another."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.access_tokens import API_BETA, EXCHANGE_BETA, TOKEN_PATH, FederationRule
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.api_simulator.workspace import ApiWorkspace
from tests.playground.api_simulator.conftest import KEY

LIST = "/v1/messages/batches"
OTHER_KEY = "sk-other-key"
RULE = "fdrl_01Other"


@pytest.fixture
def other(simulator: ApiSimulator) -> ApiWorkspace:
    """Provide a second workspace with a key of its own."""
    return simulator.workspaces.add("other", OTHER_KEY)


def with_key(key: str, workspace: str | None = None) -> dict[str, str]:
    return {"x-api-key": key} | ({} if workspace is None else {"anthropic-workspace-id": workspace})


async def test_each_key_reaches_its_own_batches_only(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    mine, foreign = simulator.workspace.add(succeeded=1), other.add(succeeded=2)

    lists = [(await api.get(LIST, headers=with_key(key))).json()["data"] for key in (KEY, OTHER_KEY)]
    crossing = [
        await api.get(f"{LIST}/{foreign.id}"),
        await api.get(f"{LIST}/{foreign.id}/results"),
        await api.post(f"{LIST}/{foreign.id}/cancel"),
        await api.delete(f"{LIST}/{foreign.id}"),
        await api.get(f"{LIST}?after_id={foreign.id}"),
        await api.get(f"{LIST}/{mine.id}", headers=with_key(OTHER_KEY)),
    ]

    assert [[batch["id"] for batch in found] for found in lists] == [[mine.id], [foreign.id]]
    assert mine.id != foreign.id
    assert {answer.status_code for answer in crossing} == {404}
    assert crossing[0].json()["error"]["message"] == f"Message Batch {foreign.id} not found."
    assert (await api.get(f"{LIST}/{foreign.id}", headers=with_key(OTHER_KEY))).json()["id"] == foreign.id


async def test_a_created_batch_belongs_to_the_workspace_of_the_key(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    params = {"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
    body = {"requests": [{"custom_id": "a", "params": params}]}

    ids = [(await api.post(LIST, json=body, headers=with_key(key))).json()["id"] for key in (KEY, OTHER_KEY)]

    assert [[batch.id for batch in one.batches] for one in (simulator.workspace, other)] == [[ids[0]], [ids[1]]]
    assert ids[0] != ids[1]


async def test_answers_and_the_log_name_the_workspace_of_the_key(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    answers = [await api.get("/v1/models?limit=1", headers=with_key(key)) for key in (KEY, OTHER_KEY, "sk-wrong")]
    other.names_itself = False
    silent = await api.get(LIST, headers=with_key(OTHER_KEY))

    named = [answer.headers.get("anthropic-workspace-id") for answer in (*answers, silent)]
    assert named == [simulator.workspace.id, other.id, None, None]
    assert silent.status_code == 200
    assert [request.workspace for request in simulator.requests] == [simulator.workspace.id, other.id, "", other.id]


@pytest.mark.parametrize(
    ("reached", "named", "status"),
    [
        ("other", None, 200),
        ("other", "other", 200),
        ("other", "first", 403),
        ("other", "wrkspc_01Unknown", 403),
        ("both", "other", 200),
        ("both", "first", 200),
        ("both", None, 400),
        ("both", "wrkspc_01Unknown", 403),
        ("none", None, 401),
    ],
)
async def test_the_header_selects_what_the_key_reaches_and_nothing_else(
    simulator: ApiSimulator,
    api: httpx.AsyncClient,
    other: ApiWorkspace,
    reached: str,
    named: str | None,
    status: int,
) -> None:
    workspaces = {"first": simulator.workspace, "other": other}
    simulator.workspaces.assign_key("sk-x", *{"both": (simulator.workspace, other), "none": ()}.get(reached, (other,)))
    name = None if named is None else workspaces[named].id if named in workspaces else named

    answer = await api.get(LIST, headers=with_key("sk-x", name))

    assert answer.status_code == status
    if status == 200:
        assert answer.headers["anthropic-workspace-id"] == workspaces[named or "other"].id


async def test_a_key_switches_to_another_workspace(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    foreign = other.add(succeeded=1)

    before = await api.get(f"{LIST}/{foreign.id}")
    simulator.workspaces.assign_key(KEY, other)
    after = await api.get(f"{LIST}/{foreign.id}")

    assert (before.status_code, after.status_code) == (404, 200)
    assert after.headers["anthropic-workspace-id"] == other.id


async def test_limits_and_faults_of_one_leave_the_other(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    mine, foreign = simulator.workspace.add(succeeded=1), other.add(succeeded=1)
    simulator.add_fault(ApiFault(status=529, workspace=other.id, times=2))

    counted = [await api.get(f"{LIST}/{mine.id}") for _ in range(3)]
    failed = [await api.get(LIST, headers=with_key(OTHER_KEY)) for _ in range(2)]
    first = await api.get(f"{LIST}/{foreign.id}", headers=with_key(OTHER_KEY))

    remaining = [int(answer.headers["anthropic-ratelimit-requests-remaining"]) for answer in (*counted, first)]
    assert [answer.status_code for answer in (*counted, *failed, first)] == [200, 200, 200, 529, 529, 200]
    assert remaining == [3_999, 3_998, 3_997, 3_999]


async def test_the_bill_names_the_workspace_of_each_batch(
    simulator: ApiSimulator, api: httpx.AsyncClient, other: ApiWorkspace
) -> None:
    for workspace in (simulator.workspace, other):
        workspace.add(succeeded=5, age=2 * 86_400)
    headers = {"x-api-key": "sk-ant-admin01-x", "anthropic-beta": "analytics-usage-cost-2026-08-24"}
    start = (simulator.now - timedelta(days=5)).strftime("%Y-%m-%dT00:00:00Z")

    report = await api.get(
        "/v1/organizations/analytics/cost",
        params={"starting_at": start, "group_by[]": "workspace_id"},
        headers=headers,
    )

    found = {row["group"]["workspace_id"]: row["cost"]["requests"] for row in report.json()["data"]}
    assert found == {simulator.workspace.id: 5, other.id: 5}
    assert "anthropic-workspace-id" not in report.headers


def make_exchange(simulator: ApiSimulator, **changes: Any) -> dict[str, Any]:
    now = int(simulator.now.timestamp())
    parts = [{"alg": "RS256", "kid": "1"}, {"sub": "x", "iat": now, "exp": now + 3_600}, "signature"]
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": ".".join(encoded),
        "federation_rule_id": RULE,
        "organization_id": simulator.workspace.organization_id,
        **changes,
    }


async def test_a_token_is_for_one_workspace_and_ends_by_itself(
    simulator: ApiSimulator, other: ApiWorkspace, api: httpx.AsyncClient
) -> None:
    first = simulator.workspace
    simulator.access_tokens.more_rules.append(FederationRule(RULE, (first.id, other.id), lifetime=90))
    betas = {"anthropic-beta": f"{API_BETA},{EXCHANGE_BETA}"}

    async with httpx.AsyncClient(base_url=simulator.base_url) as plain:
        unnamed = await plain.post(TOKEN_PATH, json=make_exchange(simulator), headers=betas)
        foreign = await plain.post(
            TOKEN_PATH, json=make_exchange(simulator, workspace_id="wrkspc_01Foreign"), headers=betas
        )
        unknown = await plain.post(
            TOKEN_PATH, json=make_exchange(simulator, federation_rule_id="fdrl_01Unknown"), headers=betas
        )
        issued = [
            (await plain.post(TOKEN_PATH, json=make_exchange(simulator, workspace_id=one.id), headers=betas)).json()
            for one in (first, other)
        ]
        common = {"anthropic-version": "2023-06-01", "anthropic-beta": API_BETA}
        bearers = [{"authorization": f"Bearer {one['access_token']}", **common} for one in issued]
        named = [(await plain.get(LIST, headers=bearer)).headers["anthropic-workspace-id"] for bearer in bearers]
        crossing = await plain.get(LIST, headers={**bearers[0], "anthropic-workspace-id": other.id})
        simulator.access_tokens.end_all(other.id)
        after_end = [(await plain.get(LIST, headers=bearer)).status_code for bearer in bearers]
        simulator.advance(91)
        expired = await plain.get(LIST, headers=bearers[0])

    assert [answer.status_code for answer in (unnamed, foreign, unknown)] == [401] * 3
    assert [one["expires_in"] for one in issued] == [90, 90]
    assert named == [first.id, other.id]
    assert crossing.status_code == 403
    assert after_end == [200, 401]
    assert expired.json()["error"]["message"] == "OAuth token has expired."


async def test_workspaces_keys_and_rules_are_ordered_over_http(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    added = (await api.post("/_simulator/workspace", json={"name": "dev", "key": OTHER_KEY})).json()["id"]
    twice = await api.post("/_simulator/workspace", json={"name": "dev", "key": "sk-third"})
    batch = (await api.post(f"/_simulator/batch?workspace={added}", json={"succeeded": 1})).json()
    lost = await api.post("/_simulator/batch?workspace=wrkspc_01Unknown", json={"succeeded": 1})
    seen = await api.get(f"{LIST}/{batch['id']}", headers=with_key(OTHER_KEY))
    revoked = await api.post("/_simulator/key", json={"key": OTHER_KEY, "workspaces": []})
    refused = await api.get(LIST, headers=with_key(OTHER_KEY))
    ruled = await api.post("/_simulator/rule", json={"id": RULE, "workspaces": [added], "lifetime": 60})

    assert [answer.status_code for answer in (twice, lost, seen, revoked, refused, ruled)] == [
        400,
        400,
        200,
        200,
        401,
        200,
    ]
    assert simulator.workspace.batches == []
    assert [rule.workspaces for rule in simulator.access_tokens.more_rules] == [(added,)]
