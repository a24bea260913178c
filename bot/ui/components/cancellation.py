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
        return f"*The cancel* came too late for all of them; {_billing_words(counts.succeeded)}."
    if finished == 0:
        return f"*The cancel* stopped all {quantity(counts.canceled, 'request')}; nothing is billed."
    return (
        f"*The cancel* stopped {quantity(counts.canceled, 'request')}; {number(finished)} had finished anyway, "
        f"and {_billing_words(counts.succeeded)}."
    )


def _billing_words(succeeded: int) -> str:
    if succeeded == 0:
        return "nothing is billed, because none succeeded"
    return f"{number(succeeded)} that succeeded {'is' if succeeded == 1 else 'are'} billed"
