"""Find the remedy for a failure by the API's error type and code; bot.ui has the words."""

from enum import Enum

from bot.api.errors import SPEND_LIMITS

EXPIRED = "expired"
CANCELED = "canceled"


class Remedy(Enum):
    """What a person can do about a failed request."""

    FIX_REQUEST = "fix_request"
    MAKE_SMALLER = "make_smaller"
    CHECK_NAME = "check_name"
    CHECK_KEY = "check_key"
    ASK_PERMISSION = "ask_permission"
    ADD_CREDIT = "add_credit"
    RAISE_LIMIT = "raise_limit"
    FIX_ACCOUNT = "mend_account"  # the value appears in files of causes, so it stays
    UPLOAD_AGAIN = "upload_again"
    RETRY = "retry"
    RETRY_SLOWER = "retry_slower"
    RETRY_SMALLER_BATCHES = "retry_smaller_batches"
    RETRY_IF_WANTED = "retry_if_wanted"
    UNKNOWN = "unknown"

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed when it is sent again unchanged."""
        return self in _RETRYABLE


_RETRYABLE = frozenset(
    {Remedy.RETRY, Remedy.RETRY_SLOWER, Remedy.RETRY_SMALLER_BATCHES, Remedy.RETRY_IF_WANTED},
)
# Source of the types: docs.anthropic.com, Errors. `expired` and `canceled` are outcomes without an error.
_REMEDIES = {
    "invalid_request_error": Remedy.FIX_REQUEST,
    "request_too_large": Remedy.MAKE_SMALLER,
    "not_found_error": Remedy.CHECK_NAME,
    "authentication_error": Remedy.CHECK_KEY,
    "permission_error": Remedy.ASK_PERMISSION,
    "billing_error": Remedy.ADD_CREDIT,
    "overloaded_error": Remedy.RETRY,
    "api_error": Remedy.RETRY,
    "timeout_error": Remedy.RETRY,
    "conflict_error": Remedy.RETRY,
    "rate_limit_error": Remedy.RETRY_SLOWER,
    EXPIRED: Remedy.RETRY_SMALLER_BATCHES,
    CANCELED: Remedy.RETRY_IF_WANTED,
}

# Codes whose remedy differs from that of their type. Source: the errors of the official SDK, anthropic 2.12.
_REMEDIES_BY_CODE = {
    **dict.fromkeys(SPEND_LIMITS, Remedy.RAISE_LIMIT),
    "linked_organization_spend_limit_reached": Remedy.RAISE_LIMIT,
    "linked_organization_billing_unavailable": Remedy.ADD_CREDIT,
    "user_profile_not_billable": Remedy.ADD_CREDIT,
    "image_dimensions_too_large": Remedy.MAKE_SMALLER,
    "file_expired": Remedy.UPLOAD_AGAIN,
    "organization_on_hold": Remedy.FIX_ACCOUNT,
    "cmek_key_disabled": Remedy.FIX_ACCOUNT,
    "cmek_key_network_blocked": Remedy.FIX_ACCOUNT,
}


def find_remedy(error_type: str, code: str = "") -> Remedy:
    """Return the remedy for an error.

    `error_type` is `result.error.error.type`, or the outcome `expired` or `canceled`. `code` is its
    `details.error_code`, which few errors have.
    """
    return _REMEDIES_BY_CODE.get(code) or _REMEDIES.get(error_type, Remedy.UNKNOWN)
