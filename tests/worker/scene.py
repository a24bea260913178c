"""A scene for tests of the worker: both simulators, a store, and a worker whose parts are called one by one.

The simulators and the worker share one clock, which moves only when a test advances it: no test waits.
"""

import tempfile
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import httpx
from pydantic import SecretStr
from sqlalchemy import Connection

from bot.api.client import open_http
from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.clients import make_slack_client
from bot.operations.snapshots import snapshot_batch
from bot.permissions import Rules
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.settings.model import Settings
from bot.slack.bot_messages import BotMessages
from bot.slack.directory import Directory, Home
from bot.slack.mentions import MentionReplacer
from bot.slack.scopes import BOT_SCOPES
from bot.slack.upload import FileUploader
from bot.store.db.database import Database
from bot.store.records import cards, notices
from bot.store.records.notices import Notice
from bot.store.records.watches import StoredWatch, WatchReason
from bot.store.transactions import begin_watch
from bot.store.transactions.retention import KEEP_ALL, Limits
from bot.worker.attempt import LEASE
from bot.worker.engine import Engine
from bot.worker.lifecycle import Worker
from bot.worker.rights import RightsCheck
from bot.worker.slack_pacing import SlackPacing
from tests.desk import ADA, BATCHES, desk_world
from tests.services import build_services

SCOPES = frozenset(BOT_SCOPES) | {"channels:history", "groups:history", "im:history"}


