"""`doctor`: check the settings against the real services, and say what is wrong and how to fix it. Writes nothing."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, assert_never

from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.api.access_tokens import BearerToken, Federation
from bot.api.client import BatchesClient
from bot.api.cost_report import CostReportClient, belongs_to
from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused, NoAccessToken
from bot.api.identity import ApiIdentity
from bot.clients import (
    find_credential,
    get_drafts_folder,
    get_file_origins,
    make_slack_client,
    open_api_http,
    open_cost_report,
    open_slack_http,
    reveal_secret,
)
from bot.errors import ExpectedError, to_one_line
from bot.permissions import EVERYONE
from bot.pricing.amounts import format_limit
from bot.pricing.prices import Prices, PricesUnreadable
from bot.requests.request_files import find_folder_problem
from bot.settings.checks import (
    find_problems,
    list_proxy_problems,
    warn_about_clear_text,
    warn_about_odd_secrets,
    warn_about_unused_credentials,
)
from bot.settings.loading import ENV_FILE, list_secret_files, unknown_settings
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import WorkspaceSettings, read_workspaces
from bot.slack.channel_checks import find_channel_problems
from bot.slack.directory import Home
from bot.slack.download import check_file_host
from bot.slack.people_checks import check_people
from bot.slack.scopes import BOT_SCOPES, LOST_WITHOUT, OPTIONAL_SCOPES
from bot.slack.transports import SlackUnreachable, TokenRejected, ask_identity, ask_socket_address
from bot.store.db.inspection import find_store_file, inspect_store

_PAUSES = (1.0,)
"""Seconds between two tries of a call: someone is waiting."""
MOST_PRICE_AGE = timedelta(days=90)
"""Prices change within weeks; after so long some are probably wrong."""
MOST_CLOCK_ERROR = timedelta(seconds=60)
"""How far this machine's clock may be off. Slack's signed requests count as forged after five minutes."""
HUMAN_REVIEW_OFF = "workspace_human_review_disabled"
"""An error code: such a workspace has no batches (the errors of the official SDK, anthropic 2.14)."""
_OTHERS_READ, _OTHERS_WRITE = 0o004, 0o002


class Finding(Struct, frozen=True):
    """The result of one check, in a sentence for the administrator. A warning is about what works all the same."""

    ok: bool
    message: str
    is_warning: bool = False


async def examine(
    settings: Settings, unreadable: Sequence[str] = (), env_file: Path = ENV_FILE, today: date | None = None
) -> AsyncIterator[Finding]:
    """Yield a finding for each check. A check that fails stops none of the others.

    `unreadable`: what could not be read of the settings.
    """
    read = read_workspaces(settings, env_file=env_file)
    workspaces = read.workspaces
    problems = [*unreadable, *unknown_settings(env_file=env_file), *find_problems(settings), *read.problems]
    for finding in _report(problems, "The settings are complete and well formed."):
        yield finding
    clear_text = warn_about_clear_text(settings) if settings.allow_http else []
    for warning in [*clear_text, *warn_about_odd_secrets(settings), *warn_about_unused_credentials(settings)]:
        yield Finding(True, warning, is_warning=True)
    for finding in _find_workspaces_file_problems(settings):
        yield finding
    for problem in _find_env_file_problems(env_file):
        yield Finding(False, problem)
    for name, path in [*list_secret_files(env_file=env_file).items(), *_list_files_of(workspaces)]:
        if path.is_file() and (may := _what_others_may(path)):
            warning = f"Other users of this machine can {may} the file in {name}. Run `chmod 600` on it."
            yield Finding(True, warning, is_warning=True)
    yield _prices(settings, today or datetime.now(UTC).date())
    for finding in await _store(settings):
        yield finding
    for finding in _find_folder_problems(get_drafts_folder(settings)):
        yield finding
    if any(list_proxy_problems(settings)):
        yield Finding(False, "Slack and the Message Batches API were not checked, because a proxy is malformed.")
        return
    clocks: dict[str, timedelta] = {}
    owners: dict[str, str] = {}
    for workspace in workspaces:
        found, identity = await _api(settings, workspace, clocks)
        findings = [found, *await _cost_report(settings, workspace, identity)]
        owner = owners.setdefault(identity.workspace_id or workspace.key, workspace.name)
        if owner != workspace.name:
            same = f"Its credential is for the workspace of [{owner}] ({identity.workspace_id}). Use another one."
            findings.append(Finding(False, same))
        for finding in findings:
            yield _name_workspace(finding, workspace)
    async for finding in _slack(settings, workspaces, clocks):
        yield finding
    for finding in _clock(clocks):
        yield finding


def _list_files_of(workspaces: Sequence[WorkspaceSettings]) -> list[tuple[str, Path]]:
    """Return the files of secrets that the file of workspaces names, and how to call them."""
    files = ((one.spell_setting("api_key"), one.credential.file) for one in workspaces)
    return [(name, path) for name, path in files if path is not None]


def _find_workspaces_file_problems(settings: Settings) -> list[Finding]:
    """Return that others may change the file that says who may do what."""
    if settings.workspaces is None or "change" not in _what_others_may(settings.workspaces):
        return []
    name = SETTINGS["workspaces"].name
    return [Finding(False, f"Other users of this machine can change the file in {name}. Run `chmod o-w` on it.")]


def _name_workspace(finding: Finding, workspace: WorkspaceSettings) -> Finding:
    """Return a finding that begins with its workspace, if the file names it."""
    return replace(finding, message=f"[{workspace.name}] {finding.message}") if workspace.name else finding


def _report(problems: Sequence[str], all_right: str) -> list[Finding]:
    return [Finding(False, problem) for problem in problems] or [Finding(True, all_right)]


def _find_env_file_problems(path: Path) -> list[str]:
    """Return that others may read or change the file of secrets."""
    may = _what_others_may(path)
    return (
        [f"Other users of this machine can {may} {path}, which holds secrets. Run `chmod 600 {path}`."] if may else []
    )


def _what_others_may(path: Path) -> str:
    """Return what every user of this machine may do with a file."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # there is none, or it is among the unreadable
        return ""
    return " and ".join(word for bit, word in ((_OTHERS_READ, "read"), (_OTHERS_WRITE, "change")) if mode & bit)


