"""Who may do what: pure rules over what is known of a caller."""

from dataclasses import dataclass
from enum import Enum, auto

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import Permission
from bot.errors import ExpectedError

EVERYONE = "*"


class Rules(Struct, frozen=True):
    """What the administrator set: Slack ids of people (U…, W…), user groups (S…), or `*`; ids of channels."""

    operators: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    allow_guests: bool = False
    allow_external: bool = False

    @property
    def groups(self) -> frozenset[str]:
        """Return the user groups somebody has to look up."""
        return frozenset(entry for entry in self.operators | self.admins if entry.startswith("S"))


class CallerFacts(Struct, frozen=True):
    """What Slack says of a caller. None: it could not be found out, which is never taken for a yes."""

    groups: frozenset[str] = frozenset()
    groups_unread: frozenset[str] = frozenset()
    is_guest: bool | None = False
    is_external_channel: bool | None = False


class Rule(Enum):
    """Which rule refused."""

    WRONG_CHANNEL = auto()
    GUEST = auto()
    GUEST_UNKNOWN = auto()
    EXTERNAL_CHANNEL = auto()
    EXTERNAL_UNKNOWN = auto()
    NOT_OPERATOR = auto()
    NOT_ADMIN = auto()
    GROUP_UNREAD = auto()


@dataclass(eq=False)
class NotPermitted(ExpectedError):
    """A refusal: the rule, and the facts its words need."""

    rule: Rule
    caller: Caller
    channels: frozenset[str] = frozenset()

    def _fact(self) -> str:
        return f"{self.caller.user} is not permitted: {self.rule.name.lower().replace('_', ' ')}"


def check_place(caller: Caller, standing: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted where the bot does not answer this caller at all."""
    if rules.channels and caller.channel not in rules.channels:
        raise NotPermitted(Rule.WRONG_CHANNEL, caller, rules.channels)
    if not rules.allow_guests and standing.is_guest is not False:
        raise NotPermitted(Rule.GUEST_UNKNOWN if standing.is_guest is None else Rule.GUEST, caller)
    if not rules.allow_external and standing.is_external_channel is not False:
        unknown = standing.is_external_channel is None
        raise NotPermitted(Rule.EXTERNAL_UNKNOWN if unknown else Rule.EXTERNAL_CHANNEL, caller)


def permissions_of(caller: Caller, standing: CallerFacts, rules: Rules) -> frozenset[Permission]:
    """Return what this caller may do; an administrator may also operate."""
    holds = {caller.user, EVERYONE} | standing.groups
    administers, operates = bool(holds & rules.admins), bool(holds & rules.operators)
    return frozenset(
        {Permission.READ}
        | ({Permission.OPERATE} if operates or administers else set())
        | ({Permission.ADMINISTER} if administers else set())
    )


def check(needed: Permission, caller: Caller, standing: CallerFacts, rules: Rules) -> None:
    """Raise NotPermitted unless the caller holds the permission."""
    if needed in permissions_of(caller, standing, rules):
        return
    entries = rules.admins if needed is Permission.ADMINISTER else rules.operators | rules.admins
    if standing.groups_unread & entries:
        raise NotPermitted(Rule.GROUP_UNREAD, caller)
    raise NotPermitted(Rule.NOT_ADMIN if needed is Permission.ADMINISTER else Rule.NOT_OPERATOR, caller)
