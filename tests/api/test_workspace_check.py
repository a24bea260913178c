"""A change is sent only if the API names the expected workspace for the credential."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.api.client import BatchesClient, open_http
from bot.api.errors import ApiError, ApiUnavailable, KeyRefused, WorkspaceUnchecked, WrongWorkspace
from bot.api.ids import BatchId
from bot.api.retry_policy import RetryPolicy
from bot.api.workspace_check import VALID_FOR, ExpectedWorkspace
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import NOW
from tests.journeys.creating import make_jsonl, make_request

OTHER = "wrkspc_01another"
MODELS = "/v1/models"
BODY = [make_request("a")]
Change = Callable[[BatchesClient, BatchId, Path], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "delete": lambda client, batch, _: client.delete(batch),
    "cancel": lambda client, batch, _: client.cancel(batch),
    "create": lambda client, _, __: client.create(BODY),
    "create from file": lambda client, _, file: client.create_from_file(file),
}


class Desk:
    """A client that expects the workspace of the simulator, and a clock that only the test moves."""

    def __init__(self, api: ApiSimulator, file: Path) -> None:
        self.api = api
        self.file = file
        self.now = NOW
        self.expected = api.workspace.id
        self.batch_id = BatchId(api.workspace.add(succeeded=1).id)

    def look(self) -> datetime:
        return self.now

    async def make(self, change: str, *, admits_no_header: bool = False, client: BatchesClient | None = None) -> None:
        """Make a change with a client of its own, or with this one. Raises ApiError."""
        if client is not None:
            await CHANGES[change](client, self.batch_id, self.file)
            return
        async with open_http("sk-ant-a", base_url=self.api.base_url) as http:
            await self.make(change, client=self.connect(http, admits_no_header=admits_no_header))

    def connect(self, http: httpx.AsyncClient, *, admits_no_header: bool = False) -> BatchesClient:
        expected = ExpectedWorkspace(self.expected, admits_no_header, self.look)
        return BatchesClient(http, policy=RetryPolicy(tries=1), expected=expected)

    @property
    def changes(self) -> list[str]:
        return [call.method for call in self.api.requests if call.method != "GET"]

    @property
    def questions(self) -> int:
        return [call.path for call in self.api.requests].count(MODELS)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = tmp_path / "requests.jsonl"
    file.write_bytes(make_jsonl(BODY))
    async with ApiSimulator(speed=0) as api:
        yield Desk(api, file)


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_is_sent_to_another_workspace_or_to_one_that_is_not_named(desk: Desk, change: str) -> None:
    desk.api.workspace.id = OTHER
    with pytest.raises(WrongWorkspace) as other:
        await desk.make(change)
    desk.api.workspace.names_itself = False
    with pytest.raises(WrongWorkspace) as unnamed:
        await desk.make(change)

    assert (other.value.expected, other.value.found, unnamed.value.found) == (desk.expected, OTHER, None)
    assert (desk.changes, desk.questions) == ([], 2)
    assert not other.value.may_have_happened


@pytest.mark.parametrize("change", ["delete", "create", "create from file"])
async def test_a_change_is_made_in_the_expected_workspace_and_where_none_has_to_be_named(
    desk: Desk, change: str
) -> None:
    await desk.make(change)
    desk.batch_id = BatchId(desk.api.workspace.add(succeeded=1).id)
    desk.api.workspace.names_itself = False
    await desk.make(change, admits_no_header=True)

    assert (len(desk.changes), desk.questions) == (2, 2)


async def test_an_answer_of_the_last_hour_saves_the_question(desk: Desk) -> None:
    async with open_http("sk-ant-a", base_url=desk.api.base_url) as http:
        client = desk.connect(http)
        await client.retrieve(desk.batch_id)
        await desk.make("create", client=client)
        assert desk.questions == 0
        desk.now += VALID_FOR
        await desk.make("create", client=client)  # whose answer names the workspace again
        assert desk.questions == 1
        desk.now += VALID_FOR - timedelta(seconds=1)
        await desk.make("create", client=client)
        assert desk.questions == 1
        desk.now -= 2 * VALID_FOR  # a clock that was set back
        await desk.make("create", client=client)

    assert (desk.questions, desk.changes) == (2, ["POST"] * 4)


async def test_a_key_that_is_moved_is_noticed_by_the_next_answer_and_one_that_is_moved_back_at_once(desk: Desk) -> None:
    async with open_http("sk-ant-a", base_url=desk.api.base_url) as http:
        client = desk.connect(http)
        await desk.make("create", client=client)
        desk.api.workspace.id = OTHER
        await client.list()
        with pytest.raises(WrongWorkspace):
            await desk.make("delete", client=client)
        desk.api.workspace.id = desk.expected
        await desk.make("delete", client=client)

    assert desk.changes == ["POST", "DELETE"]


async def test_where_no_workspace_is_named_it_is_asked_once_an_hour(desk: Desk) -> None:
    desk.api.workspace.names_itself = False
    async with open_http("sk-ant-a", base_url=desk.api.base_url) as http:
        client = desk.connect(http, admits_no_header=True)
        for _ in range(3):
            await desk.make("create", client=client)
        assert desk.questions == 1
        desk.now += VALID_FOR
        await desk.make("create", client=client)

    assert (desk.questions, len(desk.changes)) == (2, 4)


async def test_all_who_wait_share_one_question_also_if_the_first_is_interrupted(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(delay=0.2, path=MODELS))
    async with open_http("sk-ant-a", base_url=desk.api.base_url) as http:
        client = desk.connect(http)
        first = asyncio.create_task(desk.make("create", client=client))
        others = [asyncio.create_task(desk.make("create", client=client)) for _ in range(9)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(*others)
        assert (await asyncio.gather(first, return_exceptions=True))[0].__class__ is asyncio.CancelledError

    assert (desk.questions, len(desk.changes)) == (1, 9)


@pytest.mark.parametrize(
    ("fault", "raises"),
    [
        (ApiFault(status=500, path=MODELS, times=9), WorkspaceUnchecked),
        (ApiFault(cut="before", path=MODELS, times=9), WorkspaceUnchecked),
        (ApiFault(body="<p>", path=MODELS, status=502, times=9), WorkspaceUnchecked),
        (ApiFault(status=401, path=MODELS, times=9), KeyRefused),
        (ApiFault(status=429, path=MODELS, times=9), ApiError),
        (ApiFault(status=404, path=MODELS, times=9), WrongWorkspace),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
async def test_a_question_without_an_answer_lets_nothing_be_sent(
    desk: Desk, fault: ApiFault, raises: type[ApiError]
) -> None:
    desk.api.workspace.names_itself = False
    desk.api.add_fault(fault)
    with pytest.raises(raises) as caught:
        await desk.make("delete")

    assert not caught.value.may_have_happened
    assert desk.changes == []
    if raises is WorkspaceUnchecked:
        assert isinstance(caught.value, ApiUnavailable)


async def test_a_gateway_without_models_may_still_be_allowed_to_name_no_workspace(desk: Desk) -> None:
    desk.api.workspace.names_itself = False
    desk.api.add_fault(ApiFault(status=404, path=MODELS, times=9))
    await desk.make("delete", admits_no_header=True)

    assert desk.changes == ["DELETE"]
