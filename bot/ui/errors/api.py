"""The words for a call that the Message Batches API did not carry out."""

from typing import assert_never

from bot.api.errors import (
    AnyApiError,
    ApiRejected,
    ApiUnavailable,
    BatchNotFound,
    KeyRefused,
    RateLimited,
    SpendLimitReached,
)
from bot.ui.components.text import code, context, section
from bot.ui.reply import Message, Placement


def render_api_error(error: AnyApiError, *, acted: bool) -> Message:
    """Return what the API did not do, with what its support needs to find the call.

    `acted`: the call was to change something, so an unanswered one may have done it.
    """
    words = _api_words(error, acted=acted)
    return Message(words, (section(words), context(_trace(error))), placement=Placement.BELOW)


def _api_words(error: AnyApiError, *, acted: bool) -> str:
    wait = f" It asks to wait {error.retry_after:.0f} s." if error.retry_after else ""
    match error:
        case BatchNotFound():
            return (
                f"There is no batch {code(error.batch_id)} in this key's workspace: it was deleted, belongs to another "
                "workspace, or the id has a slip. `/batch list` shows what there is."
            )
        case KeyRefused():
            return (
                f"The API refused Batchdesk's key: {code(error.message)}\nNobody can mend this from Slack: "
                "tell whoever runs this bot to check `ANTHROPIC_API_KEY` (`python -m bot doctor`)."
            )
        case ApiRejected():
            return f"The API refused this: {code(error.message)}"
        case SpendLimitReached():
            reached = f"The organization's spend limit is reached: {code(error.message)}"
            return f"{reached}\nWaiting does not help; it has to be raised."
        case RateLimited():
            return f"The API has had too many calls from this organization.{wait} Try again then; nothing was changed."
        case ApiUnavailable():
            in_doubt = acted and error.may_have_happened
            changed = " Whether it was done is not known: look with `/batch status`." if in_doubt else ""
            return f"The Message Batches API gave no usable answer: {code(error.message)}{wait}{changed}"
        case unreachable:
            assert_never(unreachable)


def _trace(error: AnyApiError) -> str:
    parts = [code(error.kind, 60)]
    parts += [f"HTTP {error.status}"] if error.status else []
    parts += [f"request {code(error.request_id, 80)}"] if error.request_id else []
    return " · ".join(parts)
