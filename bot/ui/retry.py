"""Why there is nothing to retry, or what is missing for it, in words."""

from bot.commands.drafting import Left
from bot.commands.references import Reference
from bot.commands.retry import NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.ui.buttons import actions, button
from bot.ui.reply import Message, Viewer
from bot.ui.text import code, counted, inline, section

MOST_CAUSES = 5


def render_no_retry(outcome: NothingToRetry | OriginalNeeded | RetryTooEarly | RetryTooLate, viewer: Viewer) -> Message:
    """Say why no new batch is offered, and what helps."""
    words = _words(outcome)
    again = Retry(Reference(outcome.batch.id), everything=isinstance(outcome, NothingToRetry))
    offer = []
    if isinstance(outcome, RetryTooEarly):
        offer = [button("Try again", again, renew=True)]
    elif isinstance(outcome, NothingToRetry) and outcome.left:
        offer = [button("Retry them all the same", again, renew=True)]
    return Message(words, (section(words), *actions(offer)))


def left_lines(left: tuple[Left, ...]) -> list[str]:
    """Return what is left out, cause by cause."""
    lines = [
        f"left out: {counted(one.count, 'request')} that failed with {code(one.type)} {inline(one.message, 120)}"
        for one in left[:MOST_CAUSES]
    ]
    more = sum(one.count for one in left[MOST_CAUSES:])
    return [*lines, *([f"left out: {counted(more, 'more request')} with other causes"] if more else [])]


def _words(outcome: NothingToRetry | OriginalNeeded | RetryTooEarly | RetryTooLate) -> str:
    batch = code(outcome.batch.id, 100)
    match outcome:
        case NothingToRetry(left=()):
            return f"Nothing failed in {batch}, so there is nothing to retry."
        case NothingToRetry():
            causes = "\n".join(left_lines(outcome.left))
            return f"What failed in {batch} would fail again as it is, so nothing is sent:\n{causes}"
        case OriginalNeeded():
            return (
                f"{counted(outcome.requests, 'request')} of {batch} could be retried, but I do not have them: the "
                "batch was made elsewhere, or they are not kept any more, and the API gives no requests back. Share "
                f"the original file, then type {code(f'/batch retry {outcome.batch.id} --file FILE-LINK', 160)}."
            )
        case RetryTooEarly():
            return f"{batch} has not ended, so what fails is not known yet."
        case RetryTooLate():
            return f"The results of {batch} are no longer kept, so nobody knows which requests failed."
