"""What secrets and addresses look like, and what is wrong with one, without quoting it."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec.structs import replace
from pydantic import SecretStr

from bot.settings.model import (
    ANALYTICS_KEY,
    ANTHROPIC_KEY,
    APP_TOKEN,
    AUTH_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    SecretFormat,
)
from bot.settings.table import SETTINGS

_QUOTES = "\"'`\u201c\u201d\u2018\u2019"
_ANTHROPIC_HOST = r"(?i)https?://([\w.-]+\.)?anthropic\.com(?![\w.-])"
_ADDRESS = r"(?i)https?://([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?(/\S*)?"
_KINDS = {
    "xoxb-": BOT_TOKEN.kind,
    "xapp-": APP_TOKEN.kind,
    "sk-ant-admin": "admin key (sk-ant-admin…), which can't call the Messages API",
    "sk-ant-oat": AUTH_TOKEN.kind,
    "sk-ant-": ANTHROPIC_KEY.kind,
    "xoxp-": "user token (xoxp-…)",
    "xoxe": "rotating or refresh token (xoxe…)",
}
_SECRET_PREFIXES = ("xox", "xapp-", "sk-")


def is_clear_text(address: str) -> bool:
    """Return whether what is sent to an address goes over a network unencrypted."""
    return bool(re.fullmatch(_ADDRESS, address)) and address[:5].lower() == "http:" and not _is_loopback(address)


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, which may resolve to anything
        return False


def check_address(name: str, address: str) -> Iterator[str]:
    """Yield a sentence for each reason why an address of a setting cannot be used."""
    if not re.fullmatch(_ADDRESS, address):
        yield f"{name} is not an address. Write https://host or http://host:port."
    if address.endswith("/v1"):
        yield f"{name} ends in /v1, which Batchdesk adds itself. Remove it."


def accept_any(known: SecretFormat) -> SecretFormat:
    """Return the format of a secret for a service that uses others: any that fits into a header."""
    return replace(known, pattern=f"{known.pattern}|(?!{'|'.join(_KINDS)})[!-~]+")


def expect_key(known: SecretFormat, base_url: str, setting: str) -> SecretFormat:
    """Return the format of a key for the API at this address. `setting` names the address."""
    if re.match(_ANTHROPIC_HOST, base_url):
        return known
    pattern = "[!-~]+" if known == ANALYTICS_KEY else "(?!sk-ant-admin)[!-~]+"
    return replace(known, pattern=pattern, kind="key", source=f"the service that {setting} names")


def check_secret(name: str, secret: SecretStr | None, expected: SecretFormat) -> Iterator[str]:
    """Yield what is wrong with a secret, if something is."""
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


def show_entry(entry: str) -> str:
    """Return an entry as a message may quote it."""
    bare = entry.strip(_QUOTES)
    return "a secret" if bare.startswith(_SECRET_PREFIXES) or _kind(bare) else ascii(entry[:40])
