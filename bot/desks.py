"""What the bot has once for each workspace: its services, rules, pipeline and worker, connected to the shared parts."""

import secrets
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.cost_report import CostReportClient
from bot.api.http import HttpClient
from bot.clients import (
    get_file_origins,
    get_response_url_origins,
    make_draft_services,
    make_rules,
    make_slack_client,
    make_workspace,
    open_api_http,
    reveal_secret,
)
from bot.confirmations import Confirmations
from bot.observability.metrics import Metrics
from bot.observability.refusals import ApiRefusals
from bot.operations.interruption import Interruption
from bot.operations.missing_batches import MissingBatches
from bot.operations.services import Services
from bot.permissions import EVERYONE, Rules
from bot.pipeline import Pipeline
from bot.pricing.prices import Prices
from bot.requests.check import Limits
from bot.settings.model import Settings
from bot.settings.workspaces import WorkspaceSettings
from bot.slack.bot_messages import BotMessages
from bot.slack.delivery import ReplyDelivery
from bot.slack.desks import Desk, Desks
from bot.slack.directory import Directory
from bot.slack.download import SharedFileReader
from bot.slack.event_claims import EventClaims
from bot.slack.file_delivery import FileDelivery
from bot.slack.forms import FormSeal
from bot.slack.home_tab import HomeDrawing, HomeTab, HomeVisits
from bot.slack.mentions import MentionReplacer
from bot.slack.progress_messages import ProgressMessages, ProgressTiming
from bot.slack.retries import SlackWaits
from bot.slack.upload import FileUploader
from bot.slack.workspace_choices import Choosable, WorkspaceChoices
from bot.store.db.connection import Connection
from bot.store.db.database import Database
from bot.store.records import notices
from bot.store.records.notices import Notice
from bot.store.transactions import retention
from bot.ui.components.workspace_mark import WorkspaceMark
from bot.ui.reply import Message
from bot.worker.audit_log import AuditLog
from bot.worker.digest import make_digest_plan
from bot.worker.engine import Engine
from bot.worker.lifecycle import Worker, make_chores
from bot.worker.rights import RightsCheck
from bot.worker.slack_pacing import SlackPacing


class SharedParts(Struct, frozen=True):
    """What all workspaces share. `directory` knows no rules, and lends what it knows of people to each workspace."""

    settings: Settings
    now: Callable[[], datetime]
    limits: Limits
    database: Database
    engine: Engine
    client: AsyncWebClient
    session: aiohttp.ClientSession
    directory: Directory
    mentions: MentionReplacer
    pace: SlackPacing
    prices: Prices
    metrics: Metrics
    api_waits: SlackWaits
    cost_report: HttpClient | None


class WorkspaceParts(Struct, frozen=True):
    """The parts of one workspace. `mark` is None if it is the only one."""

    settings: WorkspaceSettings
    mark: WorkspaceMark | None
    services: Services
    rules: Rules
    directory: Directory
    api_refusals: ApiRefusals

    @property
    def name(self) -> str:
        """What people call it; empty if it is the only one."""
        return self.mark.name if self.mark is not None else ""


async def connect_workspaces(
    stack: AsyncExitStack, shared: SharedParts, workspaces: Sequence[WorkspaceSettings]
) -> tuple[WorkspaceParts, ...]:
    """Return the parts of each workspace. The stack closes what they open."""
    channels = frozenset(channel for each in workspaces for channel in each.channels)
    parts: list[WorkspaceParts] = []
    for workspace in workspaces:
        parts.append(await _connect(stack, shared, workspace, channels, parts[0] if parts else None))
    if len(parts) == 1:
        return tuple(parts)
    return tuple(replace(each, mark=WorkspaceMark(each.settings.name, each.settings.key)) for each in parts)


async def _connect(
    stack: AsyncExitStack,
    shared: SharedParts,
    workspace: WorkspaceSettings,
    channels: frozenset[str],
    first: WorkspaceParts | None,
) -> WorkspaceParts:
    settings = shared.settings
    api_refusals = ApiRefusals()

    def observe_api(method: str, status: int | None, seconds: float) -> None:
        shared.metrics.count_api_call(method, status, seconds)
        api_refusals.record(method, status, seconds)

    http = await stack.enter_async_context(open_api_http(settings, workspace, observe_api))
    rules = make_rules(settings, workspace)
    if workspace.name:
        rules = replace(rules, known_channels=channels)
    directory = shared.directory.under(rules)
    files = SharedFileReader(shared.client, shared.session, get_file_origins(settings.slack_api_url))
    drafts = make_draft_services(settings, workspace, files, shared.limits)
    if first is not None:
        drafts = replace(drafts, check_turn=first.services.drafts.check_turn)
    services = Services(
        workspace=make_workspace(workspace, http, shared.now, shared.api_waits),
        database=shared.database.scoped(workspace.key, is_first=first is None),
        now=shared.now,
        time_zone=settings.zone,
        prices=shared.prices,
        drafts=drafts,
        enqueue=shared.engine.enqueue,
        may_post=directory.may_post,
        open_scratch_file=tempfile.TemporaryFile,
        process_id=shared.engine.worker_id,
        cost_reports=None if shared.cost_report is None else CostReportClient(shared.cost_report),
        channels=workspace.every_channel if workspace.name else None,
    )
    return WorkspaceParts(workspace, None, services, rules, directory, api_refusals)


def make_choices(shared: SharedParts, workspaces: Sequence[WorkspaceParts]) -> WorkspaceChoices:
    """Return the workspaces that people may choose: none if there is only one."""
    choosable = [
        Choosable(each.mark, each.rules, each.directory.find_caller_facts)
        for each in workspaces
        if each.mark is not None
    ]
    return WorkspaceChoices(choosable, workspaces[0].services.database, shared.now)


