"""Who may do what: rules on what is known about a caller, without I/O."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from msgspec import Struct

from bot.caller import Caller, UserId
from bot.commands.base import Permission
from bot.errors import ExpectedError
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

    @property
    def _everyone_named(self) -> frozenset[str]:
        return self.operators | self.admins | self.approvers | self.readers

    @property
    def groups(self) -> frozenset[str]:
        """The user groups whose members must be looked up."""
        return frozenset(entry for entry in self._everyone_named if entry.startswith("S"))


def _list_operators(rules: Rules) -> frozenset[str]:
    return rules.operators | rules.admins


_ENTRIES: dict[Permission, Callable[[Rules], frozenset[str]]] = {
    Permission.READ_CONTENTS: lambda rules: rules.readers,
    Permission.OPERATE: _list_operators,
    Permission.APPROVE: lambda rules: rules.approvers or _list_operators(rules),
    Permission.ADMINISTER: lambda rules: rules.admins,
}
"""The people and user groups who hold a permission. Everyone who is answered may read."""


class CallerFacts(Struct, frozen=True):
    """What Slack says about a caller. None means that Slack did not say, which never permits anything.

    `is_outsider`: the caller belongs to another organization. `sees_channel` is False if Slack says that the bot is not
    in the caller's channel. The faults say why Slack did not answer: about the caller, the channel, and each unknown
    group.
    """

    groups: frozenset[str] = frozenset()
    unknown_groups: frozenset[str] = frozenset()
    is_guest: bool | None = False
    is_outsider: bool | None = False
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


def check_place(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the bot does not answer this caller here."""
    is_personal = rules.known_channels is not None and caller.is_outside_channels
    if rules.channels and caller.channel not in rules.channels and not is_personal:
        raise NotPermitted(Rule.WRONG_CHANNEL, caller, rules.known_channels or rules.channels)
    check_person(caller, facts, rules)
    if is_personal:
        check_role(caller, facts, rules)
    if not rules.allow_external and facts.is_external_channel is not False:
        if facts.is_external_channel is None:
            rule = Rule.EXTERNAL_UNKNOWN if facts.sees_channel else Rule.CHANNEL_HIDDEN
            raise NotPermitted(rule, caller, fault=facts.channel_fault)
        raise NotPermitted(Rule.EXTERNAL_CHANNEL, caller)


def check_person(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the bot answers this person nowhere."""
    if not rules.allow_external and facts.is_outsider is not False:
        rule = Rule.PERSON_UNKNOWN if facts.is_outsider is None else Rule.OUTSIDER
        raise NotPermitted(rule, caller, fault=facts.person_fault)
    if not rules.allow_guests and facts.is_guest is not False:
        rule = Rule.PERSON_UNKNOWN if facts.is_guest is None else Rule.GUEST
        raise NotPermitted(rule, caller, fault=facts.person_fault)


def check_rights(needed: Iterable[Permission], caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless this person, wherever they are, holds each of these permissions."""
    check_person(caller, facts, rules)
    for each in needed:
        check_permission(each, caller, facts, rules)


def check_role(caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted if the caller may only see what the channels of the workspace show everyone."""
    if list_permissions(caller, facts, rules) != {Permission.READ}:
        return
    if unknown := sorted(facts.unknown_groups & rules.groups):
        raise NotPermitted(Rule.GROUP_UNKNOWN, caller, fault=facts.group_faults.get(unknown[0]))
    raise NotPermitted(Rule.NO_ROLE, caller, rules.known_channels or rules.channels)


def list_permissions(caller: Caller, facts: CallerFacts, rules: Rules) -> frozenset[Permission]:
    """Return what this caller may do. An administrator may also operate."""
    is_member = facts.is_outsider is False and facts.is_guest is False
    identities = {caller.user} | facts.groups | ({EVERYONE} if is_member else set())
    return frozenset({Permission.READ} | {each for each in _ENTRIES if identities & _ENTRIES[each](rules)})


def check_permission(needed: Permission, caller: Caller, facts: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless the caller holds the permission."""
    if needed in list_permissions(caller, facts, rules):
        return
    if unknown := facts.unknown_groups & _ENTRIES[needed](rules):
        faults = [facts.group_faults[group] for group in sorted(unknown) if group in facts.group_faults]
        raise NotPermitted(Rule.GROUP_UNKNOWN, caller, fault=faults[0] if faults else None)
    if None in (facts.is_outsider, facts.is_guest) and EVERYONE in _ENTRIES[needed](rules):
        raise NotPermitted(Rule.PERSON_UNKNOWN, caller, fault=facts.person_fault)
    admins = sorted(entry for entry in rules.admins if entry.startswith(("U", "W")))
    raise NotPermitted(_REFUSALS[needed], caller, admins=tuple(admins))
