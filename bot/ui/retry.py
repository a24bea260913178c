"""Why there is nothing to retry, or what is missing for it, in words."""

from msgspec.structs import replace

from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.operations.drafts import Left
from bot.operations.find_batch import Reference
from bot.results.causes import Cause
from bot.ui.buttons import actions, button
from bot.ui.remedies import cause_name
from bot.ui.reply import Block, Message, Viewer
from bot.ui.result_causes import cause_line
from bot.ui.text import code, counted, inline, plain, section

MOST_CAUSES = 5


NoRetry = NothingToRetry | NoSuchCause | OriginalNeeded | RetryTooEarly | RetryTooLate


def render_no_retry(outcome: NoRetry, viewer: Viewer) -> Message:
    """Say why no new batch is offered, and what helps."""
    words = _words(outcome)
    return Message(words, (section(words), *actions(_offer(outcome))))


def retry_button(cause: Cause, reference: Reference) -> Block:
    """Return the button that sends again what failed with one cause."""
    label = "Retry these" if cause.retryable else "Retry anyway"
    says = f"Retry {counted(cause.count, 'request')}: {plain(cause_name(cause), 40)}"
    return button(label, Retry(reference, cause=cause.key.short), says=says)


def _offer(outcome: NoRetry) -> list[Block]:
    match outcome:
        case RetryTooEarly():
            return [button("Try again", outcome.query, renew=True)]
        case NothingToRetry() if outcome.left:
            return [button("Retry them all the same", replace(outcome.query, everything=True), renew=True)]
        case NoSuchCause():
            return [button("Retry failures", replace(outcome.query, cause=None))]
        case _:
            return []


def left_lines(left: tuple[Left, ...]) -> list[str]:
    """Return what is left out, cause by cause."""
    lines = [
        f"left out: {counted(one.count, 'request')} that failed with {code(one.type)} {inline(one.message, 120)}"
        for one in left[:MOST_CAUSES]
    ]
    more = sum(one.count for one in left[MOST_CAUSES:])
    return [*lines, *([f"left out: {counted(more, 'more request')} with other causes"] if more else [])]


def unread_words(failures: int) -> str:
    """Return how many failures nobody can send again, because nobody knows which they are."""
    return f"{counted(failures, 'failure')} that the batch counts could not be read from its results"


def _words(outcome: NoRetry) -> str:
    batch = code(outcome.batch.id, 100)
    match outcome:
        case NothingToRetry(left=(), unread=0):
            return f"Nothing failed in {batch}, so there is nothing to retry."
        case NothingToRetry(left=()):
            return f"Nothing in {batch} can be retried: {unread_words(outcome.unread)}."
        case NothingToRetry():
            causes = "\n".join([*left_lines(outcome.left), *([unread_words(outcome.unread)] if outcome.unread else [])])
            return f"What failed in {batch} would fail again as it is, so nothing is sent:\n{causes}"
        case NoSuchCause():
            causes = "\n".join(cause_line(cause) for cause in outcome.causes[:MOST_CAUSES])
            named = code(outcome.query.cause or "", 64)
            return f"Nothing in {batch} failed with {named}. The largest causes there are:\n{causes}"
        case OriginalNeeded():
            return _original_needed(outcome)
        case RetryTooEarly():
            return f"{batch} has not ended, so what fails is not known yet."
        case RetryTooLate():
            return f"The results of {batch} are no longer kept, so nobody knows which requests failed."


def _original_needed(outcome: OriginalNeeded) -> str:
    batch, again = code(outcome.batch.id, 100), replace(outcome.query, file=None).spell()
    why = (
        "none of them is in the file that you named"
        if outcome.looked
        else "I do not have them: the batch was made elsewhere, or they are not kept any more, and the API gives no "
        "requests back"
    )
    return (
        f"{counted(outcome.requests, 'request')} of {batch} could be retried, but {why}. Share the original file, then "
        f"type {code(f'/batch {again} --file FILE-LINK', 200)}."
    )
