"""The words of `explain`: allowed or not, which setting decides, where it is set, and what would change it."""

from collections.abc import Collection, Iterator
from typing import assert_never

from bot.commands.approve import Approve
from bot.explanations import Explained, SendLimits, SettingChange
from bot.permissions import EVERYONE, Granted, Refused, Rule, Rules, Verdict
from bot.pricing.amounts import format_limit, format_usd
from bot.settings.workspaces import SettingPlace
from bot.ui.components.slack_faults import render_remedy
from bot.ui.components.text import code, context, join_words, mention, place_words, quantity, section
from bot.ui.reply import Message

_MOST_CHANNELS = 10
_MOST_KEPT = 5
_UNKNOWN = (Rule.PERSON_UNKNOWN, Rule.GROUP_UNKNOWN, Rule.EXTERNAL_UNKNOWN, Rule.CHANNEL_HIDDEN)
"""Rules that refuse because of what Slack does not say."""


def render_explained(outcome: Explained) -> Message:
    """Return the verdict and its reasons."""
    told = (_verdict_line(outcome), _reason(outcome, outcome.verdict), _change(outcome), *_options_lines(outcome))
    lines = [line for line in told if line]
    small = [*_limit_lines(outcome), *_own_lines(outcome)]
    blocks = [section("\n".join(lines)), *([context("\n".join(small))] if small else [])]
    return Message("\n".join([*lines, *small]), tuple(blocks))


def _verdict_line(outcome: Explained) -> str:
    who = "you" if outcome.is_self else mention(outcome.subject.user)
    command = code(f"/batch {outcome.command.verb}")
    where = _where(outcome)
    match outcome.verdict:
        case Granted():
            return f"*Allowed:* {who} can use {command}{where}."
        case Refused(rule) if rule in _UNKNOWN:
            return f"*Not allowed for now:* {who} can't use {command}{where}, because Slack doesn't say enough."
        case Refused():
            return f"*Not allowed:* {who} can't use {command}{where}."
        case unreachable:
            assert_never(unreachable)


def _where(outcome: Explained) -> str:
    channel = outcome.subject.channel
    if channel is None:
        return ""
    return " in direct messages with me" if outcome.subject.is_direct else f" {place_words(channel)}"


def _reason(outcome: Explained, verdict: Verdict) -> str:
    """Return which setting decides, and where it is set."""
    if isinstance(verdict, Granted):
        return _reason_granted(outcome, verdict)
    place = _spell_place(outcome.rules, verdict.setting)
    fault = f": {code(verdict.fault.code, 80)}" if verdict.fault else ""
    match verdict.rule:
        case Rule.WRONG_CHANNEL if _is_of_another(outcome):
            return f"Another workspace answers in <#{outcome.subject.channel}>. Ask there."
        case Rule.WRONG_CHANNEL:
            shown = [f"<#{channel}>" for channel in sorted(outcome.rules.channels)[:_MOST_CHANNELS]]
            more = len(outcome.rules.channels) - len(shown)
            where = join_words([*shown, *([quantity(more, "more channel")] if more else [])])
            return f"I answer only in {where}. {place} decides."
        case Rule.GUEST:
            return f"Guests can't use me. {place} decides."
        case Rule.OUTSIDER:
            return f"People of other organizations can't use me. {place} decides."
        case Rule.EXTERNAL_CHANNEL:
            return f"The channel is shared with another organization. {place} decides."
        case Rule.EXTERNAL_UNKNOWN:
            return f"Slack doesn't say whether the channel is shared with another organization{fault}. {place} decides."
        case Rule.CHANNEL_HIDDEN:
            return f"I can't see whether the channel is shared with another organization. {place} decides."
        case Rule.PERSON_UNKNOWN:
            return f"Slack doesn't say what kind of account this is{fault}. {place} decides."
        case Rule.GROUP_UNKNOWN:
            return f"Slack doesn't say who belongs to a user group{fault}. {place} decides."
        case Rule.NO_ROLE:
            return f"Outside channels I answer only people with a role. {place} doesn't include {_whom(outcome)}."
        case Rule.NOT_READER | Rule.NOT_OPERATOR | Rule.NOT_APPROVER | Rule.NOT_ADMIN:
            everyone = EVERYONE in getattr(outcome.rules, verdict.setting)
            but = f" {code(EVERYONE)} never includes guests and other organizations." if everyone else ""
            return f"{place} decides, and doesn't include {_whom(outcome)}.{but}"
        case unreachable:
            assert_never(unreachable)


def _is_of_another(outcome: Explained) -> bool:
    """Return whether another workspace has the channel."""
    return outcome.subject.channel in (outcome.rules.known_channels or ())


def _reason_granted(outcome: Explained, verdict: Granted) -> str:
    if verdict.setting is None:
        if outcome.subject.channel in outcome.rules.channels:
            return (
                f"Everyone can use it where I answer. {_spell_place(outcome.rules, 'channels')} includes this channel."
            )
        return "Everyone can use it where I answer. No setting is needed."
    place = _spell_place(outcome.rules, verdict.setting)
    if verdict.entry == EVERYONE:
        return f"{place} decides, and includes everyone of your organization."
    if verdict.entry == outcome.subject.user:
        return f"{place} decides, and includes {_whom(outcome)}."
    return f"{place} decides, and includes the user group <!subteam^{verdict.entry}>."


