"""The words for a caller without permission, and for a press that does not count as a yes."""

from typing import assert_never

from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.permissions import NotPermitted, Rule
from bot.store.records.confirmations import StoredConfirmation
from bot.ui.components.text import code, date, duration, section
from bot.ui.reply import Message, Placement

_ASK_ADMIN = "Ask whoever installed Batchdesk to"


def render_not_permitted(error: NotPermitted) -> Message:
    """Return the rule, what to ask an administrator for, and the caller's own id, which they need for that."""
    text = f"{_rule_words(error)}\nYour id is {code(error.caller.user)}. Nothing was changed."
    return Message(text, (section(text),), placement=Placement.BELOW)


def _rule_words(error: NotPermitted) -> str:
    user = error.caller.user
    channel = error.caller.channel
    match error.rule:
        case Rule.NOT_OPERATOR:
            return f"Only operators may do this. {_ASK_ADMIN} add {code(user)} to `BATCHDESK_OPERATORS`."
        case Rule.NOT_ADMIN:
            return (
                f"Only administrators may do this. {_ASK_ADMIN} add {code(user)} to `BATCHDESK_ADMINS` "
                "(or to `BATCHDESK_OPERATORS`, where no administrators are set)."
            )
        case Rule.NOT_APPROVER:
            return f"Only approvers can do this. {_ASK_ADMIN} add {code(user)} to `BATCHDESK_APPROVERS`."
        case Rule.GROUP_UNKNOWN:
            unread = "Slack did not tell me who is in the permitted user groups. Try again in a minute."
            return f"{unread} {_ASK_ADMIN} list {code(user)} itself if it stays so."
        case Rule.WRONG_CHANNEL:
            channels = ", ".join(f"<#{channel}>" for channel in sorted(error.channels))
            return f"I answer only in {channels} (`BATCHDESK_CHANNELS`). Ask there."
        case Rule.GUEST:
            return f"Guests may not use Batchdesk here. {_ASK_ADMIN} set `BATCHDESK_ALLOW_GUESTS`."
        case Rule.GUEST_UNKNOWN:
            return "Slack did not tell me whether you are a guest here, so I do not answer. Try again in a minute."
        case Rule.EXTERNAL_CHANNEL:
            shared = "This channel is shared with another organization, so I do not answer here."
            return f"{shared} {_ASK_ADMIN} set `BATCHDESK_ALLOW_EXTERNAL`."
        case Rule.EXTERNAL_UNKNOWN:
            place = f"<#{channel}>" if channel else "this place"
            return (
                f"Slack did not tell me whether {place} is shared with another organization, so I do not answer here. "
                "Try again in a minute, or ask in my own messages."
            )
        case Rule.CHANNEL_HIDDEN if error.caller.is_direct:
            return "I am not in this conversation, so I do not answer here. Ask in my own messages."
        case Rule.CHANNEL_HIDDEN:
            place = f"<#{channel}>" if channel else "this place"
            return (
                f"I cannot see whether {place} is shared with another organization, so I do not answer here. "
                "Invite me with `/invite @Batchdesk`, or ask in my own messages."
            )
        case unreachable:
            assert_never(unreachable)


def render_confirmation_refused(error: ConfirmationRefused) -> Message:
    """Return why the press does not count; a question that can never be answered again is replaced."""
    text = f"{_reason_words(error)} Nothing was done by this press."
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
            return "I do not know this question (any more). Type the command again."
        case RefusalReason.OTHER_PERSON:
            asked = f"<@{question.user_id}>" if question else "somebody else"
            return f"Only {asked}, who asked, can answer this. Type the command yourself."
        case RefusalReason.OTHER_COMMAND:
            return "This button does not belong to the question that was asked. Type the command again."
        case RefusalReason.LAPSED:
            return _lapsed_words(question)
        case RefusalReason.KEPT:
            return "You had already answered no."
        case RefusalReason.CHANGED:
            return "The batch has changed since you were asked. Look at it, and type the command again."
        case RefusalReason.USED:
            if entry is None or entry.outcome is None:
                return "This was already confirmed and is being carried out; its outcome will show."
            return f"This was already confirmed {date(entry.at)}; the outcome was: {code(entry.outcome)}."
        case unreachable:
            assert_never(unreachable)


def _lapsed_words(question: StoredConfirmation | None) -> str:
    if question is None:
        return "The question lapsed. Type the command again."
    lived = duration(question.expires_at - question.asked_at)
    again = code(f"/batch {question.command}")
    return f"The question lapsed {date(question.expires_at)}, {lived} after it was asked. {again} asks it again."
