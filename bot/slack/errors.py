"""The errors that a call to Slack can raise: what they say about the call, and how to log them."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack_faults import MISSING_SCOPE, PASSING, Meaning, SlackFault, find_meaning

SLACK_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments", "view_too_large"}
)
"""Codes that refuse the content of a message or a view."""


class UnusableAnswer(aiohttp.ClientError):
    """An answer that is not Slack's JSON: cut off, or the page of something in between."""


class Redirected(aiohttp.ClientError):
    """Something in between sent the call elsewhere, which Slack itself never does."""


_NEVER_SENT = (
    Redirected,
    aiohttp.ClientConnectorError,  # refused, no such host, TLS failed, proxy not reached
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
# The first class that fits names the failure.
_NAMES: tuple[tuple[type[BaseException], str], ...] = (
    (Redirected, "redirected"),
    (aiohttp.ClientConnectorDNSError, "host not found"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorCertificateError, "TLS failed"),
    (aiohttp.ClientProxyConnectionError, "proxy not reached"),
    (aiohttp.ClientHttpProxyError, "refused by the proxy"),
    (aiohttp.ClientConnectorError, "connection refused"),
    (TimeoutError, "timeout"),
    (aiohttp.ServerDisconnectedError, "connection lost"),
    (aiohttp.ClientOSError, "connection lost"),
    (aiohttp.ClientPayloadError, "answer cut off"),
    (ConnectionError, "connection lost"),
)


def describe_error(error: BaseException) -> str:
    """Return Slack's error code, or the kind of failure; never the request, which may hold a secret."""
    if isinstance(error, SlackApiError):
        answer = _read_answer(error)
        return "an answer that is not Slack's" if answer is None else str(answer.get("error", "no reason given"))
    if isinstance(error, UnusableAnswer):
        return "an answer that is not Slack's"
    return next((name for kind, name in _NAMES if isinstance(error, kind)), type(error).__name__)


def read_fault(error: BaseException) -> SlackFault:
    """Return what a failed call means. A call without an answer of Slack's may work a minute later."""
    code = get_code(error)
    if not code:
        return SlackFault(Meaning.PASSING, describe_error(error))
    status = error.response.status_code if isinstance(error, SlackApiError) else 200
    meaning = Meaning.PASSING if status == 429 or status >= 500 else find_meaning(code)
    answer = (_read_answer(error) if isinstance(error, SlackApiError) else None) or {}
    return SlackFault(meaning, code, str(answer.get("needed") or "") if code == MISSING_SCOPE else "")


def get_code(error: BaseException) -> str | None:
    """Return Slack's error code, or None if the error is not an answer of Slack's."""
    answer = _read_answer(error) if isinstance(error, SlackApiError) else None
    return str(answer.get("error", "")) if answer is not None else None


def was_never_sent(error: BaseException) -> bool:
    """Return whether the call failed before a byte of it reached Slack."""
    return isinstance(error, _NEVER_SENT)


def is_lost(error: BaseException) -> bool:
    """Return whether the call was sent and no usable answer came: Slack may have carried it out."""
    return get_code(error) is None and not was_never_sent(error)


def may_have_happened(error: BaseException) -> bool:
    """Return whether Slack may have carried out a call that ended with this error."""
    code = get_code(error)
    if code is None:
        return is_lost(error)
    status = error.response.status_code if isinstance(error, SlackApiError) else 200
    return status >= 500 or code in PASSING


def _read_answer(error: SlackApiError) -> dict[str, object] | None:
    answer = getattr(error.response, "data", None)  # text from a proxy, or None if the body was never read
    return answer if isinstance(answer, dict) else None
