"""Who may do what: rules on what is known about a caller, without I/O."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from msgspec import Struct

from bot.caller import Caller, UserId
from bot.commands.base import Permission
from bot.errors import ExpectedError
from bot.settings.workspaces import SettingPlace
from bot.slack_faults import SlackFault

EVERYONE = "*"


class Rules(Struct, frozen=True):
    """What the administrator set: Slack ids of people (U…, W…) and user groups (S…), or `*`, and ids of channels.

    Without `approvers`, operators approve. `*` never includes guests and people of other organizations.
    """

    operators: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset({EVERYONE})
    channels: frozenset[str] = frozenset()
    allow_guests: bool = False
    allow_external: bool = False
    known_channels: frozenset[str] | None = None
    """The channels of all workspaces, where there are several: then people with a role are answered outside channels
    too."""
    places: Mapping[str, SettingPlace] = {}
    """Where each of them is set, and the limits of sending."""

    @property
    def _everyone_named(self) -> frozenset[str]:
        return self.operators | self.admins | self.approvers | self.readers

    @property
    def groups(self) -> frozenset[str]:
        """The user groups whose members must be looked up."""
        return frozenset(entry for entry in self._everyone_named if entry.startswith("S"))


def _list_holding(needed: Permission, rules: Rules) -> tuple[str, ...]:
    """Return the settings whose people hold a permission, the usual one first. Everyone who is answered may read."""
    match needed:
        case Permission.READ:
            return ()
        case Permission.READ_CONTENTS:
            return ("readers",)
        case Permission.ADMINISTER:
            return ("admins",)
        case Permission.APPROVE if rules.approvers:
            return ("approvers",)
        case Permission.OPERATE | Permission.APPROVE:
            return ("operators", "admins")


def _read_entries(setting: str, rules: Rules) -> frozenset[str]:
    entries: frozenset[str] = getattr(rules, setting)
    return entries


class CallerFacts(Struct, frozen=True):
    """What Slack says about a caller. None means that Slack did not say, which never permits anything.

    `is_outsider`: the caller belongs to another organization. `is_active`: the account is neither an app's nor
    deactivated, as far as Slack says; those type nothing, so no rule looks at it. `sees_channel` is False if Slack says
    that the bot is not in the caller's channel. The faults say why Slack did not answer: about the caller, the channel,
    and each unknown group.
    """

    groups: frozenset[str] = frozenset()
    unknown_groups: frozenset[str] = frozenset()
    is_guest: bool | None = False
    is_outsider: bool | None = False
    is_active: bool = True
    is_external_channel: bool | None = False
    sees_channel: bool = True
    person_fault: SlackFault | None = None
    channel_fault: SlackFault | None = None
    group_faults: Mapping[str, SlackFault] = {}


class Rule(Enum):
    """The rule that refused."""

    WRONG_CHANNEL = auto()
    NO_ROLE = auto()
    GUEST = auto()
    OUTSIDER = auto()
    PERSON_UNKNOWN = auto()
    EXTERNAL_CHANNEL = auto()
    EXTERNAL_UNKNOWN = auto()
    CHANNEL_HIDDEN = auto()
    NOT_READER = auto()
    NOT_OPERATOR = auto()
    NOT_ADMIN = auto()
    NOT_APPROVER = auto()
    GROUP_UNKNOWN = auto()


@dataclass(eq=False)
class NotPermitted(ExpectedError):
    """The caller may not do this, or not here.

    `channels`: where the bot answers. `fault`: why a check failed. `admins`: people to ask.
    """

    cannot_succeed = True

    rule: Rule
    caller: Caller
    channels: frozenset[str] = frozenset()
    fault: SlackFault | None = None
    admins: tuple[str, ...] = ()

    @property
    def rule_name(self) -> str:
        """Return the rule in words, such as `not admin`, with why a check failed."""
        reason = f" ({self.fault})" if self.fault else ""
        return f"{self.rule.name.lower().replace('_', ' ')}{reason}"

    def _fact(self) -> str:
        return f"{self.caller.user} is not permitted: {self.rule_name}"


@dataclass(eq=False)
class RequesterNotPermitted(ExpectedError):
    """The person who asked for a change may not make it any more, or Slack does not say whether they may."""

    user: UserId
    refusal: NotPermitted

    def _fact(self) -> str:
        return f"{self.user}, who asked for this, is not permitted: {self.refusal.rule_name}"


_REFUSALS = {
    Permission.READ_CONTENTS: Rule.NOT_READER,
    Permission.OPERATE: Rule.NOT_OPERATOR,
    Permission.APPROVE: Rule.NOT_APPROVER,
    Permission.ADMINISTER: Rule.NOT_ADMIN,
}


class FindCallerFacts(Protocol):
    """Looks up what Slack says about a caller. `fresh`: at this moment, not from a cache.

    `fresh_channel`: the same for the caller's channel alone.
    """

    async def __call__(self, caller: Caller, *, fresh: bool = False, fresh_channel: bool = False) -> CallerFacts:
        """Return the facts."""


class Granted(Struct, frozen=True):
    """The caller may do it. `setting` and `entry`: what decides; None for what everyone who is answered may do."""

    setting: str | None = None
    entry: str | None = None


class Refused(Struct, frozen=True):
    """The caller may not do it, by this rule. `setting` decides. `fault`: why Slack did not say."""

    rule: Rule
    setting: str
    fault: SlackFault | None = None


Verdict = Granted | Refused


def judge(needed: Iterable[Permission], caller: Caller, facts: CallerFacts, rules: Rules) -> Verdict:
    """Return whether the caller may use a command that needs these permissions, here, and which setting decides."""
    verdict: Verdict = _judge_place(caller, facts, rules)
    for each in needed:
        if isinstance(verdict, Granted):
            judged = judge_permission(each, caller, facts, rules)
            verdict = judged if judged.setting is not None else verdict
    return verdict


def _judge_place(caller: Caller, facts: CallerFacts, rules: Rules) -> Verdict:
    is_personal = rules.known_channels is not None and caller.is_outside_channels
    if rules.channels and caller.channel not in rules.channels and not is_personal:
        return Refused(Rule.WRONG_CHANNEL, "channels")
    verdict = _judge_person(facts, rules)
    if isinstance(verdict, Granted) and is_personal:
        verdict = _judge_role(caller, facts, rules)
    if isinstance(verdict, Granted) and not rules.allow_external and facts.is_external_channel is not False:
        if facts.is_external_channel:
            return Refused(Rule.EXTERNAL_CHANNEL, "allow_external")
        rule = Rule.EXTERNAL_UNKNOWN if facts.sees_channel else Rule.CHANNEL_HIDDEN
        return Refused(rule, "allow_external", facts.channel_fault)
    return verdict


def _judge_person(facts: CallerFacts, rules: Rules) -> Verdict:
    if not rules.allow_external and facts.is_outsider is not False:
        rule = Rule.PERSON_UNKNOWN if facts.is_outsider is None else Rule.OUTSIDER
        return Refused(rule, "allow_external", facts.person_fault)
    if not rules.allow_guests and facts.is_guest is not False:
        rule = Rule.PERSON_UNKNOWN if facts.is_guest is None else Rule.GUEST
        return Refused(rule, "allow_guests", facts.person_fault)
    return Granted()


def judge_permission(needed: Permission, caller: Caller, facts: CallerFacts, rules: Rules) -> Verdict:
    """Return whether the caller holds a permission, wherever they are. An administrator may also operate."""
    if (grant := next(find_grants(needed, caller, facts, rules), None)) is not None:
        return grant
    settings = _list_holding(needed, rules)
    for setting in settings:
        if unknown := facts.unknown_groups & _read_entries(setting, rules):
            faults = [facts.group_faults[group] for group in sorted(unknown) if group in facts.group_faults]
            return Refused(Rule.GROUP_UNKNOWN, setting, faults[0] if faults else None)
    for setting in settings:
        if None in (facts.is_outsider, facts.is_guest) and EVERYONE in _read_entries(setting, rules):
            return Refused(Rule.PERSON_UNKNOWN, setting, facts.person_fault)
    return Refused(_REFUSALS[needed], settings[0])


def find_grants(needed: Permission, caller: Caller, facts: CallerFacts, rules: Rules) -> Iterator[Granted]:
    """Yield everything by which the caller holds a permission. Without all of it they do not hold it."""
    if needed is Permission.READ:
        yield Granted()
    is_member = facts.is_outsider is False and facts.is_guest is False
    identities = [caller.user, *sorted(facts.groups), *([EVERYONE] if is_member else [])]
    for setting in _list_holding(needed, rules):
        entries = _read_entries(setting, rules)
        yield from (Granted(setting, entry) for entry in identities if entry in entries)


def find_roles(caller: Caller, facts: CallerFacts, rules: Rules) -> Iterator[Granted]:
    """Yield everything by which the caller may do more than read what channels show everyone."""
    for each in Permission:
        if each is not Permission.READ:
            yield from find_grants(each, caller, facts, rules)


def _enforce(verdict: Verdict, caller: Caller, rules: Rules) -> None:
    """Raise NotPermitted for a refusal, with what the person needs to know to get on."""
    if isinstance(verdict, Granted):
        return
    is_elsewhere = verdict.rule in (Rule.WRONG_CHANNEL, Rule.NO_ROLE)
    channels = rules.known_channels or rules.channels if is_elsewhere else frozenset()
    admins: tuple[str, ...] = ()
    if verdict.rule in _REFUSALS.values():
        admins = tuple(sorted(entry for entry in rules.admins if entry.startswith(("U", "W"))))
    raise NotPermitted(verdict.rule, caller, channels, verdict.fault, admins)


def check_place(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the bot does not answer this caller here."""
    _enforce(_judge_place(caller, facts, rules), caller, rules)


