"""What Slack's error codes mean: one table for all code that decides about a refused call or describes it."""

from enum import Enum

from msgspec import Struct


class Meaning(Enum):
    """What a refusal says about the same call, made again."""

    PASSING = "Slack has trouble now, and may answer a minute later"
    FOR_GOOD = "refused until an administrator changes the token, the app or the workspace"
    FORBIDDEN_HERE = "refused for this channel, person, group, file or plan, and not for others"
    UNKNOWN = "refused for a reason that is not known, which may be the call itself"


class SlackFault(Struct, frozen=True):
    """Why Slack did not carry a call out. `code` is Slack's own word, or the kind of failure, such as `timeout`.

    `scopes`: those that the token lacks, as Slack names them.
    """

    meaning: Meaning
    code: str
    scopes: str = ""

    def __str__(self) -> str:
        return f"{self.code} ({self.scopes})" if self.scopes else self.code


RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "accesslimited"})
MISSING_SCOPE = "missing_scope"
DEAD_TOKEN = frozenset(
    {"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "app_uninstalled"}
)
"""Codes of a token that no call works with (docs.slack.dev, auth.test)."""
NOT_A_MEMBER = frozenset({"channel_not_found", "not_in_channel"})
"""Codes of conversations.info that say the bot is not in the channel. Every other error says nothing about that."""
NO_SUCH_PERSON = frozenset({"user_not_found", "users_not_found"})
PASSING = (
    frozenset(
        {
            "fatal_error",
            "file_update_failed",
            "internal_error",
            "operation_timeout",
            "request_timeout",
            "service_unavailable",
            "team_added_to_org",
        }
    )
    | RATE_LIMITED
)
FOR_GOOD = (
    frozenset(
        {
            MISSING_SCOPE,
            "access_denied",
            "app_not_allowed",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_app_token",
            "invalid_token",
            "invalid_token_type",
            "link_disabled",
            "no_permission",
            "not_allowed_token_type",
            "not_enabled",
            "org_login_required",
            "team_access_not_granted",
            "team_disabled",
            "two_factor_setup_required",
        }
    )
    | DEAD_TOKEN
)
CLOSED_PLACE = (
    frozenset(
        {
            "account_inactive_recipient",
            "cannot_dm_bot",
            "is_archived",
            "is_inactive",
            "messages_tab_disabled",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "user_disabled",
        }
    )
    | NOT_A_MEMBER
    | NO_SUCH_PERSON
)
"""Codes for a channel or person that the bot can probably never post to (docs.slack.dev, chat.postMessage)."""
FORBIDDEN_HERE = (
    frozenset(
        {
            "channel_is_mpim",
            "channel_type_not_supported",
            "file_deleted",
            "file_not_found",
            "method_not_supported_for_channel_type",
            "no_such_subteam",
            "not_in_group",
            "paid_teams_only",
            "plan_upgrade_required",
            "subteam_not_found",
            "user_is_bot",
            "user_not_in_channel",
            "user_not_visible",
        }
    )
    | CLOSED_PLACE
)


def find_meaning(code: str) -> Meaning:
    """Return what one of Slack's error codes means. Whatever begins with `restricted_action` is about the place."""
    if code in PASSING:
        return Meaning.PASSING
    if code in FOR_GOOD:
        return Meaning.FOR_GOOD
    if code in FORBIDDEN_HERE or code.startswith("restricted_action"):
        return Meaning.FORBIDDEN_HERE
    return Meaning.UNKNOWN
