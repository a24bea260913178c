"""Check before `run` connects to anything: are the secrets, addresses, ids and numbers of the right kind?"""

import re
from collections.abc import Callable, Iterable, Iterator

from pydantic import SecretStr

from bot.settings.formats import accept_any, check_address, check_secret, expect_key, is_clear_text, show_entry
from bot.settings.loading import SettingsError, read_settings
from bot.settings.model import ANTHROPIC_KEY, Bounds, SecretFormat, Settings, TextFormat
from bot.settings.table import SETTINGS
from bot.settings.workspaces import read_workspaces

_SLACK_HOST = r"(?i)https?://([\w.-]+\.)?slack(-gov)?\.com(?![\w.-])"
_POSTGRES = r"postgresql\+psycopg://([^:/]*(:[^@]*)?@)?(\[[^/?]+\]|[^/:?\[]*)(:[0-9]{0,5})?([/?].*)?"
_PROXY = r"(?i)https?://([^\s/@]+@)?([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?/?"
FindProblems = Callable[[Settings], Iterable[str]]


def load_for_run(find_more: FindProblems) -> Settings:
    """Load the settings of this process. Raises SettingsError with everything that is wrong with them.

    `find_more` returns problems with the files and folders that they name.
    """
    settings, unreadable = read_settings()
    problems = [*unreadable, *find_problems(settings), *read_workspaces(settings).problems, *find_more(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


def load_store_url(find_more: FindProblems) -> str:
    """Load the address of the store. Raises SettingsError if it cannot work, whatever the other settings are.

    `find_more` returns problems with the file of the store.
    """
    settings, unreadable = read_settings()
    name = SETTINGS["database_url"].name
    problems = [one for one in unreadable if one.startswith((name, "Can't read"))]
    problems += [*_database(settings), *find_more(settings)]
    if problems:
        raise SettingsError(problems)
    return settings.database_url


def check_for_run(settings: Settings) -> None:
    """Raise SettingsError with every reason why `run` cannot work with these settings. Connects to nothing."""
    problems = find_problems(settings)
    if problems:
        raise SettingsError(problems)


def find_problems(settings: Settings) -> list[str]:
    """Return a sentence for each reason why `run` cannot work with these settings. Connects to nothing."""
    problems = [*_secrets(settings), *_addresses(settings), *_database(settings), *_values(settings)]
    problems += [*_digest(settings), *_time_zone(settings), *list_proxy_problems(settings)]
    if not settings.allow_http:
        remedy = f"Write https://, or set {SETTINGS['allow_http'].name}=true if that network is trusted."
        problems += [f"{warning} {remedy}" for warning in warn_about_clear_text(settings)]
    return problems


def warn_about_clear_text(settings: Settings) -> list[str]:
    """Return a sentence for each address that makes the bot send a secret over a network unencrypted."""
    found = []
    keys = "the API keys" if settings.analytics_key else "the API key"
    for field, secrets in (("slack_api_url", "Slack's tokens"), ("anthropic_base_url", keys)):
        address: str = getattr(settings, field)
        if is_clear_text(address):
            found.append(f"{SETTINGS[field].name} begins with http://, so {secrets} would go in clear text.")
    return found


def warn_about_odd_secrets(settings: Settings) -> list[str]:
    """Return a sentence for each of Slack's secrets that Slack would not give out, where another service is used."""
    if re.match(_SLACK_HOST, settings.slack_api_url):
        return []
    address = SETTINGS["slack_api_url"].name
    return [
        f"{SETTINGS[field].name} doesn't look like {known.article} {known.kind}. That is fine only because {address} "
        "is not Slack's."
        for field, known in _list_slack_secrets(settings)
    ]


def _list_slack_secrets(settings: Settings) -> Iterator[tuple[str, SecretFormat]]:
    """Yield the secrets for Slack that are set and have another form than Slack's, and are no other known secret."""
    for field in ("slack_bot_token", "slack_app_token", "slack_signing_secret"):
        known = SETTINGS[field].format
        value: SecretStr | None = getattr(settings, field)
        if isinstance(known, SecretFormat) and value and not re.fullmatch(known.pattern, value.get_secret_value()):
            yield field, known


def _secrets(settings: Settings) -> Iterator[str]:
    for field, setting in SETTINGS.items():
        if not isinstance(setting.format, SecretFormat):
            continue
        value: SecretStr | None = getattr(settings, field)
        if setting.name in settings.unread:
            continue
        if value or setting.format.required:
            yield from check_secret(setting.name, value, _expected(field, setting.format, settings))
    yield from _credential(settings)
    app, signing = SETTINGS["slack_app_token"].name, SETTINGS["slack_signing_secret"].name
    if not settings.slack_app_token and not settings.slack_signing_secret and not {app, signing} & settings.unread:
        yield f"Neither {app} (Socket Mode) nor {signing} (HTTP mode) is set. Set one of them."


def _credential(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each reason why there is nothing to call the API with. What is not used is not checked."""
    key, token, rule = (
        SETTINGS[field].name for field in ("anthropic_api_key", "anthropic_auth_token", "federation_rule")
    )
    is_elsewhere = settings.workspaces is not None or {key, token} & settings.unread
    if settings.anthropic_api_key or settings.anthropic_auth_token or is_elsewhere:
        return
    if not settings.federation_rule:
        wanted = f"the {ANTHROPIC_KEY.kind} from {_expected('anthropic_api_key', ANTHROPIC_KEY, settings).source}"
        yield f"{key} is not set. Set it to {wanted}, or set {token} or {rule} instead."
        return
    file, literal = SETTINGS["identity_token_file"].name, SETTINGS["identity_token"].name
    if not settings.organization_id:
        yield f"{SETTINGS['organization_id'].name} is not set, which {rule} needs. Set it to your organization's id."
    if not settings.identity_token_file and not settings.identity_token and literal not in settings.unread:
        yield f"Neither {file} nor {literal} is set, and {rule} needs one of them."
    address = settings.anthropic_base_url
    if is_clear_text(address):
        yield f"{SETTINGS['anthropic_base_url'].name} begins with http://, where no token is exchanged. Write https://."


def warn_about_unused_credentials(settings: Settings) -> list[str]:
    """Return a sentence for each credential that another one replaces, in the order of the official SDKs."""
    fields = ("anthropic_api_key", "anthropic_auth_token", "federation_rule")
    given = [SETTINGS[field].name for field in fields if getattr(settings, field)]
    if settings.workspaces is not None:
        named = {one.credential.variable for one in read_workspaces(settings).workspaces}
        given = [SETTINGS["workspaces"].name, *(name for name in given if name not in named)]
    used, *unused = given or [""]
    return [f"{name} is not used, because {used} is set. Remove one of them." for name in unused]


def _addresses(settings: Settings) -> Iterator[str]:
    for field in ("slack_api_url", "anthropic_base_url"):
        yield from check_address(SETTINGS[field].name, getattr(settings, field))


def _expected(field: str, known: SecretFormat, settings: Settings) -> SecretFormat:
    """Return the format of a secret. Another service than Slack or Anthropic may use any that fits into a header."""
    if field.startswith("slack_") and not re.match(_SLACK_HOST, settings.slack_api_url):
        return accept_any(known)
    if field in ("anthropic_api_key", "anthropic_auth_token", "analytics_key"):
        return expect_key(known, settings.anthropic_base_url, SETTINGS["anthropic_base_url"].name)
    return known


def list_proxy_problems(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each proxy that no call can use."""
    for field in ("https_proxy", "http_proxy", "all_proxy"):
        value: str | None = getattr(settings, field)
        is_used = field != "all_proxy" or not (settings.https_proxy and settings.http_proxy)
        if value is not None and is_used and not re.fullmatch(_PROXY, value):
            forms = "http://host:port or http://user:password@host:port"
            yield f"{SETTINGS[field].name} is not an HTTP proxy. Write {forms}. SOCKS is not supported."


def _database(settings: Settings) -> Iterator[str]:
    name, url = SETTINGS["database_url"].name, settings.database_url
    if re.match(r"postgresql\+psycopg://.", url):
        if not re.fullmatch(_POSTGRES, url, re.DOTALL):  # or SQLAlchemy would quote a password in place of the port
            yield f"{name} is malformed. Write postgresql://user:password@host:port/database."
        return
    if not re.match(r"sqlite(\+pysqlite)?://", url):
        yield f"{name} is not a database that Batchdesk supports. Write sqlite:///path/to/file or postgresql://…."
    elif settings.dyno:
        yield f"{name} must be a Postgres on Heroku, which loses SQLite files at each restart."
    elif re.fullmatch(r"sqlite(\+pysqlite)?:/*(:memory:)?(\?.*)?", url):
        yield f"{name} is a SQLite database in memory, lost at each restart. Write sqlite:///path/to/file."


def _values(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each value outside its format. Defaults are right, so only what was set is checked."""
    for field, setting in SETTINGS.items():
        value = getattr(settings, field)
        if field not in settings.model_fields_set or value is None:
            continue
        match setting.format:
            case Bounds(lowest, highest) if not lowest <= value <= highest:
                yield f"{setting.name} is {value}. It must be from {lowest} to {highest}."
            case TextFormat(pattern, expected):
                for entry in (value,) if isinstance(value, str) else value:
                    if not re.fullmatch(pattern, entry):
                        yield f"{setting.name} contains {show_entry(entry)}. Write {expected}."


def _digest(settings: Settings) -> Iterator[str]:
    has_channel = settings.digest_channel or settings.feed_channel or settings.workspaces
    if settings.digest_hour is not None and not has_channel:
        hour, channel, feed = (SETTINGS[field].name for field in ("digest_hour", "digest_channel", "feed_channel"))
        yield f"{hour} is set without a channel. Set {channel} or {feed}."


def _time_zone(settings: Settings) -> Iterator[str]:
    try:
        _ = settings.zone
    except (KeyError, ValueError, OSError):
        yield f"{SETTINGS['time_zone'].name} is not a known time zone. Write one such as Europe/Berlin."
