"""Settings → what reaches the outside: the clients of the API and of Slack, the addresses they may dial, the rules."""

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.client import BatchesClient, open_http
from bot.api.http import CallObserver, HttpClient
from bot.api.model_catalog import CachedCatalog, ModelsClient
from bot.operations.approval import ApprovalLimit
from bot.operations.draft_services import DraftServices
from bot.operations.listing_memory import ListingMemory
from bot.operations.workspace import Workspace
from bot.permissions import Rules
from bot.requests.archive import RequestArchive
from bot.requests.estimate import TokenCounter
from bot.settings.model import Settings
from bot.slack.delivery import make_retry_handlers
from bot.slack.download import SharedFileReader


def slack_client(settings: Settings, session: aiohttp.ClientSession, *, retries: bool) -> AsyncWebClient:
    """Return a client of the Web API: one that tries again by itself, or one for whoever must know of each try."""
    return AsyncWebClient(
        secret(settings.slack_bot_token),
        base_url=settings.slack_api_url,
        session=session,
        timeout=30 if retries else 10,
        retry_handlers=make_retry_handlers() if retries else [],
    )


def rules_of(settings: Settings) -> Rules:
    """Return the permission rules that the settings say."""
    return Rules(
        operators=frozenset(settings.operators),
        admins=frozenset(settings.admins),
        channels=frozenset(settings.channels),
        allow_guests=settings.allow_guests,
        allow_external=settings.allow_external,
    )


def response_url_origins(slack_api_url: str) -> frozenset[str]:
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


def api_http(settings: Settings, observe: CallObserver | None = None) -> HttpClient:
    """Return the one HTTP client for the Message Batches API; `observe` is told of each call."""
    return open_http(
        secret(settings.anthropic_api_key),
        base_url=settings.anthropic_base_url,
        betas=settings.anthropic_betas,
        workspace_id=settings.anthropic_workspace_id,
        observe=observe,
    )


def secret(value: SecretStr | None) -> str:
    """Return what a setting hides, for the one place that needs it; empty where it is not set."""
    return value.get_secret_value() if value is not None else ""


def open_workspace(http: HttpClient) -> Workspace:
    """Return the workspace that the API key of this HTTP client belongs to."""
    return Workspace(BatchesClient(http), CachedCatalog(ModelsClient(http)), TokenCounter(http), ListingMemory())


def draft_services(settings: Settings, files: SharedFileReader) -> DraftServices:
    """Return what drafts need, as the settings have it."""
    archive = settings.keep_requests
    drafts = archive.path / "drafts" if archive.most_bytes else Path(tempfile.gettempdir()) / "batchdesk-drafts"
    return DraftServices(
        files=files,
        folder=drafts,
        archive=RequestArchive(archive.path, archive.most_bytes),
        approval_limit=ApprovalLimit(settings.spend_limit, settings.request_limit),
        betas=frozenset(settings.anthropic_betas),
    )