def make_worker(
    shared: SharedParts, parts: WorkspaceParts, choices: WorkspaceChoices, databases: Sequence[Database] | None
) -> Worker:
    """Return the worker of a workspace. `databases`: the store as each workspace sees it, for the first one."""
    settings, workspace, services = shared.settings, parts.settings, parts.services
    # The worker counts attempts itself, so its client must not retry by itself.
    bot_messages = BotMessages(
        make_slack_client(settings, shared.session, retries=False),
        allow_external=settings.allow_external,
        allow_guests=settings.allow_guests,
        find_kind=parts.directory.find_kind,
        time_zone=settings.zone,
        mark=parts.mark,
    )
    homes = HomeDrawing(_make_pipeline(shared, parts), shared.client, choices, parts.mark)
    rights = RightsCheck(parts.directory.find_caller_facts, parts.rules)
    return Worker(
        services,
        bot_messages,
        shared.mentions,
        shared.engine,
        shared.pace,
        _make_uploader(shared),
        rights,
        feed_channel=workspace.feed_channel,
        shows_causes=EVERYONE in parts.rules.readers,
        chores=make_chores(
            services,
            bot_messages,
            shared.mentions,
            homes.draw,
            rights,
            make_digest_plan(settings, workspace),
            _make_audit_log(shared, parts),
        ),
        limits=_make_limits(settings),
        audit_channel=workspace.audit_channel,
        count_given_up_notice=shared.metrics.count_given_up_notice,
        databases=databases,
    )


def make_desks(
    shared: SharedParts,
    workspaces: Sequence[WorkspaceParts],
    choices: WorkspaceChoices,
    timing: ProgressTiming,
    interruption: Interruption,
) -> Desks:
    """Return the desk of each workspace."""
    desks = [_make_desk(shared, each, timing, interruption) for each in workspaces]
    first = workspaces[0]
    nowhere = desks[0] if len(desks) == 1 else _make_desk(shared, replace(first, mark=None), timing, interruption)
    return Desks(desks, nowhere, choices)


def _make_desk(shared: SharedParts, parts: WorkspaceParts, timing: ProgressTiming, interruption: Interruption) -> Desk:
    services, settings = parts.services, shared.settings
    home_tab = HomeTab(services.now)

    def count_interaction(verb: str, origin: str, outcome_name: str, seconds: float) -> None:
        shared.metrics.count_interaction(verb, origin, outcome_name, seconds)
        home_tab.record(verb, outcome_name)

    # Someone waits for these messages. Their client waits for Slack, so a call may take longer.
    messages = BotMessages(
        shared.client,
        call_seconds=90.0,
        allow_external=parts.rules.allow_external,
        time_zone=services.time_zone,
        mark=parts.mark,
    )
    files = FileDelivery(shared.client, _make_uploader(shared))
    origins = get_response_url_origins(settings.slack_api_url)
    return Desk(
        mark=parts.mark,
        channels=parts.rules.channels,
        pipeline=_make_pipeline(shared, parts, count_interaction, interruption),
        delivery=ReplyDelivery(shared.client, shared.session, origins, messages, files, make_seal(settings)),
        progress=ProgressMessages(messages, services, timing),
        claims=EventClaims(services),
        visits=HomeVisits(services, is_one_of_several=parts.mark is not None),
        home_tab=home_tab,
        audit_channel=parts.settings.audit_channel,
        hand_over=partial(_hand_over, services),
    )


def make_seal(settings: Settings) -> FormSeal:
    """Return what signs forms. Processes that share the bot token read each other's forms."""
    return FormSeal(reveal_secret(settings.slack_bot_token))


def _make_pipeline(
    shared: SharedParts,
    parts: WorkspaceParts,
    count_interaction: Callable[[str, str, str, float], None] = lambda *_: None,
    interruption: Interruption | None = None,
) -> Pipeline:
    services = parts.services
    return Pipeline(
        services,
        Confirmations(services.database, services.now, services.enqueue, services.process_id),
        parts.rules,
        parts.directory.find_caller_facts,
        replace_mentions=shared.mentions.replace_mentions,
        count_interaction=count_interaction,
        explain_error=MissingBatches(services).explain,
        interruption=interruption,
    )


def _make_uploader(shared: SharedParts) -> FileUploader:
    origins = get_file_origins(shared.settings.slack_api_url)
    return FileUploader(shared.client, shared.session, origins, tempfile.TemporaryFile)


def _make_audit_log(shared: SharedParts, parts: WorkspaceParts) -> AuditLog | None:
    path = shared.settings.audit_log
    if path is None:
        return None
    return AuditLog(path, parts.services.database, shared.now, shared.metrics.count_audit_log_failure, parts.name)


def _make_limits(settings: Settings) -> retention.Limits:
    def days(count: int | None) -> timedelta | None:
        return None if count is None else timedelta(days=count)

    return retention.Limits(
        days(settings.keep_audit_days),
        days(settings.keep_notes_days),
        days(settings.keep_summaries_days),
        audit_is_copied=settings.audit_log is not None,
    )


async def _hand_over(services: Services, messages: Sequence[tuple[Message, str]]) -> None:
    """Store messages, each for a person or a channel. Raises StoreUnavailable."""

    def store(connection: Connection) -> None:
        for message, place in messages:
            payload = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
            key = f"answer:{secrets.token_hex(8)}"
            notices.send(connection, services.enqueue, Notice(key, None, "act", place, (), services.now(), payload))

    await services.database.run(store)
