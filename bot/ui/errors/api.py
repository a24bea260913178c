"""The words for a call that the Message Batches API did not carry out."""

import math
from typing import TypeGuard, assert_never

from bot.api.errors import (
    AnyApiError,
    ApiError,
    ApiRejected,
    ApiUnavailable,
    BatchNotFound,
    KeyRefused,
    NoAccessToken,
    RateLimited,
    RequestTooLarge,
    SpendLimitReached,
    WorkspaceUnchecked,
    WrongWorkspace,
)
from bot.operations.find_batch import PREFIX
from bot.ui.components.file_problems import BODY_LIMIT
from bot.ui.components.remedies import known_code_words
from bot.ui.components.text import code, context, quantity, quote_api, section
from bot.ui.reply import Message, Placement

_OVERLOADED = 529


def render_api_error(error: AnyApiError, *, acted: bool, subject: str | None = None) -> Message:
    """Return what the API did not do, with its own words and what its support needs to find the call.

    `acted`: the call was to change something, so an unanswered one may have done it. `subject`: what it was about.
    """
    words = _api_words(error, acted=acted, subject=subject)
    if error.message and not isinstance(error, BatchNotFound):
        words = f"{words}\n{_speaker(error)}: {quote_api(error.message)}"
    trace = _trace(error)
    return Message(words, (section(words), *([context(trace)] if trace else [])), placement=Placement.BELOW)


def _speaker(error: AnyApiError) -> str:
    """Return whose words follow: those of the API, of what answered in its place, or of the connection."""
    if isinstance(error, ApiRejected) and error.is_foreign:
        return "The answer"
    return "The API says" if error.status else "Reason"


def _api_words(error: AnyApiError, *, acted: bool, subject: str | None) -> str:
    match error:
        case BatchNotFound():
            return (
                f"There is no batch {code(error.batch_id)}. It was deleted, or the id has a typo. "
                "`/batch list` shows what there is."
            )
        case ApiRejected() if remedy := known_code_words(error):
            return f"The API refused this, and nothing was changed. {remedy}"
        case RequestTooLarge():
            return (
                "The API, or a proxy in front of it, refused this as too large. Nothing was changed. Send a smaller "
                f"file, or ask your administrator whether a proxy allows less than the API's {BODY_LIMIT}."
            )
        case NoAccessToken():
            return (
                "Batchdesk has no access token for the API. Nothing was changed. "
                "An administrator must run `python -m bot doctor`, which says what to fix."
            )
        case WrongWorkspace(found=None):
            return (
                "The API doesn't say which workspace Batchdesk's key is for. Nothing was changed. "
                "An administrator must run `python -m bot doctor`, which says what to set."
            )
        case WrongWorkspace():
            return (
                "Batchdesk's key is for another workspace of the API than the settings say. Nothing was changed. "
                "An administrator must check that key with `python -m bot doctor`."
            )
        case KeyRefused(status=403):
            return (
                "The API doesn't let Batchdesk's key do this. Nothing was changed. "
                "An administrator must check the permissions of that key with `python -m bot doctor`."
            )
        case KeyRefused():
            return (
                "The API refused Batchdesk's key. Nothing was changed. "
                "An administrator must check that key with `python -m bot doctor`."
            )
        case ApiRejected(is_foreign=True):
            return (
                "Something between Batchdesk and the API, such as a proxy, refused this. Nothing was changed. "
                "An administrator must check the network."
            )
        case ApiRejected():
            look = f" Check the batch with {_status_command(subject)}." if _is_batch(subject) else ""
            admin = "give your administrator the request id below" if error.request_id else "ask your administrator"
            return f"The API refused this, and nothing was changed.{look} If this goes on, {admin}."
        case SpendLimitReached():
            return (
                "Your organization reached its spend limit. Nothing was changed. "
                "Trying again won't help until an administrator raises the limit."
            )
        case RateLimited():
            return f"The API is getting too many calls. Nothing was changed. {_try_again(error)}"
        case WorkspaceUnchecked():
            return (
                "I couldn't check which workspace of the API Batchdesk's key is for. Nothing was changed. "
                f"{_try_again(error)}"
            )
        case ApiUnavailable():
            happened = _happened(error)
            if acted and error.may_have_happened:
                check = f"Check with {_status_command(subject)}" if _is_batch(subject) else "Check `/batch list`"
                return f"{happened} The change may have been made. {check} before you try again."
            return f"{happened} Nothing was changed. {_try_again(error)}"
        case unreachable:
            assert_never(unreachable)


def _is_batch(subject: str | None) -> TypeGuard[str]:
    return subject is not None and subject.startswith(PREFIX)


def _status_command(batch_id: str) -> str:
    return code(f"/batch status {batch_id}")


def _happened(error: ApiUnavailable) -> str:
    if error.status == _OVERLOADED:
        return "The Message Batches API is overloaded."
    return "The Message Batches API had an error." if error.status else "I couldn't reach the Message Batches API."


def _try_again(error: ApiError) -> str:
    if not error.retry_after:
        return "Try again in a minute."
    return f"Try again in {quantity(math.ceil(error.retry_after), 'second')}."


def _trace(error: AnyApiError) -> str:
    """Return the API's own type of the error, the status and the id of the call; of each only what is known."""
    parts = [code(error.kind, 60)] if error.status and error.kind != f"http_{error.status}" else []
    parts += [f"HTTP {error.status}"] if error.status else []
    parts += [f"request {code(error.request_id, 80)}"] if error.request_id else []
    return " · ".join(parts)
