"""The words for the result of a cancellation."""

from bot.api.models import MessageBatch
from bot.ui.components.text import number, quantity


def cancel_result_words(batch: MessageBatch) -> str:
    """Return how many requests were canceled and how many are billed.

    Only requests that succeeded are billed (docs.anthropic.com, Message Batches).
    """
    counts = batch.request_counts
    finished = counts.total - counts.canceled
    if counts.canceled == 0:
        return f"*Canceled too late:* all requests had already finished. {_billing_words(counts.succeeded)}"
    if finished == 0:
        return f"*Canceled:* {quantity(counts.canceled, 'request')}. Nothing is billed."
    canceled = f"*Canceled:* {quantity(counts.canceled, 'request')}."
    if finished == counts.succeeded:
        return f"{canceled} {number(finished)} had already succeeded and {'is' if finished == 1 else 'are'} billed."
    return f"{canceled} {number(finished)} had already finished. {_billing_words(counts.succeeded)}"


def billed_words(batch: MessageBatch) -> str:
    """Return which requests of a canceled batch are billed, below a line that has every count."""
    succeeded = batch.request_counts.succeeded
    late = "" if batch.request_counts.canceled else "The cancel came too late. "
    if succeeded == 0:
        return f"{late}Nothing is billed."
    which = "The one that succeeded is" if succeeded == 1 else f"The {number(succeeded)} that succeeded are"
    return f"{late}{which} billed."


def _billing_words(succeeded: int) -> str:
    if succeeded == 0:
        return "None succeeded, so nothing is billed."
    return f"{number(succeeded)} succeeded and {'is' if succeeded == 1 else 'are'} billed."
