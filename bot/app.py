"""The composition root: make every part of the bot from the settings, connect the parts, and run it."""

import asyncio
import logging
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Flag, auto
from functools import partial
from pathlib import Path

import aiohttp
from msgspec import Struct
from prometheus_client import CollectorRegistry
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.cost_report import CostReportClient
from bot.clients import (
    get_drafts_folder,
    get_file_origins,
    get_response_url_origins,
    make_draft_services,
    make_rules,
    make_slack_client,
    make_workspace,
    open_api_http,
    open_cost_report,
    open_slack_http,
    reveal_secret,
)
from bot.confirmations import Confirmations
from bot.errors import ExpectedError
from bot.observability.health import HealthPage, SocketHealth, StoreHealth, open_health_page
from bot.observability.metrics import Metrics
from bot.observability.refusals import ApiRefusals, SlackRefusals
from bot.operations.draft_services import DraftServices
from bot.operations.interruption import Interruption
from bot.operations.missing_batches import MissingBatches
from bot.operations.services import Services
from bot.permissions import EVERYONE, Rules
from bot.pipeline import Pipeline
from bot.pricing.prices import Prices, PricesUnreadable
from bot.requests.check import Limits
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import WorkspaceSettings, load_workspaces
from bot.slack.bot_messages import BotMessages
from bot.slack.call_metrics import trace_calls
from bot.slack.channel_checks import find_channel_problems
from bot.slack.delivery import ReplyDelivery
from bot.slack.directory import Directory, Home
from bot.slack.door import Door
from bot.slack.download import SharedFileReader, check_file_host
from bot.slack.event_claims import EventClaims
from bot.slack.file_delivery import FileDelivery
from bot.slack.forms import FormSeal
from bot.slack.home_tab import HomeDrawing, HomeTab, HomeVisits
from bot.slack.in_flight import InFlight
from bot.slack.listeners import BoltListeners
from bot.slack.mentions import MentionReplacer
from bot.slack.progress_messages import ProgressMessages, ProgressTiming
from bot.slack.retries import SlackWaits
from bot.slack.transports import check_bot_token, find_app_id, make_bolt_app, open_port, open_socket
from bot.slack.upload import FileUploader
from bot.store.db.connection import Connection
from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.inspection import find_file_problem, find_store_file
from bot.store.records import notices
from bot.store.records.notices import Notice
from bot.store.transactions import retention
from bot.store.transactions.adopt import adopt_rows
from bot.ui.reply import Message
from bot.worker.audit_log import AuditLog
from bot.worker.digest import make_digest_plan
from bot.worker.engine import STOP_SECONDS, Engine
from bot.worker.heartbeat import run_process
from bot.worker.lifecycle import RunningWorker, Worker, make_chores
from bot.worker.rights import RightsCheck
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
    """A running bot. `port` is where Slack calls it in HTTP mode. `worker` does the work between commands.

    `health_port` is the port of its health page; None if PORT was in use.
    """

    in_flight: InFlight
    port: int | None
    worker: Worker
    health_port: int | None = None


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
    """The parts of a bot, connected to Slack, the API and the store."""

    authorized: AuthorizeResult
    app_id: str | None
    client: AsyncWebClient
    session: aiohttp.ClientSession
    workspace: WorkspaceSettings
    services: Services
    rules: Rules
    directory: Directory
    worker: Worker
    metrics: Metrics
    waits: SlackWaits
    api_waits: SlackWaits
    slack_refusals: SlackRefusals
    api_refusals: ApiRefusals


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
        running_worker = await stack.enter_async_context(
            run_process(parts.worker, worker_may_start, takes_commands=Part.WEB in part, does_work=Part.WORKER in part)
        )
        in_flight = InFlight()
        interruption = Interruption()
        progress = ProgressMessages(_make_messages(parts), parts.services, progress_timing or ProgressTiming())
        answers = _Answers(in_flight, progress, interruption)
        stack.push_async_callback(_drain, answers, running_worker, float(settings.stop_seconds))
        records = StoreHealth(parts.services.database, now)
        if Part.WEB in part:
            app = _make_listening_app(settings, parts, answers)
            ports = await _open_transport(stack, settings, app, parts, records)
            file_check = asyncio.create_task(_check_files(settings, parts.session))
            stack.callback(file_check.cancel)
        else:
            health = _make_health_page(parts, records)
            ports = _Ports(
                None, await stack.enter_async_context(open_health_page(health, settings.port, settings.host))
            )
        asyncio.get_running_loop().call_later(head_start, worker_may_start.set)
        in_flight.start(_log_channel_problems(parts.client, settings, [parts.workspace]))
        yield Bot(in_flight, ports.port, parts.worker, ports.health_port)