def check_person(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the bot answers this person nowhere."""
    _enforce(_judge_person(facts, rules), caller, rules)


def check_permission(needed: Permission, caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless the caller holds the permission."""
    _enforce(judge_permission(needed, caller, facts, rules), caller, rules)


def check_use(needed: Iterable[Permission], caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless the caller may use a command that needs these permissions, here."""
    _enforce(judge(needed, caller, facts, rules), caller, rules)


def check_rights(needed: Iterable[Permission], caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless this person, wherever they are, holds each of these permissions."""
    check_person(caller, facts, rules)
    for each in needed:
        check_permission(each, caller, facts, rules)


def check_role(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the caller may only see what the channels of the workspace show everyone."""
    _enforce(_judge_role(caller, facts, rules), caller, rules)


def _judge_role(caller: Caller, facts: CallerFacts, rules: Rules) -> Verdict:
    if (role := next(find_roles(caller, facts, rules), None)) is not None:
        return role
    for setting in ("operators", "admins", "approvers", "readers"):
        if unknown := sorted(facts.unknown_groups & _read_entries(setting, rules)):
            return Refused(Rule.GROUP_UNKNOWN, setting, facts.group_faults.get(unknown[0]))
    return Refused(Rule.NO_ROLE, "readers")


def list_permissions(caller: Caller, facts: CallerFacts, rules: Rules) -> frozenset[Permission]:
    """Return what this caller may do."""
    return frozenset(each for each in Permission if isinstance(judge_permission(each, caller, facts, rules), Granted))
