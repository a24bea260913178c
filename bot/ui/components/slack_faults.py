"""The words for a call that Slack did not carry out: one next step for each meaning of its answer."""

from typing import assert_never

from bot.slack_faults import DEAD_TOKEN, MISSING_SCOPE, NOT_A_MEMBER, Meaning, SlackFault
from bot.ui.components.text import code

TRY_AGAIN = "Try again in a minute."
_HERE = {
    "is_archived": "An administrator must unarchive the channel or choose another one.",
    "messages_tab_disabled": "An administrator must turn on the Messages tab under *App Home* in the Slack app.",
    **dict.fromkeys(
        ("no_such_subteam", "subteam_not_found"),
        "An administrator must correct the id of the user group, which Slack doesn't know.",
    ),
    **dict.fromkeys(
        ("plan_upgrade_required", "paid_teams_only"),
        "An administrator must name people instead of user groups, which need a paid Slack plan.",
    ),
}


def render_remedy(fault: SlackFault | None) -> str:
    """Return the next step after a call that Slack did not carry out, as one sentence. No fault: no more is known."""
    if fault is None:
        return TRY_AGAIN
    match fault.meaning:
        case Meaning.PASSING:
            return TRY_AGAIN
        case Meaning.FOR_GOOD:
            return _administrators_step(fault)
        case Meaning.FORBIDDEN_HERE if fault.code in NOT_A_MEMBER:
            return "Invite me with `/invite @Batchdesk`, unless the channel is gone."
        case Meaning.FORBIDDEN_HERE if fault.code.startswith("restricted_action"):
            return "An administrator of the channel must let the app post there, or choose another channel."
        case Meaning.FORBIDDEN_HERE:
            return _HERE.get(
                fault.code, "Use another channel or a direct message, because Slack doesn't allow this here."
            )
        case Meaning.UNKNOWN:
            return "Give your administrator the error code, because trying again may not help."
        case unreachable:
            assert_never(unreachable)


def _administrators_step(fault: SlackFault) -> str:
    if fault.code in DEAD_TOKEN:
        return "An administrator must replace the token: reinstall the Slack app and set the new `SLACK_BOT_TOKEN`."
    if fault.code == MISSING_SCOPE:
        names = [code(scope.strip(), 80) for scope in fault.scopes.split(",") if scope.strip()]
        scope = f"the scope {' or '.join(names)}" if names else "the missing scope"
        return f"An administrator must add {scope} to the Slack app under *OAuth & Permissions* and reinstall it."
    return "An administrator of the Slack workspace must allow the app to do this first."
