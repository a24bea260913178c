"""The words for a caller without permission, and for a press that does not count as a yes."""

import re
from typing import assert_never

from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.permissions import NotPermitted, RequesterNotPermitted, Rule
from bot.store.records.drafts import REFERENCE_LENGTH
from bot.ui.components.batch_card import people_line
from bot.ui.components.slack_faults import TRY_AGAIN, render_remedy
from bot.ui.components.text import code, date, escape, join_words, mention, section
from bot.ui.reply import Message, Placement

_WHOLE_DRAFT_ID = re.compile(r"\b[0-9a-f]{24}\b")
_ASK_ADMIN = "Ask your administrator to"


def render_not_permitted(error: NotPermitted) -> Message:
    """Return the rule, and what to ask an administrator for, with the caller's own id where they need it for that."""
    unchanged = "" if error.rule is Rule.NOT_READER else " Nothing was changed."  # readers change nothing
    text = f"{_rule_words(error)}{unchanged}"
    return Message(text, (section(text),), placement=Placement.BELOW)


def _rule_words(error: NotPermitted) -> str:
    user = error.caller.user
    channel = error.caller.channel
    match error.rule:
        case Rule.NOT_READER:
            asked = f"Ask {people_line(error.admins)} to" if error.admins else _ASK_ADMIN
            return (
                f"Only readers can see the contents of results. {asked} add you ({code(user)}) to `BATCHDESK_READERS`. "
                "`/batch status` shows the counts, and `/batch cost` the cost."
            )
        case Rule.NOT_OPERATOR:
            return f"Only operators can do this. {_ASK_ADMIN} add you ({code(user)}) to `BATCHDESK_OPERATORS`."
        case Rule.NOT_ADMIN:
            return (
                f"Only administrators can do this. {_ASK_ADMIN} make you ({code(user)}) an administrator of Batchdesk."
            )
        case Rule.NOT_APPROVER:
            return f"Only approvers can do this. {_ASK_ADMIN} add you ({code(user)}) to `BATCHDESK_APPROVERS`."
        case Rule.GROUP_UNKNOWN:
            other = f"ask your administrator to add your id {code(user)} instead of a group"
            words = _unchecked_words("I couldn't check your user groups in Slack", error, other)
            return words if other in words else f"{words.removesuffix('.')} (your id is {code(user)})."
        case Rule.WRONG_CHANNEL:
            where = join_words([f"<#{channel}>" for channel in sorted(error.channels)], "or")
            return f"I don't answer here. Ask in {where}."
        case Rule.NO_ROLE:
            where = join_words([f"<#{channel}>" for channel in sorted(error.channels)], "or")
            return (
                f"I can't show you a workspace outside its channels. Ask in {where}, "
                f"or ask your administrator to add you ({code(user)}) to its readers."
            )
        case Rule.GUEST:
            return f"Guests can't use Batchdesk. {_ASK_ADMIN} set `BATCHDESK_ALLOW_GUESTS`."
        case Rule.OUTSIDER:
            return f"I don't answer people from other organizations. {_ASK_ADMIN} set `BATCHDESK_ALLOW_EXTERNAL`."
        case Rule.PERSON_UNKNOWN:
            return _unchecked_words("I couldn't check in Slack who you are", error)
        case Rule.EXTERNAL_UNKNOWN:
            place = f"<#{channel}>" if channel else "this conversation"
            unchecked = f"I couldn't check whether {place} is shared with another organization"
            return _unchecked_words(unchecked, error, "send me a direct message")
        case Rule.EXTERNAL_CHANNEL:
            shared = "I don't answer in channels shared with other organizations."
            return f"{shared} {_ASK_ADMIN} set `BATCHDESK_ALLOW_EXTERNAL`."
        case Rule.CHANNEL_HIDDEN if error.caller.is_direct:
            return "I'm not in this conversation, so I don't answer here. Send me a direct message."
        case Rule.CHANNEL_HIDDEN:
            place = f"<#{channel}>" if channel else "this conversation"
            return (
                f"I can't see whether {place} is shared with another organization. "
                "Invite me with `/invite @Batchdesk`, or send me a direct message."
            )
        case unreachable:
            assert_never(unreachable)


def render_requester_not_permitted(error: RequesterNotPermitted) -> Message:
    """Return that the person who asked may not send anymore. Someone else can still decline it."""
    who = mention(error.user)
    if error.refusal.rule in (Rule.PERSON_UNKNOWN, Rule.GROUP_UNKNOWN):
        words = _unchecked_words(f"I couldn't check in Slack whether {who} may still send batches", error.refusal)
    else:
        words = f"{who} asked for this and is no longer allowed to send batches. Nothing was sent. Decline it instead."
    return Message(words, (section(words),), placement=Placement.BELOW)


def _unchecked_words(unchecked: str, error: NotPermitted, other: str = "") -> str:
    """Return what Slack did not answer, with its own word, and the next step; `other` helps if waiting does."""
    word = f": {code(error.fault.code, 80)}" if error.fault else ""
    remedy = render_remedy(error.fault)
    if other and remedy == TRY_AGAIN:
        remedy = f"{remedy.removesuffix('.')}, or {other}."
    return f"{unchecked}{word}. {remedy}"


def render_confirmation_refused(error: ConfirmationRefused) -> Message:
    """Return why the press does not count; a question that can never be answered again is replaced."""
    text = _reason_words(error)
    return Message(text, (section(text),), placement=_placement(error))


def _placement(error: ConfirmationRefused) -> Placement:
    match error.why:
        case RefusalReason.OTHER_PERSON:
            return Placement.BELOW  # someone else can still answer it
        case RefusalReason.USED | RefusalReason.KEPT:
            return Placement.BESIDE_ANSWER  # the first answer replaces the question, or is about to
        case _:
            return Placement.IN_PLACE


def _reason_words(error: ConfirmationRefused) -> str:
    question = error.question
    entry = error.entry
    match error.why:
        case RefusalReason.UNKNOWN:
            return f"I don't know this question anymore. Nothing was done. {_ask_again_words(error)}"
        case RefusalReason.OTHER_PERSON:
            asked = mention(question.user_id) if question else "the person who typed the command"
            return f"Only {asked} can answer this. Nothing was done. {_ask_again_words(error)}"
        case RefusalReason.OTHER_COMMAND:
            return f"This button belongs to another question. Nothing was done. {_ask_again_words(error)}"
        case RefusalReason.LAPSED:
            expired = f"expired {date(question.expires_at)}" if question else "has expired"
            return f"This question {expired}. Nothing was done. {_ask_again_words(error)}"
        case RefusalReason.KEPT:
            return "You already answered no. Nothing was done."
        case RefusalReason.CHANGED:
            return f"The batch has changed since you were asked. Nothing was done. {_ask_again_words(error)}"
        case RefusalReason.USED:
            if entry is None or entry.outcome is None:
                return "This was already confirmed and is under way. The outcome will appear here."
            return f"This was already confirmed {date(entry.at)}. Outcome: {escape(entry.outcome)}."
        case unreachable:
            assert_never(unreachable)


def _ask_again_words(error: ConfirmationRefused) -> str:
    """Return what to type to be asked, or to be asked again."""
    command = error.command or (error.question.command if error.question else "")
    again = "do it yourself" if error.why is RefusalReason.OTHER_PERSON else "be asked again"
    command = _WHOLE_DRAFT_ID.sub(lambda found: found[0][:REFERENCE_LENGTH], command)
    return f"To {again}, type {code(f'/batch {command}') if command else 'the same command'}."
