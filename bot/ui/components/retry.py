"""The Retry button of a cause, and what a retry leaves out."""

from bot.commands.retry import Retry
from bot.operations.drafts import AccountCause, LeftOutCause
from bot.operations.find_batch import Reference
from bot.results.causes import Cause
from bot.ui.components.buttons import button
from bot.ui.components.remedies import cause_name
from bot.ui.components.text import code, one_line, quantity
from bot.ui.reply import Block, Viewer

MOST_CAUSES = 5
CAUSES_FOR_READERS = "Only readers see causes of failure. `BATCHDESK_READERS` names them."


def retry_words(failed: int) -> tuple[str, str]:
    """Return the label of the button that retries a batch, and what a screen reader reads.

    `failed`: the requests that errored or expired; without any, those that were canceled are retried.
    """
    return ("Retry failures", "Retry failures") if failed else ("Retry canceled", "Retry canceled requests")


def retry_button(cause: Cause, reference: Reference) -> Block:
    """Return the button that retries the requests that failed with one cause."""
    spoken = f"Retry {quantity(cause.count, 'request')}: {one_line(cause_name(cause), 40)}"
    return button("Retry these", Retry(reference, cause=cause.key.short), spoken=spoken)


def left_out_lines(left: tuple[LeftOutCause, ...], viewer: Viewer, *, start: str = "Left out ") -> list[str]:
    """Return a line for each cause that the retry leaves out; for those who are no readers, one without causes."""
    if left and not viewer.reads_contents:
        return [f"{start}{quantity(sum(one.count for one in left), 'request')} that would fail again"]
    lines = [
        f"{start}{quantity(one.count, 'request')} that failed with {_error_words(one)}" for one in left[:MOST_CAUSES]
    ]
    more = sum(one.count for one in left[MOST_CAUSES:])
    return [*lines, *([f"{start}{quantity(more, 'more request')} with other causes"] if more else [])]


def account_lines(causes: tuple[AccountCause, ...], viewer: Viewer) -> list[str]:
    """Return a line for each retried cause that ends only once the account is put right, with the API's words whole.

    Those who are no readers get one line without causes.
    """
    if causes and not viewer.reads_contents:
        failed = quantity(sum(one.count for one in causes), "request")
        return [f"{failed} may have failed because of the account. Ask a reader for the cause before you send"]
    lines = [
        f"{quantity(one.count, 'request')} failed with {_error_words(one, 600)}\n"
        "If the account is the cause, send once that is fixed"
        for one in causes[:MOST_CAUSES]
    ]
    more = sum(one.count for one in causes[MOST_CAUSES:])
    return [*lines, *([f"{quantity(more, 'more request')} failed with other causes of this kind"] if more else [])]


def _error_words(one: LeftOutCause | AccountCause, limit: int = 120) -> str:
    if not one.type:
        return "an unreadable error"
    return f"{code(one.type)} ({code(one.message, limit)})" if one.message else code(one.type)


def unreadable_failures_words(failures: int) -> str:
    """Return how many failures cannot be retried because they could not be read from the results."""
    return f"{quantity(failures, 'failure')} couldn't be read from the results"
