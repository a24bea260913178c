"""The official SDK against the simulated API: an opt-in check, run in an environment that has `anthropic` installed.

    python tests/playground/official_sdk.py PYTHON

PYTHON is the interpreter of the project's own environment, which runs the simulator. Ends with 0 if the SDK finds what
it expects everywhere. 0.125.0, which names some errors differently, works too.
"""

import base64
import importlib
import json
import subprocess
import sys
import time
import traceback
import typing
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

# The SDK is not among the project's dependencies, so it is loaded by name and stays untyped.
anthropic: Any = importlib.import_module("anthropic") if __name__ == "__main__" else None

KEY = "sk-official-check"
_ROOT = Path(__file__).parents[2]
_SERVE = ("-m", "bot", "simulate-api", "--port", "0", "--key", KEY, "--speed", "0")
_RULES = """
import json
from bot.playground.api_simulator.params_shapes import ALLOWED
from bot.requests.messages import KNOWN_BLOCKS
from bot.requests.model_rules import RETIRED, is_in_table, undated
from bot.requests.params_shapes import FOREIGN_PARAMS, NOT_IN_A_BATCH, SDK_ARGUMENTS, SHAPES
from bot.requests.tools import is_built_in
names = json.loads(input())
needed = ["model", "max_tokens", "messages", "system"]
print(json.dumps({
    "params": sorted({*names["params"]} - {*SHAPES, *NOT_IN_A_BATCH, *SDK_ARGUMENTS, *needed}),
    "refused params": sorted({*names["params"]} & {*FOREIGN_PARAMS}),
    "simulated params": sorted({*names["params"]} - {*ALLOWED, *NOT_IN_A_BATCH, *SDK_ARGUMENTS, "stream"}),
    "blocks": sorted({*names["blocks"]} - KNOWN_BLOCKS),
    "tools": [name for name in names["tools"] if name != "custom" and not is_built_in(name)],
    "models": [name for name in names["models"] if not is_in_table(name) and undated(name) not in RETIRED],
}))
"""
"""Run by the project's interpreter: prints which names of the SDK the check, or the simulator, does not know."""
_VERSION = {"anthropic-version": "2023-06-01"}
_NOT_STREAMING = "MessageCreateParamsNonStreaming"
_PARAMS = {"model": "claude-haiku-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
_CLASSES = {403: "PermissionDeniedError", 409: "ConflictError", 429: "RateLimitError", 529: "OverloadedError"}


class World:
    """A running simulator, a client of it that validates every answer against the SDK's own types, and the controls."""

    def __init__(self, address: str, python: str) -> None:
        self.address = address
        self.python = python
        self.client = self.new_client()
        self.batches = self.client.messages.batches

    def new_client(self, key: str = KEY, **options: Any) -> Any:
        """Return a client of the simulator. Strict validation makes an answer of another shape an error."""
        options = {"max_retries": 0, "_strict_response_validation": True} | options
        return anthropic.Anthropic(api_key=key, base_url=self.address, **options)

    def steer(self, order: str, **facts: Any) -> dict[str, Any]:
        """Give one of the simulator's own orders."""
        address, body = f"{self.address}/_simulator/{order}", json.dumps(facts).encode() if facts else None
        with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
            content: dict[str, Any] = json.load(answer)
        return content


def make_identity_token() -> str:
    """Return a JWT whose signature no one verifies."""
    now = int(time.time())
    parts = [{"alg": "RS256", "kid": "1"}, {"iss": "x", "sub": "x", "iat": now, "exp": now + 10**8}, "signature"]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def raised(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Return what a call raises. The SDK passes on its HTTP library's error when a body breaks off."""
    try:
        found = call(*arguments, **options)
    except Exception as error:
        return error
    raise AssertionError(f"nothing was raised; the answer was {found!r}")


def refused(status: int, names: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """Return the API's words in a refusal, after checking its class and what every refusal has in common."""
    error = raised(call, *arguments, **options)
    assert type(error).__name__ in names.split("|"), f"{type(error).__name__}: {error}"
    assert error.status_code == status, error
    assert error.body["type"] == "error", error.body
    assert error.request_id == error.body["request_id"], error.body
    assert error.request_id.startswith("req_"), error.request_id
    words: str = error.body["error"]["message"]
    return words


def requests(*custom_ids: str) -> list[dict[str, Any]]:
    """Good requests with these ids."""
    return [{"custom_id": custom_id, "params": _PARAMS} for custom_id in custom_ids]


def check_create_and_retrieve(world: World) -> None:
    """Check that a new batch is in progress, and that retrieving it hints when to look again."""
    batch = world.batches.create(requests=requests("a", "b"))
    assert (batch.type, batch.processing_status, batch.request_counts.processing) == ("message_batch", "in_progress", 2)
    raw = world.batches.with_raw_response.retrieve(batch.id)
    assert (raw.headers["retry-after"], raw.headers["anthropic-workspace-id"][:7]) == ("10", "wrkspc_")
    assert raw.parse() == batch
    assert batch._request_id.startswith("req_")


def check_every_page_both_ways(world: World) -> None:
    """Auto-pagination reaches every batch once from either end."""
    ids = [batch.id for batch in world.batches.list(limit=3)]
    assert len(ids) == len(set(ids)) >= 14
    page = world.batches.list(limit=5)
    assert (page.has_more, page.first_id, page.last_id) == (True, ids[0], ids[4])
    assert [batch.id for batch in page.get_next_page().data] == ids[5:10]
    assert [batch.id for batch in world.batches.list(limit=4, after_id=ids[9])] == ids[10:]
    newer = world.batches.list(limit=4, before_id=ids[9])
    assert [batch.id for batch in newer.data] == ids[5:9]
    assert {batch.id for batch in newer} == set(ids[:9])


def check_cancel(world: World) -> None:
    """Cancel once, twice, and too late."""
    batch = world.batches.create(requests=requests("a", "b", "c"))
    canceling = world.batches.cancel(batch.id)
    assert (canceling.processing_status, canceling.request_counts.processing) == ("canceling", 3)
    assert world.batches.cancel(batch.id) == canceling
    world.steer("advance", seconds=60)
    ended = world.batches.retrieve(batch.id)
    assert (ended.processing_status, ended.request_counts.canceled) == ("ended", 3)
    assert world.batches.cancel(batch.id) == ended
    assert {line.result.type for line in world.batches.results(batch.id)} == {"canceled"}


def check_results(world: World) -> None:
    """All kinds of line are read as the SDK's types; a mistake in params is a line of its own."""
    bad = {"custom_id": "bad", "params": {"model": "claude-haiku-4-5", "max_tokens": 64}}
    batch = world.batches.create(requests=[*requests("good"), bad])
    assert "No `results_url`" in str(raised(world.batches.results, batch.id))
    world.steer("advance", seconds=3_600)
    lines = {line.custom_id: line.result for line in world.batches.results(batch.id)}
    message = lines["good"].message
    assert (message.model, message.usage.service_tier) == ("claude-haiku-4-5-20251001", "batch")
    assert (lines["bad"].type, lines["bad"].error.type) == ("errored", "error")
    error = lines["bad"].error.error
    assert (error.type, error.message) == ("invalid_request_error", "messages: Field required")
    put = world.steer("batch", succeeded=300, errored=20, expired=30)
    found = [line.result.type for line in world.batches.results(put["id"])]
    assert [found.count(kind) for kind in ("succeeded", "errored", "expired")] == [300, 20, 30]


def check_unusual_answers(world: World) -> None:
    """Every kind of answer is a message of the SDK's types; a compaction is one of the beta's."""
    beta = importlib.import_module("anthropic.types.beta")
    kinds = ("pause_turn", "context_window", "refusal", "compaction", "tool_call", "blocks", "thinking", "empty")
    put = world.steer("batch", succeeded=20, answers=dict.fromkeys(kinds, 1), missing=1)
    lines = list(world.batches.results(put["id"]))
    assert len(lines) == 19
    for line in lines:
        kind = beta.BetaMessage if line.result.message.stop_reason == "compaction" else anthropic.types.Message
        kind.model_validate(line.result.message.to_dict(warnings=False))


def check_results_not_there(world: World) -> None:
    """Early and archived results are a 404, asked for by their path as the SDK itself builds no such call."""
    early = world.batches.create(requests=requests("a")).id
    archived = world.steer("batch", succeeded=1, age=30 * 86_400)["id"]
    for batch_id in (early, archived):
        path = f"/v1/messages/batches/{batch_id}/results"
        words = refused(404, "NotFoundError", world.client.get, path, cast_to=object)
        assert words == f"Message Batch {batch_id} has no available results."


def check_delete(world: World) -> None:
    """Refused while unfinished, done when ended, not found afterwards."""
    batch = world.batches.create(requests=requests("a"))
    assert "Cancel" in refused(400, "BadRequestError", world.batches.delete, batch.id)
    world.steer("advance", seconds=3_600)
    deleted = world.batches.delete(batch.id)
    assert (deleted.id, deleted.type) == (batch.id, "message_batch_deleted")
    for name in ("retrieve", "delete", "cancel", "results"):
        words = refused(404, "NotFoundError", getattr(world.batches, name), batch.id)
        assert words == f"Message Batch {batch.id} not found."


def check_the_door(world: World) -> None:
    """Keys in both headers, wrong ones, versions, the limit of a page, a cursor that is no batch."""
    wrong = world.new_client("sk-wrong").messages.batches
    assert refused(401, "AuthenticationError", wrong.list) == "API key is invalid."
    key_headers = {"x-api-key": KEY, "authorization": f"Bearer {KEY}"}
    assert world.batches.list(limit=1, extra_headers=key_headers).data
    sent = world.steer("requests")["requests"][-2]
    assert sent["key_sent_in"] == ("authorization" if anthropic.__version__ > "2" else "x-api-key"), sent
    refused(401, "AuthenticationError", world.batches.list, extra_headers=key_headers | {"x-api-key": "sk-other"})
    for version in ("", "2031-01-01"):
        headers = {"anthropic-version": version}
        assert "version" in refused(400, "BadRequestError", world.batches.list, extra_headers=headers)
    for limit in (0, 1001, -5):
        assert refused(400, "BadRequestError", world.batches.list, limit=limit).startswith("limit: ")
    refused(404, "NotFoundError", world.batches.list, after_id="msgbatch_01nobody")


def check_envelopes(world: World) -> None:
    """Check what refuses a whole create, in words captured from the live API where there are any."""
    cases: dict[str, list[Any]] = {
        "requests: List should have at least 1 item after validation, not 0": [],
        "requests.0.custom_id: Field required": [{"params": _PARAMS}],
        "requests.0.params: Field required": [{"custom_id": "a"}],
        "requests.0.custom_id: String should have at most 64 characters": requests("x" * 65),
        "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'": requests("a b"),
        "requests: custom_id's must be unique within a batch. Duplicate custom_id found: dup": requests("dup", "dup"),
    }
    for words, lines in cases.items():
        assert refused(400, "BadRequestError", world.batches.create, requests=lines) == words
    more = {"requests": requests("a"), "extra_body": {"name": "x"}}
    assert refused(400, "BadRequestError", world.batches.create, **more) == "name: Extra inputs are not permitted"


def check_faults(world: World) -> None:
    """Each ordered status is the SDK's class for it; retries see what was ordered and no more."""
    for status, names in _CLASSES.items():
        world.steer("fault", status=status)
        refused(status, names, world.batches.list)
    world.steer("fault", status=429, error_code="enforced_spend_limit_reached")
    refused(429, "EnforcedSpendLimitReachedError|RateLimitError", world.batches.list)
    world.steer("fault", status=529, retry_after=0.01, times=2)
    assert world.new_client(max_retries=2).messages.batches.list(limit=1).data
    counts = [call["headers"]["x-stainless-retry-count"] for call in world.steer("requests")["requests"][-3:]]
    assert counts == ["0", "1", "2"]


def check_broken_answers(world: World) -> None:
    """Cut connections, late answers, and answers of another shape, which the strict client notices."""
    for cut in ("before", "middle"):
        world.steer("fault", cut=cut)
        raised(world.batches.list)
    world.steer("fault", delay=5)
    late = raised(world.new_client(timeout=0.1).messages.batches.list)
    assert isinstance(late, anthropic.APITimeoutError), late
    world.steer("fault", body="{}")
    shapeless = raised(world.batches.retrieve, "msgbatch_01x")
    assert isinstance(shapeless, anthropic.APIResponseValidationError), shapeless


def check_cost_report(world: World) -> None:
    """Check the cost report: the SDK reads every page and row, and the filters leave only batches."""
    if not hasattr(getattr(world.client.beta, "organization", None), "analytics"):
        return  # an older version
    now = datetime.fromisoformat(world.steer("advance", seconds=0)["now"])
    end = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for age in range(1, 6):
        world.steer("batch", succeeded=3, age=age * 86_400, answers={"blocks": 1})
    world.steer("usage", cents="100.25", product="messages_api", age=2 * 86_400)
    world.steer("bill", discount=10)
    report = world.new_client("sk-ant-admin01-check").beta.organization.analytics.cost
    options: dict[str, Any] = {
        "starting_at": end - timedelta(days=7),
        "ending_at": end,
        "time_bucket_width": "1d",
        "order_by": "time",
        "group_by": ["model", "product", "workspace_id", "api_key_id", "service_tier", "cost_type", "token_type"],
    }
    everything = list(report.list(**options, limit=2))
    batches = list(report.list(**options, products=["message_batches_api"]))
    assert {row.group.product for row in everything} == {"messages_api", "message_batches_api"}
    assert [row for row in everything if row.group.product == "message_batches_api"] == batches
    assert {row.group.cost_type for row in batches} == {"tokens", "web_search"}
    assert all(Decimal(row.cost.amount) <= Decimal(row.cost.list_amount) for row in batches)
    page = report.list(starting_at=end - timedelta(days=7), limit=1)
    assert page.data_refreshed_at is not None
    assert page.data_refreshed_at < now
    assert page.data[0].cost.requests is not None
    words = refused(403, "PermissionDeniedError", world.client.beta.organization.analytics.cost.list, **options)
    assert "workspace" in words, words
    long_ago = {"starting_at": end - timedelta(days=40), "ending_at": end}
    refused(400, "BadRequestError", report.list, **long_ago)


def check_beta_surface(world: World) -> None:
    """Check the beta client, which in older versions adds a query and a header of its own."""
    batches = world.client.beta.messages.batches
    batch = batches.create(requests=requests("a"), betas=["output-300k-2026-03-24"])
    assert [one.id for one in batches.list(limit=1).data] == [batch.id]
    assert batches.cancel(batch.id).processing_status == "canceling"
    world.steer("advance", seconds=60)
    assert [line.custom_id for line in batches.results(batch.id)] == ["a"]
    assert batches.delete(batch.id).id == batch.id


def list_tags(union: Any) -> set[str]:
    """Return the values of `type` in a union of the SDK's types."""
    members = [inner for one in typing.get_args(union) for inner in (typing.get_args(one) or [one])]
    hints = [typing.get_type_hints(one).get("type") for one in members if isinstance(one, type)]
    parts = [part for hint in hints for part in (hint, *typing.get_args(hint))]
    return {value for part in parts for value in typing.get_args(part) if isinstance(value, str)}


def check_federation(world: World) -> None:
    """Exchange an identity token as the SDK does; the token is refused in `x-api-key`, and once it has ended."""
    exchange = importlib.import_module("anthropic.lib.credentials").WorkloadIdentityCredentials
    terms = world.steer("federation")
    credentials = exchange(
        identity_token_provider=make_identity_token,
        federation_rule_id=terms["rule_id"],
        organization_id=terms["organization_id"],
    )
    client = anthropic.Anthropic(credentials=credentials, base_url=world.address, max_retries=0)
    assert client.messages.batches.list(limit=1).data
    token = client.messages.batches.with_raw_response.list(limit=1).http_request.headers["authorization"].split()[1]
    assert token.startswith("sk-ant-oat01-"), token[:13]
    request = urllib.request.Request(f"{world.address}/v1/models", headers={"x-api-key": token, **_VERSION})
    assert raised(urllib.request.urlopen, request).code == 401
    world.steer("advance", seconds=3_601)
    refused(401, "AuthenticationError", client.messages.batches.list)


def check_two_workspaces(world: World) -> None:
    """Each key and each token reaches its own workspace; a header that names another one is refused."""
    other = world.steer("workspace", name="sdk", key="sk-sdk-other")["id"]
    foreign = world.steer(f"batch?workspace={other}", succeeded=1)["id"]
    client = world.new_client("sk-sdk-other")
    raw = client.messages.batches.with_raw_response.list()
    assert [batch.id for batch in raw.parse().data] == [foreign]
    assert raw.headers["anthropic-workspace-id"] == other
    refused(404, "NotFoundError", world.batches.retrieve, foreign)
    refused(403, "PermissionDeniedError", world.batches.list, extra_headers={"anthropic-workspace-id": other})
    first = world.batches.with_raw_response.list(limit=1).headers["anthropic-workspace-id"]
    world.steer("key", key="sk-sdk-both", workspaces=[first, other])
    both = world.new_client("sk-sdk-both").messages.batches
    assert [batch.id for batch in both.list(extra_headers={"anthropic-workspace-id": other})] == [foreign]
    refused(400, "BadRequestError", both.list)
    exchange = importlib.import_module("anthropic.lib.credentials").WorkloadIdentityCredentials
    terms = world.steer("rule", id="fdrl_01Sdk", workspaces=[first, other], lifetime=600)
    credentials = exchange(
        identity_token_provider=make_identity_token,
        federation_rule_id=terms["rule_id"],
        organization_id=terms["organization_id"],
        workspace_id=other,
    )
    by_token = anthropic.Anthropic(credentials=credentials, base_url=world.address, max_retries=0)
    assert [batch.id for batch in by_token.messages.batches.list()] == [foreign]


def check_names_that_requests_may_have(world: World) -> None:
    """Check that every parameter, content block, tool and model of the SDK is known to the check of requests."""
    types, beta = importlib.import_module("anthropic.types"), importlib.import_module("anthropic.types.beta")
    bases = (types.message_create_params, beta.message_create_params)
    classes = [getattr(base, name) for base in bases for name in ("MessageCreateParamsBase", _NOT_STREAMING)]
    names = {
        "params": sorted({key for one in classes for key in typing.get_type_hints(one)}),
        "blocks": sorted(list_tags(types.ContentBlockParam) | list_tags(beta.BetaContentBlockParam)),
        "tools": sorted(list_tags(types.ToolUnionParam) | list_tags(beta.BetaToolUnionParam)),
        "models": sorted(name for one in typing.get_args(types.Model) for name in typing.get_args(one)),
    }
    assert all(len(found) > 5 for found in names.values()), names
    done = subprocess.run(
        [world.python, "-c", _RULES], input=json.dumps(names), cwd=_ROOT, capture_output=True, text=True, check=True
    )
    missing = {kind: found for kind, found in json.loads(done.stdout).items() if found}
    assert not missing, f"the check of requests does not know {missing}"


def run(world: World) -> int:
    """Run every check there is, whatever becomes of the others; the number that failed."""
    checks = [value for name, value in globals().items() if name.startswith("check_")]
    failed = 0
    for check in checks:
        try:
            check(world)
            verdict = "ok"
        except Exception:
            failed += 1
            verdict = "FAILED\n" + traceback.format_exc()
        sys.stdout.write(f"{check.__name__.removeprefix('check_').replace('_', ' ')}: {verdict}\n")
    sys.stdout.write(f"anthropic {anthropic.__version__}: {len(checks) - failed} of {len(checks)} checks passed\n")
    return failed


def main(python: str) -> int:
    """Start the simulator with the project's interpreter, check, stop it; the exit code."""
    sys.stdout.write(f"anthropic {anthropic.__version__}\n")
    sys.stdout.flush()
    program = subprocess.Popen([python, *_SERVE], cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = program.stdout.readline() if program.stdout else ""
        return 1 if run(World(line.split()[-1], python)) else 0
    finally:
        program.terminate()
        program.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