def _prices(settings: Settings, today: date) -> Finding:
    name = SETTINGS["prices"].name
    try:
        newest = Prices.load(settings.prices).newest_date
    except PricesUnreadable as error:
        return Finding(False, f"Can't read the prices: {error.describe()}. Check {name}.")
    if newest is None or today - newest <= MOST_PRICE_AGE:
        return Finding(True, "The prices are readable.")
    fix = "Check them against the public price list" if settings.prices else f"Upgrade, or set {name}"
    return Finding(True, f"The newest price is from {newest}, more than 90 days ago. {fix}.", is_warning=True)


def _find_folder_problems(folder: Path) -> list[Finding]:
    """Return that others of this machine could change files that wait to be sent. A missing folder is no problem."""
    for each in (folder.parent, folder):
        try:
            problem = find_folder_problem(each) if each != Path(tempfile.gettempdir()) else None
        except FileNotFoundError:
            continue
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if problem is not None:
            fix = f"Remove the folder, or set another one in {SETTINGS['keep_requests'].name}."
            return [Finding(False, f"Can't keep requests in {each}: {problem}. {fix}")]
    return []


async def _store(settings: Settings) -> list[Finding]:
    name = SETTINGS["database_url"].name
    if name in settings.unread:
        return [Finding(False, f"The store was not checked, because {name} cannot be read.")]
    problems = await asyncio.to_thread(inspect_store, settings.database_url)
    path = find_store_file(settings.database_url)
    is_new = path is not None and not path.exists()
    all_right = f"The store {path} will be created at the first start." if is_new else "The store opens."
    return _report([f"{name}: {problem}" for problem in problems], all_right)


