"""Made-up tokens and identifiers that look like Slack's."""

import secrets
import string
from dataclasses import dataclass

_ALPHANUMERIC = string.ascii_letters + string.digits


def digits(count: int) -> str:
    """A number of this many digits, as text, not starting with zero."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))


def letters(count: int, alphabet: str = _ALPHANUMERIC) -> str:
    """Random characters."""
    return "".join(secrets.choice(alphabet) for _ in range(count))


def slack_id(prefix: str) -> str:
    """An identifier such as V01ABCDEF23."""
    return f"{prefix}0{letters(9, string.ascii_uppercase + string.digits)}"


@dataclass(frozen=True)
class Credentials:
    """What an administrator would copy from the app's settings pages."""

    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


def made_up_credentials(app_id: str) -> Credentials:
    """Fresh ones for one simulator."""
    return Credentials(
        bot_token=f"xoxb-{digits(12)}-{digits(13)}-{letters(24)}",
        app_token=f"xapp-1-{app_id}-{digits(13)}-{secrets.token_hex(32)}",
        signing_secret=secrets.token_hex(16),
        verification_token=letters(24),
    )
