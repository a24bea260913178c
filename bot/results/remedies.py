"""Find the remedy for a failure by the API's error type and code; bot.ui has the words."""

import re
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
    READ_MESSAGE = "read_message"
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

    @property
    def needs_account(self) -> bool:
        """Whether the same request may succeed once someone has put the account, or its key, right."""
        return self in _ABOUT_THE_ACCOUNT


_RETRYABLE = frozenset(
    {Remedy.RETRY, Remedy.RETRY_SLOWER, Remedy.RETRY_SMALLER_BATCHES, Remedy.RETRY_IF_WANTED},
)
_ABOUT_THE_ACCOUNT = frozenset(
    {
        Remedy.CHECK_KEY,
        Remedy.ASK_PERMISSION,
        Remedy.ADD_CREDIT,
        Remedy.RAISE_LIMIT,
        Remedy.FIX_ACCOUNT,
        Remedy.READ_MESSAGE,
    }
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

# Codes whose remedy differs from that of their type, or whose type has none. Source: the errors that the official SDK,
# anthropic 2.14, names for creates, results, messages and files.
_REMEDIES_BY_CODE = {
    **dict.fromkeys(SPEND_LIMITS, Remedy.RAISE_LIMIT),
    "linked_organization_spend_limit_reached": Remedy.RAISE_LIMIT,
    "linked_organization_billing_unavailable": Remedy.ADD_CREDIT,
    "ramp_limit_exceeded": Remedy.RETRY_SLOWER,
    "claude_code_key_creator_not_member": Remedy.CHECK_KEY,
    **dict.fromkeys(
        (
            "organization_on_hold",
            "workspace_human_review_disabled",
            "cmek_key_disabled",
            "cmek_key_network_blocked",
            "cmek_not_approved",
            "skill_read_blocked_undecryptable",
            "storage_quota_exceeded",
            "user_profile_not_billable",
            "user_profile_billing_not_authorized",
            "sandbox_egress_restricted",
        ),
        Remedy.FIX_ACCOUNT,
    ),
    **dict.fromkeys(("cmek_key_unreachable", "cmek_context_unavailable", "compaction_unavailable"), Remedy.RETRY),
    "image_dimensions_too_large": Remedy.MAKE_SMALLER,
    "request_body_too_large_after_decoding": Remedy.MAKE_SMALLER,
    "file_expired": Remedy.UPLOAD_AGAIN,
    "file_not_downloadable": Remedy.CHECK_NAME,
    **dict.fromkeys(
        (
            "available_tools_limit_exceeded",
            "tool_name_conflict",
            "tool_reference_unresolved",
            "compaction_block_ambiguous",
            "compaction_block_misplaced",
            "compaction_content_mismatch",
            "compaction_incomplete_turn",
            "compaction_nothing_to_summarize",
            "compaction_signature_invalid",
            "compaction_too_many_tool_references",
            "compaction_tool_changes_mismatch",
            "thread_already_continued",
            "thread_continue_in_flight",
            "thread_fingerprint_mismatch",
            "thread_not_found",
            "thread_unsupported_request",
            "user_profile_required",
            "user_profile_not_found",
            "request_body_encoding_unsupported",
            "request_body_encoding_invalid",
        ),
        Remedy.FIX_REQUEST,
    ),
}

# Keys of `params`, with which the API begins the path of what is wrong (docs.anthropic.com, Messages; anthropic 2.14).
_PARAMS = "|".join(
    (
        "billing_policy",
        "cache_control",
        "cache_hint",
        "compaction",
        "container",
        "context_hint",
        "context_management",
        "diagnostics",
        "fallbacks",
        "fallback_credit_token",
        "inference_geo",
        "max_tokens",
        "mcp_servers",
        "messages",
        "metadata",
        "model",
        "output_config",
        "output_format",
        "previous_thread_event_id",
        "research_preview_2026_02",
        "service_tier",
        "speed",
        "stop_sequences",
        "store",
        "stream",
        "system",
        "temperature",
        "thinking",
        "thread",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
        "user_profile_id",
    )
)
_STEPS = r"(?:\.[\w-]+|\.<n>|\[(?:\w+|<n>)\])"
# `messages.2.content.0: …`, `max_tokens: …`, "`temperature` is …", and the same in a generalized message. Of words that
# are not keys of params, only a path before a colon is a place: `name.0: …`, `a_name: …`.
_PLACE = re.compile(
    rf"""(?x)
    (?<![\w./-])(?:{_PARAMS}){_STEPS}
  | (?<![\w./-])(?=[a-z]+_)(?:{_PARAMS})\b
  | `(?:{_PARAMS}){_STEPS}*`
  | ^(?:{_PARAMS}):\s
  | ^(?=[a-z]+[_.\[])[a-z]\w*{_STEPS}*:\s
    """
)

# Messages of an `invalid_request_error` that say what is wrong without a place (docs.anthropic.com, Errors). A message
# that the API rewords has the remedy READ_MESSAGE.
_SAID_PLAINLY = (
    (re.compile(r"(?i)\b(?:prompt|input) is too long\b"), Remedy.MAKE_SMALLER),
    (re.compile(r"(?i)\bcredit balance is too low\b"), Remedy.ADD_CREDIT),
)


def names_place(message: str) -> bool:
    """Return whether the API's message, whole or generalized, names a place in the request: a path or a parameter."""
    return _PLACE.search(message) is not None


def find_remedy(error_type: str, code: str = "", message: str = "") -> Remedy:
    """Return the remedy for an error.

    `error_type` is `result.error.error.type`, or the outcome `expired` or `canceled`. `code` is its
    `details.error_code`, which few errors have. An `invalid_request_error` without a code is known to be the request's
    fault only if `message` names a place in it or says so: lacking credit and a limit of one's own have the same type.
    """
    if (by_code := _REMEDIES_BY_CODE.get(code)) is not None:
        return by_code
    remedy = _REMEDIES.get(error_type, Remedy.UNKNOWN)
    if remedy is Remedy.FIX_REQUEST and not names_place(message):
        return next((known for words, known in _SAID_PLAINLY if words.search(message)), Remedy.READ_MESSAGE)
    return remedy
