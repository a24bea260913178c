"""What `run` asks of the settings before anything is dialled: the right kinds of secrets, addresses and ids."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import SecretStr

from bot.settings.loading import SettingsError
from bot.settings.model import Settings
from bot.settings.watching import watching_problems

_QUOTES = "\"'`\u201c\u201d\u2018\u2019"


def check_for_run(settings: Settings) -> None:
    """Raise SettingsError with every reason why `run` could not work with these settings; nothing is dialled."""
    found = [*_secrets(settings), *_addresses(settings), *_ids(settings), *watching_problems(settings)]
    if problems := [problem for problem in found if problem]:
        raise SettingsError(problems)


class _Expected(NamedTuple):
    """What a secret looks like, what such a thing is called, and where a person finds it."""

    pattern: str
    kind: str
    source: str


# The prefixes and places are in the Slack docs, "Tokens" and "Verifying requests from Slack".
_BOT = _Expected(r"xoxb-[\w-]+", "bot token (xoxb-…)", "OAuth & Permissions")
_APP = _Expected(r"xapp-[\w-]+", "app-level token (xapp-…)", "Basic Information, App-Level Tokens")
_SIGNING = _Expected(r"[0-9a-fA-F]{32}", "signing secret (32 hexadecimal digits)", "Basic Information, App Credentials")
_ANTHROPIC = _Expected(r"sk-ant-[\w-]+", "Anthropic API key (sk-ant-…)", "the Anthropic Console")
_OTHER_API = _Expected(r"[!-~]+", "key", "the service that ANTHROPIC_BASE_URL names")  # ASCII: it goes into a header

_ANTHROPIC_HOST = r"(?i)https?://([\w.-]+\.)?anthropic\.com(?![\w.-])"
_ADDRESS = r"(?i)https?://([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?(/\S*)?"
_KINDS = {
    "xoxb-": _BOT.kind,
    "xapp-": _APP.kind,
    "sk-ant-": _ANTHROPIC.kind,
    "xoxp-": "user token (xoxp-…)",
    "xoxe": "rotating or refresh token (xoxe…)",
}


def _kind(value: str) -> str | None:
    if re.fullmatch(_SIGNING.pattern, value):
        return _SIGNING.kind
    return next((kind for prefix, kind in _KINDS.items() if value.startswith(prefix)), None)


def _wrong(name: str, secret: SecretStr | None, expected: _Expected) -> str | None:
    value = secret.get_secret_value() if secret else ""
    wanted = f"the {expected.kind} from {expected.source}"
    if not value:
        return f"{name} is not set; set it to {wanted}"
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return f"{name} is wrapped in quotation marks; write the value without them"
    if re.search(r"[\s\u200b\ufeff]", value):
        return f"{name} contains blanks or line breaks; copy {wanted} again without them"
    if re.fullmatch(expected.pattern, value, re.ASCII):
        return None
    if (kind := _kind(value)) in (None, expected.kind):
        return f"{name} is malformed; copy {wanted} again"
    return f"{name} holds {'an' if kind[0] in 'aA' else 'a'} {kind}; it needs {wanted}"


def _secrets(settings: Settings) -> Iterator[str | None]:
    yield _wrong("SLACK_BOT_TOKEN", settings.slack_bot_token, _BOT)
    if not settings.slack_app_token and not settings.slack_signing_secret:
        yield "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP mode) is set; set one of them"
    if settings.slack_app_token:
        yield _wrong("SLACK_APP_TOKEN", settings.slack_app_token, _APP)
    if settings.slack_signing_secret:
        yield _wrong("SLACK_SIGNING_SECRET", settings.slack_signing_secret, _SIGNING)
    expected = _ANTHROPIC if re.match(_ANTHROPIC_HOST, settings.anthropic_base_url) else _OTHER_API
    yield _wrong("ANTHROPIC_API_KEY", settings.anthropic_api_key, expected)


def _addresses(settings: Settings) -> Iterator[str | None]:
    for name, url in (("SLACK_API_URL", settings.slack_api_url), ("ANTHROPIC_BASE_URL", settings.anthropic_base_url)):
        if not re.fullmatch(_ADDRESS, url):
            yield f"{name} is not an address; write https://host or http://host:port"
    if settings.anthropic_base_url.endswith("/v1"):
        yield "ANTHROPIC_BASE_URL ends in /v1, which the bot adds itself; leave that out"
    yield _database(settings)
    if not 0 <= settings.port <= 65535:
        yield f"PORT is {settings.port}; it must be from 0 to 65535"


def _database(settings: Settings) -> str | None:
    url = settings.database_url
    if re.match(r"postgresql\+psycopg://.", url):
        return None
    if not re.match(r"sqlite(\+pysqlite)?://", url):
        return "DATABASE_URL names no database the bot can use; write sqlite:///path/to/file or postgresql://…"
    if settings.dyno:
        return "DATABASE_URL must name a Postgres on Heroku, because a SQLite file is lost there at each restart"
    if re.fullmatch(r"sqlite(\+pysqlite)?:/*(:memory:)?(\?.*)?", url):
        return "DATABASE_URL names a SQLite database in memory, lost at each restart; write sqlite:///path/to/file"
    return None


_PERSON = (r"[UWS][A-Z0-9]{2,}|\*", "user ids (U… or W…), user group ids (S…) or *")
_CHANNEL = (r"[CGD][A-Z0-9]{2,}", "channel ids (C…, G… or D…), not names")
_HEADER_WORD = (r"[A-Za-z0-9._-]+", "only letters, digits, dots and hyphens")


def _ids(settings: Settings) -> Iterator[str]:
    for name, entries, (pattern, words) in (
        ("BATCHDESK_OPERATORS", settings.operators, _PERSON),
        ("BATCHDESK_ADMINS", [one for one in settings.admins if one not in settings.operators], _PERSON),
        ("BATCHDESK_CHANNELS", settings.channels, _CHANNEL),
        ("BATCHDESK_AUDIT_CHANNEL", filter(None, [settings.audit_channel]), _CHANNEL),
        ("ANTHROPIC_WORKSPACE_ID", filter(None, [settings.anthropic_workspace_id]), _HEADER_WORD),
        ("ANTHROPIC_BETAS", settings.anthropic_betas, _HEADER_WORD),
    ):
        for entry in entries:
            if not re.fullmatch(pattern, entry):
                shown = "a secret" if _kind(entry.strip(_QUOTES)) else ascii(entry[:40])
                yield f"{name} contains {shown}; write {words}"
