"""Check before `run` connects to anything: are the secrets, addresses, ids and numbers of the right kind?"""

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec.structs import replace
from pydantic import SecretStr

from bot.settings.loading import SettingsError, read_settings
from bot.settings.model import (
    ANTHROPIC_KEY,
    APP_TOKEN,
    AUTH_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    Bounds,
    SecretFormat,
    Settings,
    TextFormat,
)
from bot.settings.table import SETTINGS

_ANTHROPIC_SECRETS = ("anthropic_api_key", "anthropic_auth_token", "analytics_key")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"
_ANTHROPIC_HOST = r"(?i)https?://([\w.-]+\.)?anthropic\.com(?![\w.-])"
_SLACK_HOST = r"(?i)https?://([\w.-]+\.)?slack(-gov)?\.com(?![\w.-])"
_ADDRESS = r"(?i)https?://([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?(/\S*)?"
_POSTGRES = r"postgresql\+psycopg://([^:/]*(:[^@]*)?@)?(\[[^/?]+\]|[^/:?\[]*)(:[0-9]{0,5})?([/?].*)?"
_PROXY = r"(?i)https?://([^\s/@]+@)?([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?/?"
_KINDS = {
    "xoxb-": BOT_TOKEN.kind,
    "xapp-": APP_TOKEN.kind,
    "sk-ant-admin": "admin key (sk-ant-admin…), which can't call the Messages API",
    "sk-ant-oat": AUTH_TOKEN.kind,
    "sk-ant-": ANTHROPIC_KEY.kind,
    "xoxp-": "user token (xoxp-…)",
    "xoxe": "rotating or refresh token (xoxe…)",
}
FindProblems = Callable[[Settings], Iterable[str]]
_SECRET_PREFIXES = ("xox", "xapp-", "sk-")


def load_for_run(find_more: FindProblems) -> Settings:
    """Load the settings of this process. Raises SettingsError with everything that is wrong with them.

    `find_more` returns problems with the files and folders that they name.
    """
    settings, unreadable = read_settings()
    problems = [*unreadable, *find_problems(settings), *find_more(settings)]
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
        if re.fullmatch(_ADDRESS, address) and address[:5].lower() == "http:" and not _is_loopback(address):
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


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, which may resolve to anything
        return False


def _secrets(settings: Settings) -> Iterator[str]:
    for field, setting in SETTINGS.items():
        if not isinstance(setting.format, SecretFormat):
            continue
        value: SecretStr | None = getattr(settings, field)
        if setting.name in settings.unread:
            continue
        if value or setting.format.required:
            yield from _secret(setting.name, value, _expected(field, setting.format, settings))
    yield from _credential(settings)
    app, signing = SETTINGS["slack_app_token"].name, SETTINGS["slack_signing_secret"].name
    if not settings.slack_app_token and not settings.slack_signing_secret and not {app, signing} & settings.unread:
        yield f"Neither {app} (Socket Mode) nor {signing} (HTTP mode) is set. Set one of them."


def _credential(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each reason why there is nothing to call the API with. What is not used is not checked."""
    key, token, rule = (
        SETTINGS[field].name for field in ("anthropic_api_key", "anthropic_auth_token", "federation_rule")
    )
    if settings.anthropic_api_key or settings.anthropic_auth_token or {key, token} & settings.unread:
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
    if re.fullmatch(_ADDRESS, address) and address[:5].lower() == "http:" and not _is_loopback(address):
        yield f"{SETTINGS['anthropic_base_url'].name} begins with http://, where no token is exchanged. Write https://."


def warn_about_unused_credentials(settings: Settings) -> list[str]:
    """Return a sentence for each credential that another one replaces, in the order of the official SDKs."""
    fields = ("anthropic_api_key", "anthropic_auth_token", "federation_rule")
    used, *unused = [SETTINGS[field].name for field in fields if getattr(settings, field)] or [""]
    return [f"{name} is not used, because {used} is set. Remove one of them." for name in unused]


def _expected(field: str, known: SecretFormat, settings: Settings) -> SecretFormat:
    """Return the format of a secret. Another service than Slack or Anthropic may use any that fits into a header."""
    if field.startswith("slack_") and not re.match(_SLACK_HOST, settings.slack_api_url):
        return replace(known, pattern=f"{known.pattern}|(?!{'|'.join(_KINDS)})[!-~]+")
    if field not in _ANTHROPIC_SECRETS or re.match(_ANTHROPIC_HOST, settings.anthropic_base_url):
        return known
    service = f"the service that {SETTINGS['anthropic_base_url'].name} names"
    pattern = "[!-~]+" if field == "analytics_key" else "(?!sk-ant-admin)[!-~]+"
    return replace(known, pattern=pattern, kind="key", source=service)


def _secret(name: str, secret: SecretStr | None, expected: SecretFormat) -> Iterator[str]:
    value = secret.get_secret_value() if secret else ""
    wanted = f"the {expected.kind} from {expected.source}"
    if not value:
        yield f"{name} is not set. Set it to {wanted}."
    elif value[0] in _QUOTES or value[-1] in _QUOTES:
        yield f"{name} is in quotation marks. Remove them."
    elif re.search(r"[\s\u200b\ufeff]", value):
        yield f"{name} contains blanks or line breaks. Copy {wanted} again without them."
    elif not re.fullmatch(expected.pattern, value, re.ASCII):
        kind = _kind(value)
        if kind is None or kind == expected.kind:
            yield f"{name} is malformed. Copy {wanted} again."
        elif kind == AUTH_TOKEN.kind and name == SETTINGS["anthropic_api_key"].name:
            yield f"{name} is an {kind}. Move it to {SETTINGS['anthropic_auth_token'].name}."
        else:
            yield f"{name} is {'an' if kind[0] in 'aA' else 'a'} {kind}. Set it to {wanted}."


def _kind(value: str) -> str | None:
    """Return what kind of secret this is, or None."""
    if re.fullmatch(SIGNING_SECRET.pattern, value):
        return SIGNING_SECRET.kind
    return next((kind for prefix, kind in _KINDS.items() if value.startswith(prefix)), None)


def _addresses(settings: Settings) -> Iterator[str]:
    for field in ("slack_api_url", "anthropic_base_url"):
        if not re.fullmatch(_ADDRESS, getattr(settings, field)):
            yield f"{SETTINGS[field].name} is not an address. Write https://host or http://host:port."
    if settings.anthropic_base_url.endswith("/v1"):
        yield f"{SETTINGS['anthropic_base_url'].name} ends in /v1, which Batchdesk adds itself. Remove it."


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
                        yield f"{setting.name} contains {_shown(entry)}. Write {expected}."


def _shown(entry: str) -> str:
    bare = entry.strip(_QUOTES)
    return "a secret" if bare.startswith(_SECRET_PREFIXES) or _kind(bare) else ascii(entry[:40])


def _digest(settings: Settings) -> Iterator[str]:
    if settings.digest_hour is not None and not (settings.digest_channel or settings.feed_channel):
        hour, channel, feed = (SETTINGS[field].name for field in ("digest_hour", "digest_channel", "feed_channel"))
        yield f"{hour} is set without a channel. Set {channel} or {feed}."


def _time_zone(settings: Settings) -> Iterator[str]:
    try:
        _ = settings.zone
    except (KeyError, ValueError, OSError):
        yield f"{SETTINGS['time_zone'].name} is not a known time zone. Write one such as Europe/Berlin."
