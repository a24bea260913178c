"""What to do about a failed request: one line for each remedy."""

from bot.api.errors import ApiError, ApiRejected, KeyRefused
from bot.results.causes import Cause
from bot.results.lines import LineFault
from bot.results.remedies import CANCELED, EXPIRED, Remedy, find_remedy

_REMEDIES = {
    Remedy.FIX_REQUEST: "Needs a fix. Retrying as is will fail again.",
    Remedy.MAKE_SMALLER: "Make the request smaller. Retrying as is will fail again.",
    Remedy.CHECK_NAME: "Check the model or file name. The API doesn't know it.",
    Remedy.CHECK_KEY: "Check the API key that created the batch.",
    Remedy.ASK_PERMISSION: "The API key lacks permission. Ask your organization's administrator.",
    Remedy.ADD_CREDIT: "The organization has a billing problem. Retry when an administrator has fixed it.",
    Remedy.RAISE_LIMIT: "The spend limit was reached. Retry when it is raised, or next month.",
    Remedy.FIX_ACCOUNT: "The account or its encryption key has a problem. Ask your organization's administrator.",
    Remedy.READ_MESSAGE: "Read the message below. Fix the request or the account, then retry.",
    Remedy.UPLOAD_AGAIN: "The file has expired. Upload it again and use the new one.",
    Remedy.RETRY: "Safe to retry: temporary API error.",
    Remedy.RETRY_SLOWER: "Safe to retry, with fewer requests at a time.",
    Remedy.RETRY_SMALLER_BATCHES: "Safe to retry: not processed within 24 hours. Smaller batches finish sooner.",
    Remedy.RETRY_IF_WANTED: "Never started, not billed. Safe to retry.",
    Remedy.UNKNOWN: "Batchdesk doesn't know this error. Read the API's message before you retry.",
}
_STEPS_BEFORE_SENDING = {
    Remedy.CHECK_KEY: "An administrator must check the API key.",
    Remedy.ASK_PERMISSION: "An administrator must give the API key the permission.",
    Remedy.ADD_CREDIT: "An administrator must add credit.",
    Remedy.RAISE_LIMIT: "An administrator must raise the spend limit.",
    Remedy.FIX_ACCOUNT: "An administrator must fix the account or its encryption key.",
}
_FAULTS = {
    LineFault.NOT_JSON: "is not JSON",
    LineFault.NO_CUSTOM_ID: "has no `custom_id`",
    LineFault.UNKNOWN_RESULT: "has an unknown result type",
    LineFault.TOO_LONG: "is too long",
    LineFault.CUT_OFF: "is cut off",
}


def remedy_words(cause: Cause) -> str:
    """Return what to do about the failures of one cause."""
    if not cause.type:
        return "The error couldn't be read. Check the results file."
    if cause.remedy is Remedy.READ_MESSAGE and not cause.message:
        return "The API gave no reason. Fix the request or the account, then retry."
    return _REMEDIES[cause.remedy]


def known_code_words(error: ApiError) -> str:
    """Return what to do about a refused call whose code says more than its type; empty without such a code."""
    if error.code is None or (remedy := find_remedy("", error.code)) is Remedy.UNKNOWN:
        return ""
    return _REMEDIES[remedy]


def step_before_sending(error: ApiRejected) -> str:
    """Return what must be done before a refused create can be sent again, as one sentence."""
    remedy = find_remedy(error.kind, error.code or "", error.message)
    if remedy not in _STEPS_BEFORE_SENDING and isinstance(error, KeyRefused):
        remedy = Remedy.CHECK_KEY
    return _STEPS_BEFORE_SENDING.get(remedy, "The API names no request, so the account may be the cause.")


def cause_name(cause: Cause) -> str:
    """Return the type of the API's error, or `expired` or `canceled` for a request that was never processed."""
    return {EXPIRED: "expired", CANCELED: "canceled"}.get(cause.type, cause.type or "unreadable error")


def fault_words(fault: LineFault) -> str:
    """Return why a line is not a result."""
    return _FAULTS[fault]
