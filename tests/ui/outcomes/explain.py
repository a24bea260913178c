"""Every outcome of `explain`, by the name of its golden message."""

from decimal import Decimal

from msgspec.structs import replace

from bot.commands.approve import Approve
from bot.commands.audit import Audit
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.registry import Outcome
from bot.commands.results import Results
from bot.commands.send import Send
from bot.commands.show import Show
from bot.commands.status import Status
from bot.confirmations import ConfirmationNeeded
from bot.explanations import Explained, SendLimits, explain_facts
from bot.operations.approval import ApprovalLimit, Sent
from bot.permissions import CallerFacts, Rules
from bot.settings.workspaces import SettingPlace
from bot.slack_faults import Meaning, SlackFault
from tests.builders import ADA, AT_HOME, BEN

GROUP = frozenset({"S0TEAM"})
FAULT = SlackFault(Meaning.PASSING, "fatal_error")
PLACES = {
    "operators": SettingPlace("BATCHDESK_OPERATORS"),
    "admins": SettingPlace("BATCHDESK_ADMINS", default="the operators"),
    "approvers": SettingPlace("approvers", "workspaces.toml", 12),
    "readers": SettingPlace("BATCHDESK_READERS", default="everyone"),
    "channels": SettingPlace("channels", "workspaces.toml", 9),
    "allow_guests": SettingPlace("BATCHDESK_ALLOW_GUESTS", default="false"),
    "allow_external": SettingPlace("BATCHDESK_ALLOW_EXTERNAL", default="false"),
    "spend_limit": SettingPlace("BATCHDESK_SPEND_LIMIT"),
    "request_limit": SettingPlace("request_limit", "workspaces.toml", 14),
    "monthly_budget": SettingPlace("BATCHDESK_MONTHLY_BUDGET"),
}
OPEN = Rules(operators=frozenset({"U0ADA"}) | GROUP, admins=frozenset({"U0ADA"}) | GROUP, places=PLACES)
NARROW = replace(OPEN, channels=frozenset({"C0BATCHES"}), approvers=frozenset({"U0BEN"}))
SEVERAL = replace(NARROW, known_channels=frozenset({"C0BATCHES", "C0DEV"}), readers=frozenset({"U0BEN"}))
MEMBER, GUEST = CallerFacts(), CallerFacts(is_guest=True)
LIMIT = ApprovalLimit(Decimal(50), 1_000, Decimal(500))


def _of_ben(explained: Explained) -> Explained:
    return replace(explained, is_self=False)


OUTCOMES: dict[str, Outcome | Explained | ConfirmationNeeded] = {
    "explain_self": explain_facts(Delete, ADA, MEMBER, OPEN),
    "explain_of_group": _of_ben(explain_facts(Cancel, BEN, CallerFacts(groups=GROUP), NARROW)),
    "explain_everyone": explain_facts(Results, ADA, MEMBER, OPEN),
    "explain_reading": _of_ben(explain_facts(Show, BEN, MEMBER, OPEN)),
    "explain_open_command": explain_facts(Status, ADA, MEMBER, NARROW),
    "explain_at_home": explain_facts(Status, AT_HOME, MEMBER, OPEN),
    "explain_sending": replace(
        explain_facts(Send, ADA, MEMBER, OPEN), limits=SendLimits(LIMIT, Sent(Decimal("12.4"), 340))
    ),
    "explain_sending_nothing_yet": replace(
        explain_facts(Send, ADA, MEMBER, OPEN), limits=SendLimits(ApprovalLimit(None, 1_000), Sent())
    ),
    "explain_approving": _of_ben(explain_facts(Approve, BEN, MEMBER, NARROW)),
    "explain_wrong_channel": explain_facts(
        Delete,
        replace(ADA, channel="C0GENERAL"),
        MEMBER,
        NARROW,
    ),
    "explain_wrong_channel_at_home": explain_facts(Delete, AT_HOME, MEMBER, NARROW),
    "explain_channel_of_another_workspace": explain_facts(Delete, replace(ADA, channel="C0DEV"), MEMBER, SEVERAL),
    "explain_no_role": explain_facts(Status, replace(AT_HOME, user="U0EVE"), MEMBER, SEVERAL),
    "explain_role": _of_ben(explain_facts(Status, replace(BEN, channel="D0BEN", is_direct=True), MEMBER, SEVERAL)),
    "explain_guest": _of_ben(explain_facts(Status, BEN, GUEST, OPEN)),
    "explain_guest_reads_nothing": _of_ben(explain_facts(Results, BEN, GUEST, replace(OPEN, allow_guests=True))),
    "explain_guest_shown_nothing": _of_ben(explain_facts(Show, BEN, GUEST, replace(OPEN, allow_guests=True))),
    "explain_outsider": _of_ben(explain_facts(Status, BEN, CallerFacts(is_outsider=True), OPEN)),
    "explain_person_unknown": _of_ben(
        explain_facts(Cancel, BEN, CallerFacts(is_outsider=None, person_fault=FAULT), OPEN)
    ),
    "explain_external_channel": explain_facts(Cancel, ADA, CallerFacts(is_external_channel=True), OPEN),
    "explain_external_unknown": explain_facts(
        Cancel, ADA, CallerFacts(is_external_channel=None, channel_fault=FAULT), OPEN
    ),
    "explain_channel_hidden": explain_facts(
        Cancel, ADA, CallerFacts(is_external_channel=None, sees_channel=False), OPEN
    ),
    "explain_not_operator": _of_ben(explain_facts(Cancel, BEN, MEMBER, OPEN)),
    "explain_not_admin": _of_ben(explain_facts(Audit, BEN, MEMBER, OPEN)),
    "explain_not_approver": explain_facts(Approve, ADA, MEMBER, NARROW),
    "explain_group_unknown": _of_ben(
        explain_facts(Cancel, BEN, CallerFacts(unknown_groups=GROUP, group_faults={"S0TEAM": FAULT}), OPEN)
    ),
}
