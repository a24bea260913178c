"""The settings: each field carries its variable, its meaning, its default and the format of its value, each once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.proxies import Proxies


class WhenUnset(Struct, frozen=True):
    """What applies while a setting is not set, where its default does not say it."""

    words: str


class SecretFormat(Struct, frozen=True):
    """The pattern of a secret, what such a secret is called, and where a person finds it."""

    pattern: str
    kind: str
    source: str
    required: bool = False

    @property
    def article(self) -> str:
        """Return `a` or `an`, for its kind."""
        return "an" if self.kind[0] in "aA" else "a"


class TextFormat(Struct, frozen=True):
    """The pattern of a text, or of each entry of a list; `expected` completes "write …"."""

    pattern: str
    expected: str


class Bounds(Struct, frozen=True):
    """The lowest and the highest number that a setting takes."""

    lowest: int
    highest: int


# Prefixes and places: Slack's documentation, "Tokens" and "Verifying requests from Slack".
BOT_TOKEN = SecretFormat(r"xoxb-[\w-]+", "bot token (xoxb-…)", "OAuth & Permissions", required=True)
APP_TOKEN = SecretFormat(r"xapp-[\w-]+", "app-level token (xapp-…)", "Basic Information, App-Level Tokens")
SIGNING_SECRET = SecretFormat(
    r"[0-9a-fA-F]{32}", "signing secret (32 hexadecimal digits)", "Basic Information, App Credentials"
)
ANTHROPIC_KEY = SecretFormat(r"sk-ant-(?!admin|oat)[\w-]+", "Anthropic API key (sk-ant-…)", "the Anthropic Console")
AUTH_TOKEN = SecretFormat(r"sk-ant-(?!admin)[\w-]+", "access token (sk-ant-oat…)", "the Anthropic Console")
IDENTITY_TOKEN = SecretFormat(
    r"[\w-]+\.[\w-]+\.[\w-]+", "identity token (a JWT)", "the service that identifies this machine"
)

ANALYTICS_KEY = SecretFormat(
    r"sk-ant-(?!oat)[\w-]+", "Admin API key (sk-ant-admin…)", "the Anthropic Console, Admin keys"
)

PEOPLE = TextFormat(r"[UWS][A-Z0-9]{2,}|\*", "user ids (U… or W…), user group ids (S…) or *")
_CHANNEL_ID = r"[CGD][A-Z0-9]{2,}"
CHANNEL = TextFormat(_CHANNEL_ID, "a channel id (C…, G… or D…), not a name")
CHANNELS = TextFormat(_CHANNEL_ID, "channel ids (C…, G… or D…), not names")
_HOST = TextFormat(r"[0-9A-Fa-f.:]+|localhost", "an IP address such as 127.0.0.1 or ::")
RULE = TextFormat(r"fdrl_[A-Za-z0-9]+", "a rule id (fdrl_…)")
UUID = TextFormat(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a UUID, as the Anthropic Console shows it")
SERVICE_ACCOUNT = TextFormat(r"svac_[A-Za-z0-9]+", "a service account id (svac_…)")
WORKSPACE_ID = re.compile(r"wrkspc_[A-Za-z0-9]{1,64}")
"""The id of a workspace of the API."""
_HEADER_WORD = TextFormat(r"[A-Za-z0-9._-]+", "only letters, digits, dots and hyphens")

ONE_OF_THREE = "this, a token or a rule is required for `run`"

_DAYS = Bounds(1, 36_500)

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class Folder:
    """A folder for sent requests, and the most bytes to keep in it; 0 keeps none."""

    path: Path = Path("batchdesk-requests")
    most_bytes: int = 2 * 10**9


def _split(value: Any) -> Any:
    return tuple(dict.fromkeys(re.findall(r"[^,\s]+", value))) if isinstance(value, str) else value


def _folder(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.strip().lower() == "none":
        return Folder(most_bytes=0)
    found = re.fullmatch(r"(\S.*?)(?:\s+([0-9]{1,6})\s*([KMGT]B))?", value.strip(), re.IGNORECASE)
    if found is None or re.fullmatch(r"[0-9]+[KMGT]B", value.strip(), re.IGNORECASE):  # a size without a folder
        raise ValueError("must be a folder and a size, such as `requests 2GB`, or `none`")
    size = int(found[2]) * _UNITS[found[3].upper()] if found[2] else Folder().most_bytes
    return Folder(Path(found[1]), size)


RequestsFolder = Annotated[Folder, BeforeValidator(_folder)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(str.lower)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
ProxyUrl = Annotated[str, AfterValidator(lambda url: url if "://" in url else f"http://{url}")]
SlackBase = Annotated[str, AfterValidator(lambda url: url.rstrip("/") + "/")]  # slack_sdk appends the method's name
ApiBase = Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
# Heroku writes postgres://, which SQLAlchemy does not know. The installed driver is psycopg 3.
StoreUrl = Annotated[
    str, AfterValidator(lambda url: re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url.strip()))
]


class Settings(BaseSettings):
    """All settings, in the order of the settings table. `load_settings` reads them; `Settings()` reads nothing.

    So a demo uses no real token.
    """

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, case_sensitive=True, hide_input_in_errors=True, defer_build=True
    )

    _unread: frozenset[str] = PrivateAttr(frozenset())

    slack_bot_token: Annotated[SecretStr | None, BOT_TOKEN] = Field(
        None, validation_alias="SLACK_BOT_TOKEN", description="the bot token, `xoxb-…`"
    )
    slack_app_token: Annotated[SecretStr | None, APP_TOKEN] = Field(
        None,
        validation_alias="SLACK_APP_TOKEN",
        description="the app-level token, `xapp-…`, for Socket Mode",
    )
    slack_signing_secret: Annotated[SecretStr | None, SIGNING_SECRET] = Field(
        None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="the signing secret, for HTTP mode; used if there is no app-level token",
    )
    slack_api_url: SlackBase = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL", description="address of the Slack Web API"
    )
    anthropic_api_key: Annotated[SecretStr | None, ANTHROPIC_KEY, WhenUnset(ONE_OF_THREE)] = Field(
        None, validation_alias="ANTHROPIC_API_KEY", description="the API key, `sk-ant-…`"
    )
    anthropic_auth_token: Annotated[SecretStr | None, AUTH_TOKEN, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_AUTH_TOKEN",
        description="a token to send as `Authorization: Bearer`, `sk-ant-oat…` or what a gateway takes; used if there "
        "is no API key, and never renewed",
    )
    federation_rule: Annotated[str | None, RULE, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_FEDERATION_RULE_ID",
        description="the rule of workload identity federation, `fdrl_…`, used if there is neither key nor token: the "
        "bot exchanges the identity token for access tokens, and renews them",
    )
    organization_id: Annotated[str | None, UUID, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_ORGANIZATION_ID",
        description="the organization of that rule, a UUID",
    )
    identity_token_file: Annotated[Path | None, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_IDENTITY_TOKEN_FILE",
        description="the file with the identity token (a JWT), read anew at each exchange",
    )
    identity_token: Annotated[SecretStr | None, IDENTITY_TOKEN, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_IDENTITY_TOKEN",
        description="the identity token itself, if there is no such file",
    )
    service_account_id: Annotated[str | None, SERVICE_ACCOUNT, WhenUnset("none")] = Field(
        None,
        validation_alias="ANTHROPIC_SERVICE_ACCOUNT_ID",
        description="the service account to act as, `svac_…`, where the rule wants one",
    )
    anthropic_base_url: ApiBase = Field(
        "https://api.anthropic.com",
        validation_alias="ANTHROPIC_BASE_URL",
        description="address of the Messages API, without `/v1`",
    )
    anthropic_workspace_id: Annotated[str | None, _HEADER_WORD] = Field(
        None,
        validation_alias="ANTHROPIC_WORKSPACE_ID",
        description="the workspace to use, if the key or the rule reaches several",
    )
    workspaces: Annotated[Path | None, WhenUnset("one workspace, made from the other settings")] = Field(
        None,
        validation_alias="BATCHDESK_WORKSPACES",
        description="a TOML file with a table for each workspace of the API, described below",
    )
    anthropic_betas: Annotated[Words, _HEADER_WORD] = Field(
        (), validation_alias="ANTHROPIC_BETAS", description="beta features to request, separated by commas"
    )
    analytics_key: Annotated[SecretStr | None, ANALYTICS_KEY, WhenUnset("none")] = Field(
        None,
        validation_alias="BATCHDESK_ANALYTICS_KEY",
        description="an Admin API key, or a key with the scope `read:analytics`, to compare costs with Anthropic's "
        "bill (`/batch cost --check`); nothing else uses it",
    )
    allow_http: bool = Field(
        False,
        validation_alias="BATCHDESK_ALLOW_HTTP",
        description="whether `SLACK_API_URL` and `ANTHROPIC_BASE_URL` may begin with `http://` beyond this machine, "
        "which sends the tokens and the key in clear text",
    )
    # Proxies are not in the repr, because they may hold a password.
    https_proxy: Annotated[ProxyUrl | None, WhenUnset("none")] = Field(
        None,
        validation_alias="HTTPS_PROXY",
        description="the proxy for `https://` addresses: `http://host:port` or `http://user:password@host:port`",
        repr=False,
    )
    http_proxy: Annotated[ProxyUrl | None, WhenUnset("none")] = Field(
        None, validation_alias="HTTP_PROXY", description="the proxy for `http://` addresses: likewise", repr=False
    )
    all_proxy: Annotated[ProxyUrl | None, WhenUnset("none")] = Field(
        None, validation_alias="ALL_PROXY", description="the proxy for both, where the others are not set", repr=False
    )
    no_proxy: Annotated[Words, WhenUnset("none")] = Field(
        (),
        validation_alias="NO_PROXY",
        description="where no proxy is used: names (with all below them), addresses, networks such as `10.0.0.0/8`, "
        "or `*`",
    )
    # Not in the repr, because it may hold a password.
    database_url: StoreUrl = Field(
        "sqlite:///batchdesk.sqlite3",
        validation_alias="DATABASE_URL",
        description="the store: `sqlite:///FILE`, or `postgresql://…` (`postgres://` works too)",
        repr=False,
    )
    operators: Annotated[Words, PEOPLE, WhenUnset("no one")] = Field(
        (),
        validation_alias="BATCHDESK_OPERATORS",
        description="who may change batches: `U…`, `W…` or `S…` ids, or `*` for everyone of your organization",
    )
    admins: Annotated[Words, PEOPLE, WhenUnset("the operators")] = Field(
        default_factory=lambda given: given["operators"],
        validation_alias="BATCHDESK_ADMINS",
        description="who may delete batches and read the audit record: likewise",
    )
    approvers: Annotated[Words, PEOPLE, WhenUnset("the operators")] = Field(
        (),
        validation_alias="BATCHDESK_APPROVERS",
        description="who may approve what another operator wants to send above a limit: likewise; the question "
        "mentions them",
    )
    readers: Annotated[Words, PEOPLE, WhenUnset("everyone")] = Field(
        ("*",),
        validation_alias="BATCHDESK_READERS",
        description="who may fetch contents (files of results, causes of failure, merged results): likewise; counts, "
        "status and cost are open to everyone",
    )
    channels: Annotated[Words, CHANNELS, WhenUnset("everywhere")] = Field(
        (),
        validation_alias="BATCHDESK_CHANNELS",
        description="the only channels in which the bot answers: `C…`, `G…` or `D…` ids",
    )
    allow_guests: bool = Field(
        False,
        validation_alias="BATCHDESK_ALLOW_GUESTS",
        description="whether the bot answers guests of the workspace, and shows them counts, status and cost; `*` "
        "never includes them",
    )
    allow_external: bool = Field(
        False,
        validation_alias="BATCHDESK_ALLOW_EXTERNAL",
        description="whether the bot answers and posts in channels shared with other organizations, and shows their "
        "people counts, status and cost; `*` never includes them",
    )
    audit_channel: Annotated[str | None, CHANNEL, WhenUnset("none")] = Field(
        None,
        validation_alias="BATCHDESK_AUDIT_CHANNEL",
        description="the id of a channel that gets one line for each change",
    )
    audit_log: Annotated[Path | None, WhenUnset("none")] = Field(
        None,
        validation_alias="BATCHDESK_AUDIT_LOG",
        description="a file to which the worker appends a copy of the audit record as JSON lines, or `-` for standard "
        "output",
    )
    keep_audit_days: Annotated[int | None, _DAYS, WhenUnset("forever")] = Field(
        None,
        validation_alias="BATCHDESK_KEEP_AUDIT_DAYS",
        description="days for which audit rows are kept; if there is an audit log, until they are in it",
    )
    keep_notes_days: Annotated[int | None, _DAYS, WhenUnset("forever")] = Field(
        None,
        validation_alias="BATCHDESK_KEEP_NOTES_DAYS",
        description="days for which a batch's note is kept after the last change of its label, owner or note",
    )
    keep_summaries_days: Annotated[int, Bounds(1, 400)] = Field(
        400,
        validation_alias="BATCHDESK_KEEP_SUMMARIES_DAYS",
        description="days for which a summary of results is kept after they were read, at most 400",
    )
    prices: Path | None = Field(
        None,
        validation_alias="BATCHDESK_PRICES",
        description="a TOML file of prices that replaces the built-in ones",
    )
    keep_requests: Annotated[RequestsFolder, WhenUnset("batchdesk-requests 2GB")] = Field(
        Folder(),
        validation_alias="BATCHDESK_KEEP_REQUESTS",
        description="the folder in which sent requests are kept for retries, and its largest size in MB or GB; `none` "
        "keeps none",
    )
    spend_limit: Annotated[Decimal | None, WhenUnset("none")] = Field(
        None,
        ge=0,
        validation_alias="BATCHDESK_SPEND_LIMIT",
        description="USD; if what one person sends in 24 hours may cost more, someone else must approve",
    )
    request_limit: Annotated[int | None, WhenUnset("none")] = Field(
        None,
        ge=0,
        validation_alias="BATCHDESK_REQUEST_LIMIT",
        description="requests; if one person sends more in 24 hours, someone else must approve",
    )
    monthly_budget: Annotated[Decimal | None, WhenUnset("none")] = Field(
        None,
        ge=0,
        validation_alias="BATCHDESK_MONTHLY_BUDGET",
        description="USD a month for the workspace, shown before each send: a warning from 80%, and from 100% someone "
        "else must approve",
    )
    feed_channel: Annotated[str | None, CHANNEL, WhenUnset("none")] = Field(
        None,
        validation_alias="BATCHDESK_FEED_CHANNEL",
        description="the id of a channel that gets one card for each batch of the workspace",
    )
    digest_hour: Annotated[int | None, Bounds(0, 23), WhenUnset("no digest")] = Field(
        None,
        validation_alias="BATCHDESK_DIGEST_HOUR",
        description="the hour of the daily digest, 0 to 23; empty days have none",
    )
    digest_channel: Annotated[str | None, CHANNEL, WhenUnset("the feed channel")] = Field(
        None, validation_alias="BATCHDESK_DIGEST_CHANNEL", description="the id of the channel of the digest"
    )
    time_zone: str = Field(
        "UTC",
        validation_alias="BATCHDESK_TIME_ZONE",
        description="the time zone of digests, typed dates, notifications and months, such as `Europe/Berlin`",
    )
    log_format: LogFormat = Field(
        "text", validation_alias="BATCHDESK_LOG_FORMAT", description="`text`, or `json` with one object a line"
    )
    log_level: LogLevel = Field(
        "INFO",
        validation_alias="BATCHDESK_LOG_LEVEL",
        description="the lowest level to log: `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`",
    )
    stop_seconds: Annotated[int, Bounds(1, 600)] = Field(
        25,
        validation_alias="BATCHDESK_STOP_SECONDS",
        description="seconds in which the bot stops after SIGTERM; less than its host allows (Docker 10, Heroku 30)",
    )
    port: Annotated[int, Bounds(0, 65535)] = Field(
        3000, validation_alias="PORT", description="the port of HTTP mode and of the health page; 0 for any free port"
    )
    host: Annotated[str, _HOST] = Field(
        "0.0.0.0",  # noqa: S104 - Slack and probes come from outside
        validation_alias="BATCHDESK_HOST",
        description="the address to listen on, in HTTP mode and for the health page; `127.0.0.1` for this machine only",
    )
    dyno: str | None = Field(
        None,
        validation_alias="DYNO",
        description="set by Heroku; SQLite is refused there, because the disk is lost at each restart",
    )

    @property
    def unread(self) -> frozenset[str]:
        """The variables whose files cannot be read. They are not set, and that is reported already."""
        return self._unread

    def mark_unread(self, names: Iterable[str]) -> None:
        """Record the variables whose files cannot be read."""
        self._unread = frozenset(names)

    @property
    def zone(self) -> tzinfo:
        """The time zone of digests, typed dates, notifications and months. UTC needs no time zone database."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def proxies(self) -> Proxies:
        """The proxies of every call."""
        return Proxies(self.https_proxy, self.http_proxy, self.all_proxy, self.no_proxy)

    @classmethod
    def settings_customise_sources(cls, *args: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the arguments; `load_settings` does the reading."""
        return (sources["init_settings"],)