async def _api(
    settings: Settings, workspace: WorkspaceSettings, clocks: dict[str, timedelta]
) -> tuple[Finding, ApiIdentity]:
    """Return whether the API works, and whose key it is."""
    unknown = ApiIdentity()
    credential = find_credential(workspace)
    if not credential:
        name = workspace.spell_setting("api_key")
        return Finding(False, f"{name} is not set, so the Message Batches API was not checked."), unknown
    if isinstance(credential, Federation) and not (credential.identity_token or credential.identity_token_file):
        return Finding(False, "There is no identity token, so the Message Batches API was not checked."), unknown
    try:
        client = open_api_http(settings, workspace)
    except ValueError:  # a header or an address that cannot be sent
        problem = "The Message Batches API was not checked, because one of its settings is malformed."
        return Finding(False, problem), unknown
    async with client as http:
        http.event_hooks["response"].append(_ClockReader("the Message Batches API", clocks).read_response)
        batches = BatchesClient(http)
        try:
            page = await batches.list(limit=1)
        except ExpectedError as error:
            return Finding(False, _api_problem(error, workspace)), batches.identity
    wanted, found = workspace.expected_id, batches.identity.workspace_id
    if wanted and found and wanted != found:
        name = workspace.spell_setting("id")
        return Finding(False, f"The {_kind(workspace)} is for the workspace {found}, not for that of {name}."), unknown
    if wanted and not found and not workspace.admits_no_header:
        name = workspace.spell_setting("id")
        fix = 'For a gateway that drops the header anthropic-workspace-id, set `header = "absent"`.'
        problem = f"The API doesn't name the workspace of the {_kind(workspace)}, which {name} is compared with. {fix}"
        return Finding(False, problem), unknown
    newest = page.data[0].id if page.data else "none yet"
    accepted = f"The Message Batches API accepts the {_kind(workspace)} (newest batch: {newest})."
    if workspace.name and found and not wanted:
        accepted += f' Add `id = "{found}"`, so that each change is compared with it.'
    return Finding(True, accepted), batches.identity


def _kind(workspace: WorkspaceSettings) -> str:
    """Return what the calls are made with."""
    return "key" if isinstance(find_credential(workspace), str) else "token"


def _name_credential(workspace: WorkspaceSettings) -> str:
    """Return the setting to check when the API refuses the calls."""
    match find_credential(workspace):
        case BearerToken():
            return workspace.spell_setting("auth_token")
        case Federation():
            return workspace.spell_setting("federation_rule")
        case str():
            return workspace.spell_setting("api_key")


def _token_problem(error: NoAccessToken, workspace: WorkspaceSettings) -> str:
    """Return why there is no access token, and what to check."""
    rule, organization, file, literal, account, its_id = (
        workspace.spell_setting(field)
        for field in (
            "federation_rule",
            "organization_id",
            "identity_token_file",
            "identity_token",
            "service_account_id",
            "id",
        )
    )
    source = file if workspace.credential.identity_token_file else literal
    match error.fault:
        case "unreadable":
            return f"Can't read the identity token of {source}: {error.message}. Check the path and its permissions."
        case "no_jwt":
            return (
                f"{source} holds no identity token: {error.message}. Set it to the token, not to a key or certificate."
            )
        case "expired":
            return f"The identity token of {source} is of no use: {error.message}. Check what renews it."
        case "malformed":
            names = f"{rule}, {organization}, {account} and {its_id}"
            return f"Anthropic didn't understand the exchange (HTTP 400). Check {names}."
        case "refused":
            return (
                f"Anthropic refused the identity token (HTTP {error.status}). Check that the rule in {rule} accepts "
                f"it, and that the service account belongs to the workspace of {its_id}. A rule for several "
                "workspaces needs one. The Anthropic Console shows the reason, under Workload identity."
            )
        case "odd_answer":
            answered = f"{workspace.base_url} doesn't exchange tokens (HTTP {error.status})."
            return f"{answered} Check {workspace.spell_setting('base_url')}, or use a key."
        case unreachable:
            assert_never(unreachable)


