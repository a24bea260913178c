"""What a cancellation came to, in words."""

from bot.api.models import MessageBatch
from bot.ui.components.text import counted, number


def canceled_words(batch: MessageBatch) -> str:
    """Say what a cancel really did: only requests that succeeded are billed (docs.anthropic.com, Message Batches)."""
    counts = batch.request_counts
    finished = counts.total - counts.canceled
    if counts.canceled == 0:
        return f"*The cancel* came too late for all of them; {_billed(counts.succeeded)}."
    if finished == 0:
        return f"*The cancel* stopped all {counted(counts.canceled, 'request')}; nothing is billed."
    return (
        f"*The cancel* stopped {counted(counts.canceled, 'request')}; {number(finished)} had finished anyway, "
        f"and {_billed(counts.succeeded)}."
    )


def _billed(succeeded: int) -> str:
    if succeeded == 0:
        return "nothing is billed, because none succeeded"
    return f"{number(succeeded)} that succeeded {'is' if succeeded == 1 else 'are'} billed"
