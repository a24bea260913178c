"""Every outcome of `retry`, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.registry import Outcome
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.confirmations import ConfirmationNeeded
from bot.operations.find_batch import Reference
from bot.results.causes import Cause
from tests.builders import BATCHES, ID, running
from tests.ui.draft_samples import LEFT_OUT
from tests.ui.samples import ENDED

RETRY_QUERY = Retry(Reference(ID))

LARGEST_CAUSES = (
    Cause("invalid_request_error", "prompt is too long: <n> tokens > <n> maximum", 26, ("a-0001",)),
    Cause("expired", "", 5, ("a-0200",)),
)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "retry_nothing": NothingToRetry(RETRY_QUERY, ENDED, ()),
    "retry_nothing_worth_it": NothingToRetry(RETRY_QUERY, ENDED, LEFT_OUT * 4),
    "retry_no_such_cause": NoSuchCause(replace(RETRY_QUERY, cause="overloaded"), ENDED, LARGEST_CAUSES),
    "retry_original_needed": OriginalNeeded(RETRY_QUERY, ENDED, 39),
    "retry_original_needed_for_a_cause": OriginalNeeded(replace(RETRY_QUERY, cause="expired"), ENDED, 5),
    "retry_other_file_needed": OriginalNeeded(
        replace(RETRY_QUERY, everything=True, file="F0123ABCD"), ENDED, 39, looked=True
    ),
    "retry_too_early": RetryTooEarly(RETRY_QUERY, running()),
    "retry_too_late": RetryTooLate(BATCHES["archived"]),
}
