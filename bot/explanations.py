"""Explain what the rules say of a person, a command and a place. The verdict is the one that holds for the command."""

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import Permission
from bot.commands.create import Create
from bot.commands.explain import Explain
from bot.commands.language.errors import BadValue, UnknownVerb, ValueForm
from bot.commands.registry import ALIASES, COMMANDS, AnyCommand, suggest
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.operations.approval import ApprovalLimit, Sent
from bot.operations.services import Services
from bot.operations.spending import find_sent, get_spend_rules
from bot.permissions import (
    CallerFacts,
    FindCallerFacts,
    Granted,
    Refused,
    Rule,
    Rules,
    Verdict,
    check_permission,
    find_grants,
    find_roles,
    judge,
)
from bot.slack_faults import NO_SUCH_PERSON

_SENDING = (Create, Retry, Send)
"""The commands that end with requests being sent, to which limits apply."""


class SettingChange(Struct, frozen=True):
    """Entries to add to a setting, or to remove. `is_last`: nothing else would be left in it."""

    setting: str
    entries: tuple[str, ...]
    adds: bool
    is_last: bool = False


class OptionVerdict(Struct, frozen=True):
    """What holds for the options of a command that need more than the command."""

    options: str
    verdict: Verdict


class SendLimits(Struct, frozen=True):
    """The limits that apply to what a person sends, and what they have sent in the last 24 hours."""

    limit: ApprovalLimit
    sent: Sent


class Explained(Struct, frozen=True):
    """The verdict on a command of a person somewhere.

    `subject`: the person and the place. `is_self`: who asked is the person. `changes`: what makes the verdict another
    one, all of it together; empty if no setting alone does. `options`: None if none needs more. `limits`: None if
    nothing limits what the command sends.
    """

    command: type[AnyCommand]
    subject: Caller
    is_self: bool
    verdict: Verdict
    changes: tuple[SettingChange, ...]
    rules: Rules
    options: OptionVerdict | None = None
    limits: SendLimits | None = None


async def explain(
    query: Explain, caller: Caller, services: Services, rules: Rules, caller_facts: FindCallerFacts
) -> Explained:
    """Return what holds at this moment.

    Raises:
        NotPermitted: only administrators ask about other people.
        UnknownVerb: there is no such command.
        BadValue: no one uses commands there, or under that id.
        StoreUnavailable: what the person has sent cannot be read.
    """
    command = _find_command(query.topic)
    subject = _make_subject(query, caller)
    is_self = subject.user == caller.user
    if not is_self:
        asking = await caller_facts(caller, fresh=True)
        check_permission(Permission.ADMINISTER, caller, asking, rules)
    facts = await caller_facts(subject, fresh=True, fresh_channel=True)
    is_unknown = facts.person_fault is not None and facts.person_fault.code in NO_SUCH_PERSON
    if not is_self and (is_unknown or not facts.is_active):
        raise BadValue(Explain.verb, subject.user, ValueForm.EXPLAIN_PERSON)
    explained = explain_facts(command, subject, facts, rules)
    limits = await _find_limits(services, subject) if issubclass(command, _SENDING) else None
    return replace(explained, is_self=is_self, limits=limits)


def explain_facts(command: type[AnyCommand], subject: Caller, facts: CallerFacts, rules: Rules) -> Explained:
    """Return what the rules say, given what Slack says."""
    needed = [command.permission]
    verdict = judge(needed, subject, facts, rules)
    options = None
    if command.stricter is not None:
        stricter = judge([*needed, command.stricter.permission], subject, facts, rules)
        options = OptionVerdict(command.stricter.options, stricter)
    if isinstance(verdict, Granted) and verdict.setting is None:
        changes = _find_channel(subject, rules)
    elif isinstance(verdict, Granted):
        is_role = command.permission is Permission.READ  # outside channels, whatever the role
        grants = find_roles if is_role else partial(find_grants, command.permission)
        changes = _find_removals(grants(subject, facts, rules), rules)
    else:
        changes = _find_additions(verdict, subject, rules)
    return Explained(command, subject, True, verdict, tuple(changes), rules, options)


def _find_removals(grants: Iterable[Granted], rules: Rules) -> Iterator[SettingChange]:
    """Yield every entry that grants it. Administrators that are the operators by default follow those."""
    granting: dict[str, dict[str, None]] = {}
    for grant in grants:
        if grant.setting and grant.entry:
            granting.setdefault(grant.setting, {})[grant.entry] = None
    for setting, entries in granting.items():
        place = rules.places.get(setting)
        follows = setting == "admins" and "operators" in granting and place is not None and bool(place.default)
        if not follows:
            yield SettingChange(setting, tuple(entries), adds=False, is_last=getattr(rules, setting) <= {*entries})


def _find_channel(subject: Caller, rules: Rules) -> Iterator[SettingChange]:
    """Yield the channel, where everyone who is answered may do it."""
    if subject.channel is not None and subject.channel in rules.channels:
        yield SettingChange("channels", (subject.channel,), adds=False, is_last=len(rules.channels) == 1)


def _find_additions(refused: Refused, subject: Caller, rules: Rules) -> Iterator[SettingChange]:
    """Yield what to add. A channel of another workspace cannot be added: each channel has one."""
    match refused.rule:
        case Rule.WRONG_CHANNEL if subject.channel is not None and subject.channel not in (rules.known_channels or ()):
            yield SettingChange(refused.setting, (subject.channel,), adds=True)
        case Rule.GUEST | Rule.OUTSIDER | Rule.EXTERNAL_CHANNEL:
            yield SettingChange(refused.setting, ("true",), adds=True)
        case Rule.NOT_READER | Rule.NOT_OPERATOR | Rule.NOT_APPROVER | Rule.NOT_ADMIN | Rule.NO_ROLE:
            yield SettingChange(refused.setting, (subject.user,), adds=True)


def _find_command(topic: str) -> type[AnyCommand]:
    """Return the command of a verb that people type. Raises UnknownVerb."""
    verb = ALIASES.get(topic, topic)
    for command in COMMANDS:
        if command.verb == verb and command.help is not None:
            return command
    raise UnknownVerb(Explain.verb, topic, suggest(verb))


def _make_subject(query: Explain, caller: Caller) -> Caller:
    """Return the person and the place that are asked about.

    Raises BadValue for direct messages of others: `here` is the caller's own.
    """
    person = caller if query.person in (None, caller.user) else replace(caller, user=query.person)
    if query.channel in (None, caller.channel):
        return person
    if str(query.channel).startswith("D"):
        raise BadValue(Explain.verb, str(query.channel), ValueForm.EXPLAIN_PLACE)
    return replace(person, channel=query.channel, is_direct=False)


async def _find_limits(services: Services, subject: Caller) -> SendLimits | None:
    limit = get_spend_rules(services).limit
    if limit == ApprovalLimit(None, None, None):
        return None
    return SendLimits(limit, await find_sent(services, subject.user))
