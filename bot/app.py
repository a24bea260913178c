"""The composition root: make every part of the bot from the settings, connect the parts, and run it."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Flag, auto
from functools import partial
from pathlib import Path

import aiohttp
from msgspec import Struct
from prometheus_client import CollectorRegistry
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import (
    get_drafts_folder,
    get_file_origins,
    make_slack_client,
    open_cost_report,
    open_slack_http,
    reveal_secret,
)
from bot.desks import SharedParts, WorkspaceParts, connect_workspaces, make_choices, make_desks, make_seal, make_worker
from bot.errors import ExpectedError
from bot.observability.health import HealthPage, SocketHealth, StoreHealth, check_each, open_health_page
from bot.observability.metrics import Metrics
from bot.observability.refusals import SlackRefusals
from bot.operations.draft_services import DraftServices
from bot.operations.interruption import Interruption
from bot.permissions import Rules
from bot.pricing.prices import Prices, PricesUnreadable
from bot.requests.check import Limits
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import WorkspaceSettings, load_workspaces
from bot.slack.call_metrics import trace_calls
from bot.slack.channel_checks import find_channel_problems
from bot.slack.desks import Desks
from bot.slack.directory import Directory, Home
from bot.slack.door import Door
from bot.slack.download import check_file_host
from bot.slack.in_flight import InFlight
from bot.slack.listeners import BoltListeners
from bot.slack.mentions import MentionReplacer
from bot.slack.progress_messages import ProgressTiming
from bot.slack.retries import SlackWaits
from bot.slack.transports import check_bot_token, find_app_id, make_bolt_app, open_port, open_socket
from bot.slack.workspace_choices import WorkspaceChoices
from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.inspection import find_file_problem, find_store_file
from bot.store.transactions.adopt import adopt_rows
from bot.worker.engine import STOP_SECONDS, Engine
from bot.worker.heartbeat import run_process
from bot.worker.lifecycle import RunningWorker, Worker
from bot.worker.slack_pacing import SlackPacing

log = logging.getLogger(__name__)

_FINISH, _STOP_READINGS, _SAY, _HAND_OVER = 0.6, 0.1, 0.14, 0.04
"""Shares of the time to stop: for answers to finish, for long readings to stop and report that, for what is interrupted
to report that, and for what Slack has not accepted by then to be left to a worker. The rest is for closing clients."""


class Part(Flag):
    """What a process does: WEB answers commands and enqueues work, WORKER does the work."""

    WEB = auto()
    WORKER = auto()
    BOTH = WEB | WORKER


class Bot(Struct, frozen=True):
    """A running bot. `port` is where Slack calls it in HTTP mode.

    `workers` do the work between commands, one for each workspace. `health_port` is the port of its health page; None
    if PORT was in use.
    """

    in_flight: InFlight
    port: int | None
    workers: tuple[Worker, ...]
    health_port: int | None = None

    @property
    def worker(self) -> Worker:
        """The worker of the first workspace."""
        return self.workers[0]


@dataclass(eq=False)
class FolderUnsafe(ExpectedError):
    """Other users of this machine could change the files of requests that wait to be sent."""

    folder: str
    reason: str

    def _fact(self) -> str:
        return (
            f"Can't keep requests in {self.folder}: {self.reason}. Remove the folder, or set another one in "
            "BATCHDESK_KEEP_REQUESTS."
        )


@dataclass(eq=False)
class StoreUnusable(ExpectedError):
    """The store could not be opened at the start."""

    reason: str
    path: Path | None = None

    def _fact(self) -> str:
        if self.path is None:
            return f"Can't open the store in DATABASE_URL: {self.reason}. Check its address and permissions."
        path = self.path.absolute()
        where = f"{path} is" if path.exists() else f"{path.parent} is"
        reason = f"{where} read-only" if self.reason == "read-only" else self.reason
        return f"Can't open the store {path}: {reason}. Check DATABASE_URL and its permissions."


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class _Parts(Struct, frozen=True):
    """The parts of a bot, connected to Slack, the API and the store. `workers`: one for each workspace."""

    authorized: AuthorizeResult
    app_id: str | None
    shared: SharedParts
    workspaces: tuple[WorkspaceParts, ...]
    choices: WorkspaceChoices
    workers: tuple[Worker, ...]
    waits: SlackWaits
    slack_refusals: SlackRefusals


@asynccontextmanager
async def run_bot(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    progress_timing: ProgressTiming | None = None,
    part: Part = Part.BOTH,
    head_start: float = 0.0,
    limits: Limits = Limits(),
) -> AsyncIterator[Bot]:
    """Run a bot, or one part of it, until the block ends. Then accept nothing more, finish what is in progress, close.

    `head_start`: seconds in which only commands are answered, before the worker starts, which loads a lot. `limits`:
    those of batches and of files.

    Raises:
        PricesUnreadable, TokenRejected, OrgWideToken, SlackFailing, SlackUnreachable, PortUnavailable, StoreUnusable,
        FolderUnsafe: the bot cannot start.
    """
    async with AsyncExitStack() as stack:
        parts = await _connect(stack, settings, now, limits)
        worker_may_start = asyncio.Event()
        worker, *others = parts.workers
        running_worker = await stack.enter_async_context(
            run_process(
                worker,
                worker_may_start,
                takes_commands=Part.WEB in part,
                does_work=Part.WORKER in part,
                others=others,
            )
        )
        in_flight = InFlight()
        interruption = Interruption()
        desks = make_desks(
            parts.shared, parts.workspaces, parts.choices, progress_timing or ProgressTiming(), interruption
        )
        stack.push_async_callback(
            _drain, _Answers(in_flight, desks, interruption), running_worker, float(settings.stop_seconds)
        )
        records = StoreHealth({each.name: each.services.database for each in parts.workspaces}, now)
        if Part.WEB in part:
            app = _make_listening_app(settings, parts, desks, in_flight)
            ports = await _open_transport(stack, settings, app, parts, records)
            file_check = asyncio.create_task(_check_files(settings, parts.shared.session))
            stack.callback(file_check.cancel)
        else:
            health = _make_health_page(parts, records)
            ports = _Ports(
                None, await stack.enter_async_context(open_health_page(health, settings.port, settings.host))
            )
        asyncio.get_running_loop().call_later(head_start, worker_may_start.set)
        named = [each.settings for each in parts.workspaces]
        in_flight.start(_log_channel_problems(parts.shared.client, settings, named))
        yield Bot(in_flight, ports.port, parts.workers, ports.health_port)


async def _connect(stack: AsyncExitStack, settings: Settings, now: Callable[[], datetime], limits: Limits) -> _Parts:
    workspaces = load_workspaces(settings)
    database = await _open_store(stack, settings.database_url)
    await _adopt_rows(database, settings, workspaces)
    engine = Engine(database, first=workspaces[0].key)
    stack.push_async_callback(engine.destroy)
    await asyncio.to_thread(engine.create_tables, always=False)
    metrics = Metrics(CollectorRegistry())
    bill_http = open_cost_report(settings)
    if bill_http is not None:
        await stack.enter_async_context(bill_http)
    slack_refusals = SlackRefusals()
    trace = trace_calls(metrics.count_slack_call, slack_refusals.record)
    session = await stack.enter_async_context(open_slack_http(settings, trace))
    waits = SlackWaits()
    client = make_slack_client(settings, session, retries=True, waits=waits)
    authorized = await check_bot_token(client)
    app_id = await find_app_id(client, authorized.bot_id)
    home = Home(authorized.team_id or "", authorized.enterprise_id)
    directory = Directory(client, Rules(allow_external=settings.allow_external), home)
    shared = SharedParts(
        settings=settings,
        now=now,
        limits=limits,
        database=database,
        engine=engine,
        client=client,
        session=session,
        directory=directory,
        mentions=MentionReplacer(directory.find_name),
        pace=SlackPacing(now),
        prices=Prices.load(settings.prices),
        metrics=metrics,
        api_waits=SlackWaits(),
        cost_report=bill_http,
    )
    parts = await connect_workspaces(stack, shared, workspaces)
    _check_folder(parts[0].services.drafts)
    choices = make_choices(shared, parts)
    views = [each.services.database for each in parts]
    workers = tuple(make_worker(shared, each, choices, views if each is parts[0] else None) for each in parts)
    return _Parts(authorized, app_id, shared, parts, choices, workers, waits, slack_refusals)


def _check_folder(drafts: DraftServices) -> None:
    """Raise FolderUnsafe if the folder of drafts exists and others may use it. The first draft makes a missing one."""
    try:
        if drafts.folder.exists() or drafts.folder.is_symlink():
            drafts.prepare_folder()
    except OSError as error:
        raise FolderUnsafe(str(error.filename or drafts.folder), error.strerror or type(error).__name__) from error


class _Answers(Struct, frozen=True):
    """The answers in progress, the desks with their long readings, and how to interrupt them."""

    in_flight: InFlight
    desks: Desks
    interruption: Interruption


def _make_listening_app(settings: Settings, parts: _Parts, desks: Desks, in_flight: InFlight) -> AsyncApp:
    """Return the Bolt app, with all listeners registered."""
    shared = parts.shared
    app = make_bolt_app(settings.slack_api_url, parts.authorized, parts.app_id)
    listeners = BoltListeners(
        desks,
        in_flight,
        parts.waits,
        shared.api_waits,
        shared.mentions.replace_mentions,
        make_seal(settings),
        parts.authorized.bot_user_id or "",
        shared.directory.find_name,
        shared.metrics.count_unexpected_error,
    )
    listeners.register(app)
    return app


def find_start_problems(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each file or folder of the settings that cannot be used. Creates and changes nothing."""
    yield from find_store_problems(settings)
    try:
        Prices.load(settings.prices)
    except PricesUnreadable as error:
        yield f"Can't read the prices: {error.describe()}. Check {SETTINGS['prices'].name}."
    folder = get_drafts_folder(settings).absolute()
    nearest = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    if not os.access(nearest, os.W_OK | os.X_OK):
        name = SETTINGS["keep_requests"].name
        yield f"Can't keep requests in {folder.parent}: {nearest} is read-only. Set another folder in {name}."