async def _connect(stack: AsyncExitStack, settings: Settings, now: Callable[[], datetime], limits: Limits) -> _Parts:
    [workspace] = load_workspaces(settings)
    database = await _open_store(stack, settings.database_url)
    await database.every_workspace().run(partial(adopt_rows, keys={"": workspace.key}))
    metrics = Metrics(CollectorRegistry())
    engine = Engine(database)
    stack.push_async_callback(engine.destroy)
    await asyncio.to_thread(engine.create_tables, always=False)
    slack_refusals, api_refusals = SlackRefusals(), ApiRefusals()

    def observe_api(method: str, status: int | None, seconds: float) -> None:
        metrics.count_api_call(method, status, seconds)
        api_refusals.record(method, status, seconds)

    http = await stack.enter_async_context(open_api_http(settings, workspace, observe_api))
    bill_http = open_cost_report(settings)
    if bill_http is not None:
        await stack.enter_async_context(bill_http)
    trace = trace_calls(metrics.count_slack_call, slack_refusals.record)
    session = await stack.enter_async_context(open_slack_http(settings, trace))
    waits, api_waits = SlackWaits(), SlackWaits()
    client = make_slack_client(settings, session, retries=True, waits=waits)
    authorized = await check_bot_token(client)
    app_id = await find_app_id(client, authorized.bot_id)
    rules = make_rules(settings, workspace)
    directory = Directory(client, rules, Home(authorized.team_id or "", authorized.enterprise_id))
    shared_files = SharedFileReader(client, session, get_file_origins(settings.slack_api_url))
    drafts = make_draft_services(settings, workspace, shared_files, limits)
    _check_folder(drafts)
    services = Services(
        workspace=make_workspace(workspace, http, now, api_waits),
        database=database.scoped(workspace.key),
        now=now,
        time_zone=settings.zone,
        prices=Prices.load(settings.prices),
        drafts=drafts,
        enqueue=engine.enqueue,
        may_post=directory.may_post,
        open_scratch_file=tempfile.TemporaryFile,
        process_id=engine.worker_id,
        cost_reports=None if bill_http is None else CostReportClient(bill_http),
    )
    # The worker counts attempts itself, so its client must not retry by itself.
    bot_messages = BotMessages(
        make_slack_client(settings, session, retries=False),
        allow_external=settings.allow_external,
        allow_guests=settings.allow_guests,
        find_kind=directory.find_kind,
        time_zone=settings.zone,
    )
    mentions = MentionReplacer(directory.find_name)
    uploader = _make_uploader(settings, client, session)
    homes = HomeDrawing(_make_pipeline(services, rules, directory, mentions), client)
    worker = Worker(
        services,
        bot_messages,
        mentions,
        engine,
        SlackPacing(now),
        uploader,
        RightsCheck(directory.find_caller_facts, rules),
        feed_channel=workspace.feed_channel,
        shows_causes=EVERYONE in rules.readers,
        chores=make_chores(
            services,
            bot_messages,
            mentions,
            homes.draw,
            make_digest_plan(settings, workspace),
            _make_audit_log(settings, services, metrics),
        ),
        limits=_make_limits(settings),
        audit_channel=workspace.audit_channel,
        count_given_up_notice=metrics.count_given_up_notice,
    )
    return _Parts(
        authorized,
        app_id,
        client,
        session,
        workspace,
        services,
        rules,
        directory,
        worker,
        metrics,
        waits,
        api_waits,
        slack_refusals,
        api_refusals,
    )


def _make_audit_log(settings: Settings, services: Services, metrics: Metrics) -> AuditLog | None:
    if settings.audit_log is None:
        return None
    return AuditLog(settings.audit_log, services.database, services.now, metrics.count_audit_log_failure)


def _make_limits(settings: Settings) -> retention.Limits:
    def days(count: int | None) -> timedelta | None:
        return None if count is None else timedelta(days=count)

    return retention.Limits(
        days(settings.keep_audit_days),
        days(settings.keep_notes_days),
        days(settings.keep_summaries_days),
        audit_is_copied=settings.audit_log is not None,
    )


def _check_folder(drafts: DraftServices) -> None:
    """Raise FolderUnsafe if the folder of drafts exists and others may use it. The first draft makes a missing one."""
    try:
        if drafts.folder.exists() or drafts.folder.is_symlink():
            drafts.prepare_folder()
    except OSError as error:
        raise FolderUnsafe(str(error.filename or drafts.folder), error.strerror or type(error).__name__) from error


def _make_delivery(settings: Settings, parts: _Parts) -> ReplyDelivery:
    uploader = _make_uploader(settings, parts.client, parts.session)
    files = FileDelivery(parts.client, uploader)
    origins = get_response_url_origins(settings.slack_api_url)
    return ReplyDelivery(parts.client, parts.session, origins, _make_messages(parts), files, _make_seal(settings))


