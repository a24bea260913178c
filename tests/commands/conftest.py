"""What commands run against: a simulated API with a stopped clock, a real client, a real store, shared files."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from msgspec.structs import replace

from bot.api.client import open_http
from bot.api.ids import BatchId
from bot.clients import get_file_origins, make_slack_client
from bot.clients import make_draft_services as draft_services_of
from bot.operations.services import Services
from bot.playground.api_simulator.batch_spec import BatchSpec
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.simulation import make_settings
from bot.playground.slack_simulator.server import SlackSimulator
from bot.settings.model import Settings
from bot.settings.workspaces import make_only_workspace
from bot.slack.download import SharedFileReader
from bot.store.db.database import Database
from tests.builders import NOW
from tests.services import build_services

Place = Callable[..., BatchId]


@pytest.fixture
def clock() -> Clock:
    return Clock(start=NOW, speed=0)


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[ApiSimulator]:
    """Provide an empty workspace."""
    async with ApiSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
async def services(api: ApiSimulator, clock: Clock, store_file: Path) -> AsyncIterator[Services]:
    """Provide a client that does not wait between its attempts, and a store in a file."""
    database = Database(f"sqlite:///{store_file}", busy_seconds=5.0)
    database.open()

    def now() -> datetime:
        return clock.now()

    async with open_http("sk-ant-test", base_url=api.base_url) as http:
        yield build_services(http, database, now)
    await database.close()


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    """Provide a simulated Slack to share files in."""
    async with SlackSimulator() as simulator:
        yield simulator


@pytest.fixture
def settings(slack: SlackSimulator, api: ApiSimulator, tmp_path: Path) -> Settings:
    """Provide settings for both simulators, with a limit of 10 requests without approval."""
    settings = make_settings(slack, api, tmp_path / "store.sqlite3")
    return settings.model_copy(update={"request_limit": 10})


@pytest.fixture
async def draft_services(services: Services, settings: Settings) -> AsyncIterator[Services]:
    """Services that can also read shared files, and keep drafts and archived requests."""
    async with aiohttp.ClientSession() as session:
        client = make_slack_client(settings, session, retries=False)
        files = SharedFileReader(client, session, get_file_origins(settings.slack_api_url))
        yield replace(services, drafts=draft_services_of(settings, make_only_workspace(settings), files))


@pytest.fixture
def place(api: ApiSimulator) -> Place:
    """Put a batch into the workspace; returns its id. One of `succeeded`, `processing` … is needed."""

    def put(**wish: object) -> BatchId:
        return BatchId(api.workspace.add_spec(BatchSpec.model_validate(wish)).id)

    return put
