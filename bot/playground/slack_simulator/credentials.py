"""Generated tokens and identifiers that look like Slack's."""

import secrets
import string
from dataclasses import dataclass

_ALPHANUMERIC = string.ascii_letters + string.digits


def random_digits(count: int) -> str:
    """Return a number of this many digits, as text, not starting with zero."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))


def random_letters(count: int, alphabet: str = _ALPHANUMERIC) -> str:
    """Return random characters."""
    return "".join(secrets.choice(alphabet) for _ in range(count))


def random_id(prefix: str) -> str:
    """Return an identifier such as V01ABCDEF23."""
    return f"{prefix}0{random_letters(9, string.ascii_uppercase + string.digits)}"


@dataclass(frozen=True)
class Credentials:
    """The credentials that an administrator copies from the app's settings pages."""

    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


def make_credentials(app_id: str) -> Credentials:
    """Return new credentials for one simulator."""
    return Credentials(
        bot_token=f"xoxb-{random_digits(12)}-{random_digits(13)}-{random_letters(24)}",
        app_token=f"xapp-1-{app_id}-{random_digits(13)}-{secrets.token_hex(32)}",
        signing_secret=secrets.token_hex(16),
        verification_token=random_letters(24),
    )