def find_store_problems(settings: Settings) -> Iterator[str]:
    """Yield why the file of the store cannot be used, if that is so."""
    path = find_store_file(settings.database_url)
    if path is not None and (problem := find_file_problem(path)):
        yield f"{SETTINGS['database_url'].name}: {problem}"


async def migrate(store_url: str) -> None:
    """Migrate the store to this version, including the tables of the engine. Raises StoreUnusable."""
    async with AsyncExitStack() as stack:
        database = await _open_store(stack, store_url)
        await asyncio.to_thread(Engine(database).create_tables)


async def _open_store(stack: AsyncExitStack, url: str) -> Database:
    try:
        database = Database(url)
        stack.push_async_callback(database.close)
        await asyncio.to_thread(database.open)
    except StoreUnavailable as error:
        raise StoreUnusable(error.reason, find_store_file(url)) from error
    return database


async def _adopt_rows(database: Database, settings: Settings, workspaces: Sequence[WorkspaceSettings]) -> None:
    """Give rows of earlier settings to today's workspaces: what had none belongs to the first one.

    Raises StoreUnusable.
    """
    first = workspaces[0].key
    keys = {each.name: each.key for each in workspaces} | {"": first}
    if settings.anthropic_workspace_id is not None:
        keys = {settings.anthropic_workspace_id: first} | keys
    taken = {each.key for each in workspaces}
    outdated = {earlier: key for earlier, key in keys.items() if earlier != key and earlier not in taken}
    if not outdated:
        return
    try:
        await database.every_workspace().run(partial(adopt_rows, keys=outdated))
    except StoreUnavailable as error:
        raise StoreUnusable(error.reason, find_store_file(settings.database_url)) from error