def _make_uploader(settings: Settings, client: AsyncWebClient, session: aiohttp.ClientSession) -> FileUploader:
    return FileUploader(client, session, get_file_origins(settings.slack_api_url), tempfile.TemporaryFile)


def _make_seal(settings: Settings) -> FormSeal:
    """Return what signs forms. Processes that share the bot token read each other's forms."""
    return FormSeal(reveal_secret(settings.slack_bot_token))


def _make_messages(parts: _Parts) -> BotMessages:
    """Return what posts the messages that someone waits for. Its client waits for Slack, so a call may take longer."""
    return BotMessages(
        parts.client,
        call_seconds=90.0,
        allow_external=parts.rules.allow_external,
        time_zone=parts.services.time_zone,
    )


class _Answers(Struct, frozen=True):
    """The answers in progress, the progress of long readings among them, and how to interrupt them."""

    in_flight: InFlight
    progress: ProgressMessages
    interruption: Interruption


def _make_listening_app(settings: Settings, parts: _Parts, answers: _Answers) -> AsyncApp:
    """Return the Bolt app, with all listeners registered."""
    services = parts.services
    metrics = parts.metrics
    home_tab = HomeTab(services.now)

    def count_interaction(verb: str, origin: str, outcome_name: str, seconds: float) -> None:
        metrics.count_interaction(verb, origin, outcome_name, seconds)
        home_tab.record(verb, outcome_name)

    pipeline = _make_pipeline(
        services, parts.rules, parts.directory, parts.worker.mentions, count_interaction, answers.interruption
    )
    app = make_bolt_app(settings.slack_api_url, parts.authorized, parts.app_id)
    count_error = metrics.count_unexpected_error
    delivery = _make_delivery(settings, parts)
    listeners = BoltListeners(
        pipeline,
        delivery,
        home_tab,
        answers.in_flight,
        answers.progress,
        parts.waits,
        parts.api_waits,
        parts.workspace.audit_channel,
        parts.worker.mentions.replace_mentions,
        partial(_hand_over, services),
        _make_seal(settings),
        parts.authorized.bot_user_id or "",
        EventClaims(services),
        parts.directory.find_name,
        HomeVisits(services),
        count_error,
    )
    listeners.register(app)
    return app


def _make_pipeline(
    services: Services,
    rules: Rules,
    directory: Directory,
    mentions: MentionReplacer,
    count_interaction: Callable[[str, str, str, float], None] = lambda *_: None,
    interruption: Interruption | None = None,
) -> Pipeline:
    return Pipeline(
        services,
        Confirmations(services.database, services.now, services.enqueue, services.process_id),
        rules,
        directory.find_caller_facts,
        replace_mentions=mentions.replace_mentions,
        count_interaction=count_interaction,
        explain_error=MissingBatches(services).explain,
        interruption=interruption,
    )


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


class _Ports(Struct, frozen=True):
    """The port that Slack calls, in HTTP mode, and the port of the health page."""

    port: int | None
    health_port: int | None


async def _open_transport(
    stack: AsyncExitStack, settings: Settings, app: AsyncApp, parts: _Parts, records: StoreHealth
) -> _Ports:
    if settings.slack_app_token is not None:
        transport = open_socket(app, parts.client, reveal_secret(settings.slack_app_token), settings.proxies)
        handler = await stack.enter_async_context(transport)
        log.info("connected to Slack through Socket Mode")
        health = _make_health_page(parts, records, SocketHealth(handler.client))
        return _Ports(None, await stack.enter_async_context(open_health_page(health, settings.port, settings.host)))
    health = _make_health_page(parts, records)
    secret = reveal_secret(settings.slack_signing_secret)
    door = Door(app, secret, count_refusal=parts.metrics.count_refused_request)
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
        parts.metrics,
        records,
        blocking={"token": parts.slack_refusals.check_token, **({"socket": socket.check} if socket else {})},
        warnings={"slack": parts.slack_refusals.check_calls, "api": parts.api_refusals.check_key},
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
    answers.progress.stop_all()
    if await in_flight.drain(seconds * _STOP_READINGS):
        return
    answers.interruption.interrupt()
    if await in_flight.drain(seconds * _SAY):
        return
    count = await in_flight.cut_off(seconds * _HAND_OVER)
    log.error("%d answers were still in progress and are cut off", count)


async def _hand_over(services: Services, messages: Sequence[tuple[Message, str]]) -> None:
    """Store messages, each for a person or a channel. Raises StoreUnavailable."""

    def store(connection: Connection) -> None:
        for message, place in messages:
            payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
            key = f"answer:{secrets.token_hex(8)}"
            notices.send(connection, services.enqueue, Notice(key, None, "act", place, (), services.now(), payload))

    await services.database.run(store)