def _change(outcome: Explained) -> str:
    """Return what an administrator would have to change for the other verdict."""
    changes = [_change_words(outcome, change) for change in outcome.changes]
    if changes:
        return f"To change it: {join_words(changes)}."
    match outcome.verdict:
        case Granted():
            return f"To change it, limit where I answer with {_spell_name(outcome.rules, 'channels')}."
        case Refused(Rule.WRONG_CHANNEL) if _is_of_another(outcome):
            return ""
        case Refused(Rule.WRONG_CHANNEL):
            return "Use it in one of these channels."
        case Refused(Rule.CHANNEL_HIDDEN):
            return "To change it: invite me to the channel with `/invite @Batchdesk`."
        case Refused():
            return render_remedy(outcome.verdict.fault)
        case unreachable:
            assert_never(unreachable)


def _change_words(outcome: Explained, change: SettingChange) -> str:
    rules = outcome.rules
    name = _spell_name(rules, change.setting)
    place = rules.places.get(change.setting)
    is_unset = place is not None and bool(place.default)
    entry = join_words([_spell_entry(outcome, change.setting, each) for each in change.entries])
    if change.setting in ("allow_guests", "allow_external"):
        return f"set {name} to `true`, which holds for everyone"
    if change.adds:
        kept = getattr(rules, change.setting) if is_unset else ()
        return f"set {name} to {_spell_kept(kept)}{entry}" if is_unset else f"add {entry} to {name}"
    if is_unset:
        return f"set {name} to others than {entry}"
    return f"replace {entry} in {name}" if change.is_last else f"remove {entry} from {name}"


def _spell_kept(entries: Collection[str]) -> str:
    """Return the default of a setting, which is lost once the setting is set."""
    if not entries:
        return ""
    return "what holds now and " if len(entries) > _MOST_KEPT else f"{', '.join(map(code, sorted(entries)))} and "


def _spell_entry(outcome: Explained, setting: str, entry: str) -> str:
    if entry == outcome.subject.user:
        return f"{'your' if outcome.is_self else 'their'} id ({code(entry, 40)})"
    if entry.startswith("S"):
        return f"<!subteam^{entry}>"
    return "the channel" if setting == "channels" else code(entry, 40)


def _whom(outcome: Explained) -> str:
    return "you" if outcome.is_self else mention(outcome.subject.user)


def _spell_name(rules: Rules, setting: str) -> str:
    place = rules.places.get(setting)
    return code(place.name) if place else f"the {setting}"


def _spell_place(rules: Rules, setting: str) -> str:
    """Return a setting with where it is set."""
    place: SettingPlace | None = rules.places.get(setting)
    if place is None:
        return f"The setting {code(setting)}"
    if place.file:
        return f"{code(place.name)} in line {place.line} of {code(place.file, 80)}"
    return f"{code(place.name)} (not set, so {place.default})" if place.default else code(place.name)


def _options_lines(outcome: Explained) -> Iterator[str]:
    """Yield what holds for stricter options, if it differs."""
    options = outcome.options
    if options is None or isinstance(outcome.verdict, Refused):
        return
    allowed = "also" if isinstance(options.verdict, Granted) else "not"
    yield f"For {options.options}: {allowed} allowed. {_reason(outcome, options.verdict)}"


def _limit_lines(outcome: Explained) -> Iterator[str]:
    limits = outcome.limits
    if limits is None or isinstance(outcome.verdict, Refused):
        return
    limit = limits.limit
    bounds = []
    if limit.dollars is not None:
        bounds.append(f"{format_limit(limit.dollars)} ({_spell_place(outcome.rules, 'spend_limit')})")
    if limit.requests is not None:
        bounds.append(f"{quantity(limit.requests, 'request')} ({_spell_place(outcome.rules, 'request_limit')})")
    if bounds:
        yield f"Above {join_words(bounds, 'or')} in 24 hours, someone else must approve. {_sent_words(outcome, limits)}"
    if limit.budget is not None:
        budget = f"{format_limit(limit.budget)} a month ({_spell_place(outcome.rules, 'monthly_budget')})"
        yield f"Once the workspace reaches {budget}, someone else must approve."


def _sent_words(outcome: Explained, limits: SendLimits) -> str:
    who = "You have" if outcome.is_self else "They have"
    sent = limits.sent
    cost = f"{format_usd(sent.usd)} and {quantity(sent.requests, 'request')}"
    return f"{who} sent up to {cost} so far." if sent.requests else f"{who} sent nothing so far."


def _own_lines(outcome: Explained) -> Iterator[str]:
    if outcome.command is Approve and isinstance(outcome.verdict, Granted):
        yield "No one can approve what they asked for themselves."
