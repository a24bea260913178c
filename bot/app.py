"""The composition root: settings → a running bot; every part is made here and handed to whoever needs it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
import httpx
from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.batches.client import BatchesClient, open_http
from bot.batches.prices import Prices
from bot.commands.base import Services
from bot.config import Settings
from bot.confirmations import Confirmations
from bot.errors import ExpectedError
from bot.permissions import Rules
from bot.pipeline import Pipeline
from bot.slack.directory import Directory
from bot.slack.doors import check_bot_token, open_port, open_socket
from bot.slack.file_delivery import FileDelivery
from bot.slack.in_flight import InFlight
from bot.slack.listeners import Listeners
from bot.slack.outbound import Outbound, retry_handlers
from bot.slack.progress import Pace, ProgressMessages
from bot.slack.uploads import Uploads
from bot.store.database import Database, StoreUnavailable

log = logging.getLogger(__name__)

DRAIN_SECONDS = 25.0
"""How long answers under way may take after SIGTERM; Heroku kills after 30."""
STOPPING_SECONDS = 5.0
"""Of these, what is left to long readings to say that they were stopped."""


@dataclass(frozen=True)
class Bot:
    """A bot that is taking commands; `port` is where, in HTTP mode."""

    in_flight: InFlight
    port: int | None


@dataclass(eq=False)
class StoreUnusable(ExpectedError):
    """The store could not be opened at the start."""

    reason: str

    def __str__(self) -> str:
        return f"The store that DATABASE_URL names is {self.reason}; check its address and its rights"


def utc_now() -> datetime:
    """Return the present moment, with its zone."""
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings, now: Callable[[], datetime] = utc_now, pace: Pace | None = None
) -> AsyncIterator[Bot]:
    """Start a bot and take commands until the block is left; then stop taking, finish what is under way, close.

    Raises:
        PricesUnreadable, SlackRefused, SlackUnreachable, PortTaken, StoreUnusable: it cannot start, in one sentence.
    """
    async with AsyncExitStack() as stack:
        database = await _open_store(stack, settings.database_url)
        http = await stack.enter_async_context(api_http(settings))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(
            secret(settings.slack_bot_token),
            base_url=settings.slack_api_url,
            session=session,
            retry_handlers=retry_handlers(),
        )
        authorized = await check_bot_token(client)
        in_flight = InFlight()
        progress = ProgressMessages(client, database, now, pace or Pace())
        stack.push_async_callback(_drain, in_flight, progress)
        app = _bolt_app(settings, client, authorized)
        rules = rules_of(settings)
        services = Services(BatchesClient(http), database, now, Prices.load(settings.prices))
        pipeline = Pipeline(services, Confirmations(database, now), rules, Directory(client, rules).standing)
        files = FileDelivery(client, Uploads(client, session, file_origins(settings.slack_api_url)))
        outbound = Outbound(client, session, hook_origins(settings.slack_api_url), files)
        Listeners(pipeline, outbound, in_flight, progress, settings.audit_channel).register(app)
        yield Bot(in_flight, await _open_door(stack, settings, app, client))


def rules_of(settings: Settings) -> Rules:
    """Return the permission rules that the settings say."""
    return Rules(
        operators=frozenset(settings.operators),
        admins=frozenset(settings.admins),
        channels=frozenset(settings.channels),
        allow_guests=settings.allow_guests,
        allow_external=settings.allow_external,
    )


def hook_origins(slack_api_url: str) -> frozenset[str]:
    """Return where response_urls may lead: Slack's hooks, or the one host that stands in for Slack."""
    api = urlsplit(slack_api_url)
    origin = f"{api.scheme}://{api.netloc}"
    return frozenset(
        {"https://hooks.slack.com", "https://hooks.slack-gov.com"} if api.hostname == "slack.com" else {origin}
    )


def file_origins(slack_api_url: str) -> frozenset[str]:
    """Return where the bytes of files may be sent: Slack's host for them, or the one host that stands in for Slack."""
    api = urlsplit(slack_api_url)
    slacks = frozenset({"https://files.slack.com", "https://files.slack-gov.com"})
    return slacks if api.hostname == "slack.com" else frozenset({f"{api.scheme}://{api.netloc}"})


def api_http(settings: Settings) -> httpx.AsyncClient:
    """Return the one HTTP client for the Message Batches API."""
    return open_http(
        secret(settings.anthropic_api_key),
        base_url=settings.anthropic_base_url,
        betas=settings.anthropic_betas,
        workspace_id=settings.anthropic_workspace_id,
    )


def _bolt_app(settings: Settings, client: AsyncWebClient, authorized: AuthorizeResult) -> AsyncApp:
    """Return Bolt set up so that an ack costs least (bench/README.md): no polling for it, no auth.test before it."""

    async def authorize() -> AuthorizeResult:
        return authorized

    return AsyncApp(
        client=AsyncWebClient(base_url=settings.slack_api_url),  # without a token: listeners use the one above
        authorize=authorize,
        signing_secret=secret(settings.slack_signing_secret),
        request_verification_enabled=settings.slack_app_token is None,
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )


async def _open_store(stack: AsyncExitStack, url: str) -> Database:
    try:
        database = Database(url)
        stack.push_async_callback(database.close)
        await asyncio.to_thread(database.open)
    except StoreUnavailable as error:
        raise StoreUnusable(error.reason) from error
    return database


async def _open_door(stack: AsyncExitStack, settings: Settings, app: AsyncApp, client: AsyncWebClient) -> int | None:
    if settings.slack_app_token is not None:
        await stack.enter_async_context(open_socket(app, client, secret(settings.slack_app_token)))
        log.info("connected to Slack through Socket Mode")
        return None
    port = await stack.enter_async_context(open_port(app, settings.port))
    log.info("listening for Slack on port %d", port)
    return port


async def _drain(in_flight: InFlight, progress: ProgressMessages) -> None:
    """Let answers end by themselves, then stop what reads on, so that its caller is told."""
    if await in_flight.drain(DRAIN_SECONDS - STOPPING_SECONDS):
        return
    progress.stop_all()
    if not await in_flight.drain(STOPPING_SECONDS):
        log.error("%d answers were still under way and are cut off", in_flight.count)


def secret(value: SecretStr | None) -> str:
    """Return what a setting hides, for the one place that needs it; empty where it is not set."""
    return value.get_secret_value() if value is not None else ""
