"""What to do about a failed request: one line for each remedy."""

from bot.results.causes import Cause
from bot.results.lines import LineFault
from bot.results.remedies import CANCELED, EXPIRED, Remedy

_REMEDIES = {
    Remedy.FIX_REQUEST: "Fix the request: sent again as it is, it fails again.",
    Remedy.MAKE_SMALLER: "Make the request smaller: sent again as it is, it fails again.",
    Remedy.CHECK_NAME: "Check the name of the model (or file): the API does not know it.",
    Remedy.CHECK_KEY: "Check the API key that the batch was created with.",
    Remedy.ASK_PERMISSION: "Ask the organization's administrator: the key may not do this.",
    Remedy.ADD_CREDIT: "Ask for credit: the organization's payment has to be put right first.",
    Remedy.RAISE_LIMIT: "Raise the spend limit, or wait for the next month: until then it fails again.",
    Remedy.FIX_ACCOUNT: "Ask the organization's administrator: the account or its encryption key has to be put right.",
    Remedy.UPLOAD_AGAIN: "Upload the file again and name the new one: the old one has expired.",
    Remedy.RETRY: "Safe to retry as it is: the API had the trouble, not the request.",
    Remedy.RETRY_SLOWER: "Safe to retry as it is, more slowly.",
    Remedy.RETRY_SMALLER_BATCHES: "Safe to retry as it is: not processed within 24 hours; smaller batches get through.",
    Remedy.RETRY_IF_WANTED: "Never begun and not billed; retry it if it is still wanted.",
    Remedy.UNKNOWN: "This version of Batchdesk does not know this type; the words are the API's own.",
}
_FAULTS = {
    LineFault.NOT_JSON: "not JSON",
    LineFault.NO_CUSTOM_ID: "without a custom_id",
    LineFault.UNKNOWN_RESULT: "a result of an unknown type",
    LineFault.TOO_LONG: "too long",
    LineFault.CUT_OFF: "cut off",
}


def remedy_words(cause: Cause) -> str:
    """Return what to do about the failures of one cause."""
    if not cause.type:
        return "The API's error could not be read; look at the file."
    return _REMEDIES[cause.remedy]


def cause_name(cause: Cause) -> str:
    """Return the type of the API's error, or `expired` or `canceled` for a request that was never processed."""
    return {EXPIRED: "expired", CANCELED: "canceled"}.get(cause.type, cause.type or "unreadable error")


def fault_words(fault: LineFault) -> str:
    """Return why a line is not a result."""
    return _FAULTS[fault]
