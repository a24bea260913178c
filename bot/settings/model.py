"""Settings: what the environment and a .env file say, and what is wrong with it; the only reader of either."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings.watching import DOCS, WatchingSettings


@dataclass(frozen=True)
class SettingDoc:
    """One line of the table of settings: the variable, what it means, and what holds when it is not set."""

    name: str
    meaning: str
    default: str


SETTINGS: tuple[SettingDoc, ...] = (
    SettingDoc("SLACK_BOT_TOKEN", "the bot token, `xoxb-…`", "required for `run`"),
    SettingDoc("SLACK_APP_TOKEN", "the app-level token, `xapp-…`; present: Socket Mode, no public address needed", ""),
    SettingDoc("SLACK_SIGNING_SECRET", "present and no app token: HTTP mode on `PORT`", ""),
    SettingDoc("SLACK_API_URL", "base of the Slack Web API", "https://slack.com/api/"),
    SettingDoc("ANTHROPIC_API_KEY", "the API key, `sk-ant-…`", "required for `run`"),
    SettingDoc("ANTHROPIC_BASE_URL", "base of the Messages API", "https://api.anthropic.com"),
    SettingDoc("ANTHROPIC_WORKSPACE_ID", "for a credential that reaches several workspaces: the one to use", ""),
    SettingDoc("ANTHROPIC_BETAS", "beta features to ask the API for, separated by commas", ""),
    SettingDoc("DATABASE_URL", "SQLAlchemy URL; `postgres://` is accepted", "sqlite:///batchdesk.sqlite3"),
    SettingDoc("BATCHDESK_OPERATORS", "who may change batches: `U…`, `W…`, `S…` ids, or `*`", "nobody"),
    SettingDoc("BATCHDESK_ADMINS", "likewise, for deleting and for the audit record", "the operators"),
    SettingDoc("BATCHDESK_CHANNELS", "the only channels (`C…`, `G…`, `D…`) the bot answers in", "everywhere"),
    SettingDoc("BATCHDESK_ALLOW_GUESTS", "answer guests of the workspace", "false"),
    SettingDoc("BATCHDESK_ALLOW_EXTERNAL", "answer in channels shared with other organizations", "false"),
    SettingDoc("BATCHDESK_AUDIT_CHANNEL", "a channel that gets one line for each change", "none"),
    SettingDoc("BATCHDESK_PRICES", "a file of prices instead of those that come with Batchdesk (TOML)", ""),
    *(SettingDoc(*doc) for doc in DOCS),
    SettingDoc(
        "BATCHDESK_KEEP_REQUESTS",
        "where requests that were sent are kept for retries, and how much of them: a folder, then `500MB` or `2GB`; "
        "`none` keeps none",
        "batchdesk-requests 2GB",
    ),
    SettingDoc("BATCHDESK_SPEND_LIMIT", "USD: a batch that may cost more needs a second person's yes", "none"),
    SettingDoc("BATCHDESK_REQUEST_LIMIT", "requests: likewise, for a batch that has more", "none"),
    SettingDoc("BATCHDESK_LOG_LEVEL", "`DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`", "INFO"),
    SettingDoc("PORT", "HTTP mode, and the health page; 0: the system chooses", "3000"),
    SettingDoc("DYNO", "set by Heroku itself; there SQLite is refused, because the disk is not kept", ""),
)


def _split(value: Any) -> Any:
    return tuple(dict.fromkeys(re.findall(r"[^,\s]+", value))) if isinstance(value, str) else value


_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class Folder:
    """A folder on disk, and how many bytes of requests that were sent are kept in it; 0 keeps none."""

    path: Path = Path("batchdesk-requests")
    most_bytes: int = 2 * 10**9


def _folder(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.strip().lower() == "none":
        return Folder(most_bytes=0)
    found = re.fullmatch(r"(\S.*?)(?:\s+([0-9]{1,6})\s*([KMGT]B))?", value.strip(), re.IGNORECASE)
    if found is None or re.fullmatch(r"[0-9]+[KMGT]B", value.strip(), re.IGNORECASE):  # a size, and no folder
        raise ValueError("must be a folder and a size, such as `requests 2GB`, or `none`")
    size = int(found[2]) * _UNITS[found[3].upper()] if found[2] else Folder().most_bytes
    return Folder(Path(found[1]), size)


Keeping = Annotated[Folder, BeforeValidator(_folder)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
SlackBase = Annotated[str, AfterValidator(lambda url: url.rstrip("/") + "/")]  # slack_sdk appends the method's name
ApiBase = Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
# Heroku writes postgres://, which SQLAlchemy does not know; the driver we ship is psycopg 3.
StoreUrl = Annotated[
    str, AfterValidator(lambda url: re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url.strip()))
]


class Settings(WatchingSettings):
    """All settings, from `load_settings`: made directly, it reads no environment, so a demo picks up no real token."""

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, case_sensitive=True, hide_input_in_errors=True
    )

    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: SlackBase = Field("https://slack.com/api/", validation_alias="SLACK_API_URL")
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: ApiBase = Field("https://api.anthropic.com", validation_alias="ANTHROPIC_BASE_URL")
    anthropic_workspace_id: str | None = Field(None, validation_alias="ANTHROPIC_WORKSPACE_ID")
    anthropic_betas: Words = Field((), validation_alias="ANTHROPIC_BETAS")
    # Not in the repr, because it may hold a password.
    database_url: StoreUrl = Field("sqlite:///batchdesk.sqlite3", validation_alias="DATABASE_URL", repr=False)
    operators: Words = Field((), validation_alias="BATCHDESK_OPERATORS")
    admins: Words = Field(default_factory=lambda given: given["operators"], validation_alias="BATCHDESK_ADMINS")
    channels: Words = Field((), validation_alias="BATCHDESK_CHANNELS")
    allow_guests: bool = Field(False, validation_alias="BATCHDESK_ALLOW_GUESTS")
    allow_external: bool = Field(False, validation_alias="BATCHDESK_ALLOW_EXTERNAL")
    audit_channel: str | None = Field(None, validation_alias="BATCHDESK_AUDIT_CHANNEL")
    prices: Path | None = Field(None, validation_alias="BATCHDESK_PRICES")
    keep_requests: Keeping = Field(Folder(), validation_alias="BATCHDESK_KEEP_REQUESTS")
    spend_limit: Decimal | None = Field(None, ge=0, validation_alias="BATCHDESK_SPEND_LIMIT")
    request_limit: int | None = Field(None, ge=0, validation_alias="BATCHDESK_REQUEST_LIMIT")
    port: int = Field(3000, validation_alias="PORT")
    log_level: LogLevel = Field("INFO", validation_alias="BATCHDESK_LOG_LEVEL")
    dyno: str | None = Field(None, validation_alias="DYNO")

    @classmethod
    def settings_customise_sources(cls, *args: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what is handed in: `load_settings` does the reading."""
        return (sources["init_settings"],)