async def _cost_report(settings: Settings, workspace: WorkspaceSettings, identity: ApiIdentity) -> list[Finding]:
    """Return whether the key for Anthropic's bill works, if there is one."""
    name = SETTINGS["analytics_key"].name
    try:
        client = open_cost_report(settings)
    except ValueError:  # a header or an address that cannot be sent
        return [Finding(False, f"{name} was not checked, because it or the address of the API is malformed.")]
    if client is None:
        return []
    findings = []
    if settings.analytics_key == workspace.credential.api_key:
        own = f"{name} is the same as {workspace.spell_setting('api_key')}. Create a key of its own for it."
        findings.append(Finding(True, own, is_warning=True))
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with client as http:
        try:
            report = await CostReportClient(http).read(midnight - timedelta(days=1), midnight, identity.workspace_id)
        except ApiError as error:
            return [*findings, _cost_report_problem(error, settings)]
    if not belongs_to(report, identity):
        problem = f"{name} belongs to another organization than {_name_credential(workspace)}."
        return [*findings, Finding(False, f"{problem} Create it in the same organization.")]
    until = f"complete until {report.refreshed_at:%Y-%m-%d %H:%M} UTC" if report.refreshed_at else "of unknown age"
    findings.append(Finding(True, f"Anthropic's cost report accepts {name} (its figures are {until})."))
    if identity.workspace_id is None:
        unknown = f"The API doesn't name the key's workspace, so the cost report of {name} includes every workspace."
        findings.append(Finding(True, unknown, is_warning=True))
    return findings


def _cost_report_problem(error: ApiError, settings: Settings) -> Finding:
    """Return what is wrong with the key or with the report. Without an answer only this comparison is off."""
    name, address = SETTINGS["analytics_key"].name, settings.anthropic_base_url
    words = to_one_line(error.message, 300)
    match error:
        case KeyRefused(status=401):
            return Finding(False, f"Anthropic refused {name}: {words} Create a new Admin API key.")
        case KeyRefused():
            fix = "Use an Admin API key, or a key with the scope read:analytics that belongs to no workspace."
            return Finding(False, f"{name} may not read Anthropic's cost report: {words} {fix}")
        case ApiRejected(status=404):
            problem = f"There is no cost report at {address}, so {name} is of no use. Remove it."
            return Finding(False, problem)
        case ApiRejected() if not error.is_foreign:
            return Finding(False, f"Anthropic has no cost report for this organization: {words} Remove {name}.")
        case _:
            problem = f"Anthropic's cost report doesn't answer: {words}. Only `/batch cost --check` needs it."
            return Finding(True, problem, is_warning=True)


def _api_problem(error: ExpectedError, workspace: WorkspaceSettings) -> str:
    """Return what is wrong with the API, and what to check."""
    key, address = _name_credential(workspace), workspace.spell_setting("base_url")
    if isinstance(error, NoAccessToken):
        return _token_problem(error, workspace)
    if isinstance(error, ApiError) and error.code == HUMAN_REVIEW_OFF:
        return "The workspace has Human Review off, so it has no batches. Turn it on in the Anthropic Console."
    if isinstance(error, KeyRefused) and error.status == 403 and not error.is_foreign:
        name = workspace.spell_setting("id")
        place, check = (f" in the workspace of {name}", f"Check {name}, or use") if workspace.id else ("", "Use")
        return (
            f"The {_kind(workspace)} of {key} may not use batches{place}: {error.message} {check} one that may, such "
            "as a key of that workspace, or a rule with the scope workspace:developer."
        )
    if isinstance(error, ApiError) and error.is_foreign:
        return (
            f"Something other than the Message Batches API answered at {workspace.base_url} (HTTP "
            f"{error.status}, not the API's JSON). Check {address} and the network, or try again in a minute."
        )
    if isinstance(error, KeyRefused):
        return f"The Message Batches API refused the {_kind(workspace)}: {error.message} Check {key}."
    if isinstance(error, ApiUnavailable) and error.status is None:
        return f"Can't reach the Message Batches API at {workspace.base_url}: {error.message}. Check {address}."
    if isinstance(error, ApiUnavailable):
        return f"The Message Batches API answered with an error: {error}. Try again in a minute."
    return f"The Message Batches API refused the call: {error}. Check {key} and {address}."


