"""What the settings define: the clients of the API and of Slack, the addresses they may call, and the permissions."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr

from bot.api.access_tokens import BearerToken, Credential, Federation
from bot.api.client import BatchesClient, open_http
from bot.api.cost_report import open_cost_report_http
from bot.api.http import CallObserver, HttpClient
from bot.api.models_client import CachedCatalog, ModelsClient
from bot.api.retry_policy import RetryPolicy
from bot.api.workspace_check import ExpectedWorkspace
from bot.operations.approval import ApprovalLimit
from bot.operations.draft_services import DraftServices
from bot.operations.listing_memory import ListingMemory
from bot.operations.workspace import Workspace
from bot.permissions import EVERYONE, Rules
from bot.requests.archive import RequestArchive
from bot.requests.check import Limits
from bot.requests.estimate import TokenCounter
from bot.settings.model import Settings
from bot.settings.workspaces import WorkspaceSettings
from bot.slack.client import SESSION_TIMEOUT, SlackClient
from bot.slack.download import SharedFileReader
from bot.slack.retries import SlackWaits, make_retry_handlers
from bot.slack.session import open_slack_session

_EXPLAINED = (
    "operators",
    "admins",
    "approvers",
    "readers",
    "channels",
    "allow_guests",
    "allow_external",
    "spend_limit",
    "request_limit",
    "monthly_budget",
)
"""The settings that decide who may do what."""
_SLACK_DOMAINS = ("slack.com", "slack-gov.com")
"""Data of the one is never at the other (GovSlack, docs.slack.dev)."""


def open_slack_http(settings: Settings, *traces: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    """Return the session of all calls to Slack, of uploads and of downloads; the caller must close it."""
    return open_slack_session(settings.proxies, *traces, timeout=SESSION_TIMEOUT)


def make_slack_client(
    settings: Settings, session: aiohttp.ClientSession, *, retries: bool, waits: SlackWaits | None = None
) -> SlackClient:
    """Return a client of the Web API. Callers that must count each attempt themselves take one without `retries`.

    `waits` receives how long a call waits because Slack limits it.
    """
    return SlackClient(
        reveal_secret(settings.slack_bot_token),
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=make_retry_handlers(waits) if retries else [],
    )


def make_rules(settings: Settings, workspace: WorkspaceSettings) -> Rules:
    """Return the permission rules of a workspace."""
    return Rules(
        operators=frozenset(workspace.operators),
        admins=frozenset(workspace.admins),
        approvers=frozenset(workspace.approvers),
        readers=frozenset(workspace.readers),
        channels=frozenset(workspace.channels),
        allow_guests=settings.allow_guests,
        allow_external=settings.allow_external,
        places={field: workspace.find_place(field, settings) for field in _EXPLAINED},
    )


def get_response_url_origins(slack_api_url: str) -> frozenset[str]:
    """Return the origins that a response_url may have."""
    return _get_origins(slack_api_url, "hooks")


def get_file_origins(slack_api_url: str) -> frozenset[str]:
    """Return the origins that files may be read from and uploaded to."""
    return _get_origins(slack_api_url, "files")


def open_api_http(settings: Settings, workspace: WorkspaceSettings, observe: CallObserver | None = None) -> HttpClient:
    """Return the HTTP client for the Message Batches API in a workspace. `observe` is called after each call."""
    return open_http(
        find_credential(workspace),
        base_url=workspace.base_url,
        betas=settings.anthropic_betas,
        workspace_id=workspace.id,
        observe=observe,
        proxies=settings.proxies,
    )


def find_credential(workspace: WorkspaceSettings) -> Credential:
    """Return what to call the API with, in the order of the official SDKs; an empty key if there is nothing."""
    found = workspace.credential
    if found.api_key or not (found.auth_token or found.federation_rule):
        return reveal_secret(found.api_key)
    if found.auth_token:
        return BearerToken(reveal_secret(found.auth_token))
    return Federation(
        found.federation_rule or "",
        found.organization_id or "",
        reveal_secret(found.identity_token),
        found.identity_token_file,
        found.service_account_id,
        workspace.id,
    )


def open_cost_report(settings: Settings) -> HttpClient | None:
    """Return the HTTP client for Anthropic's cost report, or None without its key. Raises ValueError."""
    if settings.analytics_key is None:
        return None
    key = reveal_secret(settings.analytics_key)
    return open_cost_report_http(key, base_url=settings.anthropic_base_url, proxies=settings.proxies)


def reveal_secret(value: SecretStr | None) -> str:
    """Return the value of a secret setting, or an empty string if it is not set."""
    return value.get_secret_value() if value is not None else ""


def make_workspace(
    workspace: WorkspaceSettings, http: HttpClient, now: Callable[[], datetime], waits: SlackWaits | None = None
) -> Workspace:
    """Return a workspace that `http` calls, which `open_api_http` made.

    `waits` receives how long a call waits because the API limits it.
    """
    policy = RetryPolicy(sleep=(waits or SlackWaits()).sleep)
    return Workspace(
        BatchesClient(http, policy=policy, expected=_make_expected(workspace, now)),
        CachedCatalog(ModelsClient(http, policy=policy)),
        TokenCounter(http, policy=policy),
        ListingMemory(),
        workspace.key,
    )


def _make_expected(workspace: WorkspaceSettings, now: Callable[[], datetime]) -> ExpectedWorkspace | None:
    """Return the workspace in which changes may be made; None if the settings give no id of one."""
    expected = workspace.expected_id
    return None if expected is None else ExpectedWorkspace(expected, workspace.admits_no_header, now)


def get_drafts_folder(settings: Settings) -> Path:
    """Return the folder of checked files that wait to be sent."""
    archive = settings.keep_requests
    return archive.path / "drafts" if archive.most_bytes else Path(tempfile.gettempdir()) / "batchdesk-drafts"


def make_draft_services(
    settings: Settings, workspace: WorkspaceSettings, files: SharedFileReader, limits: Limits = Limits()
) -> DraftServices:
    """Return what the drafts of a workspace need. Without an archive, drafts wait in the temporary folder."""
    archive = settings.keep_requests
    return DraftServices(
        files=files,
        folder=get_drafts_folder(settings),
        archive=RequestArchive(archive.path, archive.most_bytes),
        approval_limit=ApprovalLimit(workspace.spend_limit, workspace.request_limit, workspace.monthly_budget),
        approvers=tuple(approver for approver in workspace.approvers if approver != EVERYONE),
        betas=frozenset(settings.anthropic_betas),
        limits=limits,
    )


def _get_origins(slack_api_url: str, service: str) -> frozenset[str]:
    """Return the origins of a service of the Slack whose Web API is at this address, and of no other Slack.

    What replaces Slack under another name has its services below that name, or on it.
    """
    api = urlsplit(slack_api_url)
    place = api.netloc.lower()
    for domain in _SLACK_DOMAINS:
        if f".{api.hostname}".endswith(f".{domain}"):
            port = f":{api.port}" if api.port else ""
            return frozenset({f"{api.scheme}://{service}.{domain}{port}"})
    return frozenset({f"{api.scheme}://{place}", f"{api.scheme}://{service}.{place}"})