class _Ports(Struct, frozen=True):
    """The port that Slack calls, in HTTP mode, and the port of the health page."""

    port: int | None
    health_port: int | None


async def _open_transport(
    stack: AsyncExitStack, settings: Settings, app: AsyncApp, parts: _Parts, records: StoreHealth
) -> _Ports:
    if settings.slack_app_token is not None:
        transport = open_socket(app, parts.shared.client, reveal_secret(settings.slack_app_token), settings.proxies)
        handler = await stack.enter_async_context(transport)
        log.info("connected to Slack through Socket Mode")
        health = _make_health_page(parts, records, SocketHealth(handler.client))
        return _Ports(None, await stack.enter_async_context(open_health_page(health, settings.port, settings.host)))
    health = _make_health_page(parts, records)
    secret = reveal_secret(settings.slack_signing_secret)
    door = Door(app, secret, count_refusal=parts.shared.metrics.count_refused_request)
    transport_port = open_port(door, settings.port, settings.host, health.add_routes)
    port = await stack.enter_async_context(transport_port)
    log.info("listening for Slack on port %d", port)
    return _Ports(port, port)


async def _check_files(settings: Settings, session: aiohttp.ClientSession) -> None:
    problem = await check_file_host(session, get_file_origins(settings.slack_api_url))
    if problem is not None:
        log.warning(problem)


def _make_health_page(parts: _Parts, records: StoreHealth, socket: SocketHealth | None = None) -> HealthPage:
    return HealthPage(
        parts.shared.metrics,
        records,
        blocking={"token": parts.slack_refusals.check_token, **({"socket": socket.check} if socket else {})},
        warnings={
            "slack": parts.slack_refusals.check_calls,
            "api": check_each({each.name: each.api_refusals.check_key for each in parts.workspaces}),
        },
    )


async def _log_channel_problems(
    client: AsyncWebClient, settings: Settings, workspaces: Sequence[WorkspaceSettings]
) -> None:
    """Log which channels of the settings the bot cannot use. It starts all the same."""
    for problem in await find_channel_problems(client, settings, workspaces):
        log.warning(problem)


async def _drain(answers: _Answers, running_worker: RunningWorker | None, seconds: float) -> None:
    """End the work in progress within so many seconds, while clients and store are open, and leave the rest to others.

    What a cut-off change leaves in the store is the same as after kill -9.
    """
    async with asyncio.TaskGroup() as stopping:
        stopping.create_task(_finish_answers(answers, seconds))
        if running_worker is not None:
            stopping.create_task(running_worker.stop(min(STOP_SECONDS, seconds * _FINISH)))


async def _finish_answers(answers: _Answers, seconds: float) -> None:
    """Wait for the answers in progress. Then stop long readings, and after them everything, with a word to each caller.

    A worker sends the words that Slack does not accept in time.
    """
    in_flight = answers.in_flight
    if await in_flight.drain(seconds * _FINISH):
        return
    answers.desks.stop_readings()
    if await in_flight.drain(seconds * _STOP_READINGS):
        return
    answers.interruption.interrupt()
    if await in_flight.drain(seconds * _SAY):
        return
    count = await in_flight.cut_off(seconds * _HAND_OVER)
    log.error("%d answers were still in progress and are cut off", count)