async def _slack(
    settings: Settings, workspaces: Sequence[WorkspaceSettings], clocks: dict[str, timedelta]
) -> AsyncIterator[Finding]:
    async with open_slack_http(settings) as session:
        client = make_slack_client(settings, session, retries=True)
        try:
            async for finding in _slack_findings(settings, workspaces, client, clocks):
                yield finding
        except SlackUnreachable as error:  # the other calls would wait for as long, and fail alike
            yield Finding(False, error.describe())
            return
        if settings.slack_app_token is not None:
            yield await _app_token(settings, client)
        try:
            problem = await check_file_host(session, get_file_origins(settings.slack_api_url))
        except ValueError:
            problem = f"The file host was not checked, because {SETTINGS['slack_api_url'].name} is malformed."
        yield Finding(problem is None, problem or "Slack's file host answers.")


async def _slack_findings(
    settings: Settings,
    workspaces: Sequence[WorkspaceSettings],
    client: AsyncWebClient,
    clocks: dict[str, timedelta],
) -> AsyncIterator[Finding]:
    name = SETTINGS["slack_bot_token"].name
    if settings.slack_bot_token is None:
        yield Finding(False, f"{name} is not set, so channels, people and scopes were not checked.")
        return
    try:
        answer = await ask_identity(client, _PAUSES)
    except SlackUnreachable:
        raise
    except ExpectedError as error:
        yield Finding(False, error.describe())
        return
    except ValueError:  # a header that cannot be sent
        yield Finding(False, f"Slack was not checked, because {name} is malformed.")
        return
    _ClockReader("Slack", clocks).read(answer.headers)
    yield Finding(True, f"Slack accepts {name} for the workspace {answer.get('team')}.")
    for finding in _scopes(workspaces, answer):
        yield finding
    problems = await find_channel_problems(client, settings, workspaces)
    for finding in _report(problems, "The channels in the settings are usable."):
        yield finding
    home = Home(answer["team_id"], answer.get("enterprise_id"))
    for finding in await _people(settings, workspaces, client, home):
        yield finding
    for workspace in workspaces:
        for finding in [*_limits(workspace), _readers(workspace)]:
            yield _name_workspace(finding, workspace)


def _scopes(workspaces: Sequence[WorkspaceSettings], answer: AsyncSlackResponse) -> list[Finding]:
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","))
    people = {entry for one in workspaces for entry in (*one.operators, *one.admins, *one.approvers, *one.readers)}
    optional = OPTIONAL_SCOPES - ({"usergroups:read"} if any(each.startswith("S") for each in people) else set())
    missing = {scope: reason for scope, reason in BOT_SCOPES.items() if scope not in granted}
    needed = [f"{scope} ({reason})" for scope, reason in missing.items() if scope not in optional]
    extra = [f"{scope} ({LOST_WITHOUT[scope]})" for scope in missing if scope in optional]
    findings = [Finding(False, _lack_words("scope", needed))] if needed else []
    if extra:
        findings.append(Finding(True, _lack_words("optional scope", extra), is_warning=True))
    return findings or [Finding(True, "The app has all scopes.")]


def _lack_words(kind: str, scopes: Sequence[str]) -> str:
    plural, them = ("", "it") if len(scopes) == 1 else ("s", "them")
    fix = f"Add {them} under OAuth & Permissions and reinstall the app."
    return f"The app lacks the {kind}{plural} {', '.join(scopes)}. {fix}"