class Scene:
    """Two simulators and a worker on a store with all tables. The fixtures in conftest.py open it."""

    def __init__(self, url: str, *, busy_seconds: float = 5.0) -> None:
        self.database = Database(url, busy_seconds=busy_seconds)
        self.api = ApiSimulator(speed=0)
        self.slack = SlackSimulator(desk_world(), scopes=SCOPES, clock=lambda: self.now().timestamp())
        self.slept: list[float] = []
        self.given_up: list[datetime] = []
        self.rules = Rules(operators=frozenset({ADA}), admins=frozenset({ADA}))
        self._open = AsyncExitStack()
        self._http: httpx.AsyncClient | None = None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Start both simulators."""
        self._open.push_async_callback(self.database.close)
        await self._open.enter_async_context(self.api)
        await self._open.enter_async_context(self.slack)
        self._http = await self._open.enter_async_context(open_http("sk-ant-test", base_url=self.api.base_url))
        self._session = await self._open.enter_async_context(aiohttp.ClientSession())
        self.worker = self.make_worker()

    async def close(self) -> None:
        """Stop everything."""
        await self._open.aclose()

    def make_worker(
        self, *, feed_channel: str | None = None, limits: Limits = KEEP_ALL, audit_channel: str | None = None
    ) -> Worker:
        """Return another worker on the same store and with the same simulators."""
        assert self._http is not None
        assert self._session is not None
        engine = Engine(self.database)
        services = build_services(
            self._http, self.database, self.now, enqueue=engine.enqueue, process_id=engine.worker_id
        )
        settings = Settings(slack_bot_token=SecretStr(self.slack.bot_token), slack_api_url=self.slack.api_url)
        posting, directory = (
            BotMessages(make_slack_client(settings, self._session, retries=False)),
            Directory(make_slack_client(settings, self._session, retries=True), Rules(), Home("T0DEMO")),
        )
        return Worker(
            services,
            posting,
            MentionReplacer(directory.find_name),
            engine,
            SlackPacing(self.now, self.pass_time),
            self.make_uploader(),
            self.make_rights(),
            feed_channel=feed_channel,
            chores=(),
            limits=limits,
            audit_channel=audit_channel,
            count_given_up_notice=lambda: self.given_up.append(self.now()),
        )

    def make_rights(self) -> RightsCheck:
        """Return what looks up whether the person of a list may go on with it."""
        assert self._session is not None
        settings = Settings(slack_bot_token=SecretStr(self.slack.bot_token), slack_api_url=self.slack.api_url)
        client = make_slack_client(settings, self._session, retries=True)
        directory = Directory(client, self.rules, Home("T0DEMO"), clock=lambda: self.now().timestamp())
        return RightsCheck(directory.find_caller_facts, self.rules)

    def make_uploader(self, *, largest: int = 1_000_000_000) -> FileUploader:
        """Return an uploader that hardly waits."""
        assert self._session is not None
        settings = Settings(slack_bot_token=SecretStr(self.slack.bot_token), slack_api_url=self.slack.api_url)
        client = make_slack_client(settings, self._session, retries=True)
        return FileUploader(
            client,
            self._session,
            frozenset({self.slack.url}),
            tempfile.TemporaryFile,
            max_bytes=largest,
            retry_delay=0.01,
            share_delays=(0.0, 0.01),
        )

    def now(self) -> datetime:
        """Return the time of the shared clock."""
        return self.api.now

    def advance(self, seconds: float) -> None:
        """Advance the shared clock."""
        self.api.advance(seconds)

    def batch(self, **wish: Any) -> Batch:
        """Add a batch to the workspace, running by default."""
        return self.api.workspace.add(**({"processing_status": "in_progress", "processing": 100} | wish))

    async def watch(
        self,
        batch: Batch,
        user: str = ADA,
        channel: str = BATCHES,
        reason: WatchReason = "watch",
        *,
        drawn: bool = True,
        as_read: MessageBatch | None = None,
    ) -> None:
        """Watch a batch as the verb does, and draw its card. `as_read`: the batch as it was read some time before."""
        now = self.now()
        seen = snapshot_batch(as_read or self.read(batch), now)
        watch = StoredWatch(batch.id, user, channel, reason, now)
        enqueue = self.worker.engine.enqueue
        await self.database.run(lambda connection: begin_watch.start_watch(connection, enqueue, watch, seen, now))
        if drawn:
            await self.deliver_all()

    def read(self, batch: Batch) -> MessageBatch:
        """Return a batch as the API shows it now."""
        return MessageBatch.model_validate(batch.make_json(self.now(), self.api.base_url))

    async def sweep(self) -> None:
        """Sweep, and deliver everything that the sweep caused."""
        await self.worker.sweep.run(1)
        await self.deliver_all()

    async def deliver_all(self) -> None:
        """Draw and send what is due until nothing is. Waits between calls advance the clock."""
        for _ in range(20):
            moment = self.now() + timedelta(microseconds=1)
            drawn = self.database.transact(lambda c, at=moment: cards.OUTBOX.find_overdue(c, at))  # type: ignore[misc]  # a default binds the loop's value
            told = self.database.transact(lambda c, at=moment: notices.OUTBOX.find_overdue(c, at))  # type: ignore[misc]  # likewise
            for card in drawn:
                await self.worker.cards.run(*card.primary_key)
            for notice in told:
                await self.worker.notices.run(*notice.primary_key)
            if not drawn and not told:
                return

    def cards(self, channel: str = BATCHES) -> list[SlackMessage]:
        """Return a channel's messages outside threads: the cards."""
        return [message for message in self.slack.messages(channel) if message.thread_ts is None]

    def notices(self, channel: str = BATCHES) -> list[SlackMessage]:
        """Return the messages in a channel's threads: the notices."""
        return [message for message in self.slack.messages(channel) if message.thread_ts is not None]

    def notice(self, batch: Batch, event: str = "ended", channel: str = BATCHES) -> Notice:
        """Return a stored notice."""
        found = self.database.transact(lambda connection: notices.get(connection, f"{batch.id}:{event}:{channel}"))
        assert found is not None
        return found

    def claim_elsewhere(self, batch: Batch, worker_id: str, at: datetime | None = None) -> str:
        """Let another process claim the notice of a batch's end, about to answer its card; return the notice's key."""
        key, moment = self.notice(batch).key, at or self.now()

        def claim(connection: Connection) -> None:
            assert notices.OUTBOX.claim(connection, (key,), worker_id, moment, LEASE) is not None
            notices.set_thread(connection, key, self.cards()[0].ts)

        self.database.transact(claim)
        return key

    def count_calls(self, method: str) -> int:
        """Return how often a Slack method was called."""
        return len(self.slack.calls(method))

    async def pass_time(self, seconds: float) -> None:
        """Let the shared clock pass instead of waiting."""
        self.slept.append(seconds)
        self.api.advance(seconds)


def id_of(batch: Batch) -> BatchId:
    """Return the id of a batch, typed for the client."""
    return BatchId(batch.id)