def _readers(workspace: WorkspaceSettings) -> Finding:
    name = workspace.spell_setting("readers")
    if EVERYONE in workspace.readers:
        return Finding(True, f"Everyone in the workspace may read the contents of results. {name} limits that.")
    return Finding(True, f"Only the people in {name} may read the contents of results.")


async def _people(
    settings: Settings, workspaces: Sequence[WorkspaceSettings], client: AsyncWebClient, home: Home
) -> list[Finding]:
    checked = await check_people(client, settings, workspaces, home)
    problems = list(checked.problems)
    for workspace in workspaces:
        operators = {*workspace.operators, *workspace.admins}
        name = workspace.spell_setting("operators")
        place = f" in [{workspace.name}]" if workspace.name else ""
        if not operators:
            problems.append(f"No one may operate batches{place}. Set {name} to the ids of people or user groups.")
        elif not operators & checked.useful:
            problems.append(f"No one may operate batches{place}, because no id in {name} is usable. Correct the ids.")
    return _report(problems, "The people in the settings exist, and someone may operate batches.")


def _limits(workspace: WorkspaceSettings) -> list[Finding]:
    """Return what the limits are, and whether a second person may approve what is above them."""
    limits = []
    if workspace.spend_limit is not None:
        limits.append(f"{format_limit(workspace.spend_limit)} a person in 24 hours")
    if workspace.request_limit is not None:
        limits.append(f"{workspace.request_limit:,} requests a person in 24 hours")
    if workspace.monthly_budget is not None:
        limits.append(f"{format_limit(workspace.monthly_budget)} a month for the workspace")
    if not limits:
        return []
    people = set(workspace.approvers) or {*workspace.operators, *workspace.admins}
    if len(people) == 1 and people.pop().startswith(("U", "W")):
        name = workspace.spell_setting("approvers" if workspace.approvers else "operators")
        words = f"Limits are set, and only one person may approve what is above them. Add another id to {name}."
        return [Finding(False, words)]
    return [Finding(True, f"Above these limits a second person must approve: {', '.join(limits)}.")]


async def _app_token(settings: Settings, client: AsyncWebClient) -> Finding:
    name = SETTINGS["slack_app_token"].name
    try:
        await ask_socket_address(client, reveal_secret(settings.slack_app_token), _PAUSES)
    except TokenRejected as error:
        return Finding(False, f"Slack refused {name}: {error.reason}. Create one with connections:write.")
    except ExpectedError as error:
        return Finding(False, error.describe())
    except ValueError:
        return Finding(False, f"{name} was not checked, because it is malformed.")
    return Finding(True, f"Slack accepts {name} for Socket Mode.")


class _HasHeaders(Protocol):
    @property
    def headers(self) -> Mapping[str, str]: ...


class _ClockReader:
    """Compares this machine's clock with the Date header of an answer."""

    def __init__(self, service: str, clocks: dict[str, timedelta]) -> None:
        self._service = service
        self._clocks = clocks

    async def read_response(self, response: _HasHeaders) -> None:
        """Read the header of a response of the API's client."""
        self.read(response.headers)

    def read(self, headers: Mapping[str, str]) -> None:
        """Record how far this machine is ahead of the service."""
        header = next((value for name, value in headers.items() if name.lower() == "date"), "")
        try:
            theirs = parsedate_to_datetime(header)
        except ValueError:
            return
        self._clocks[self._service] = datetime.now(UTC) - theirs.replace(tzinfo=theirs.tzinfo or UTC)


def _clock(clocks: Mapping[str, timedelta]) -> list[Finding]:
    problems = [
        f"This machine's clock is {_spell(offset)} compared with {service}. "
        "Synchronize it, because Slack's signed requests expire after 5 minutes."
        for service, offset in clocks.items()
        if abs(offset) > MOST_CLOCK_ERROR
    ]
    return _report(problems, f"The clock agrees with {' and '.join(clocks)}.") if clocks else []


def _spell(offset: timedelta) -> str:
    return f"{abs(round(offset.total_seconds()))} s {'ahead' if offset > timedelta(0) else 'behind'}"
