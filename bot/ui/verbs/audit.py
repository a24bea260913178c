"""The audit log: a page of it, the export, and the line for the audit channel."""

import re
from typing import assert_never

from msgspec.structs import asdict

from bot.caller import Caller
from bot.commands.audit import Audit, AuditEntry, AuditExported, AuditOutcome, AuditShown, RecordedAct
from bot.commands.language.errors import TextTooLong
from bot.commands.language.words import split_words
from bot.operations.find_batch import PREFIX
from bot.results.spreadsheet import write_csv
from bot.store.records.audit import RecordedOutcome
from bot.store.records.bulks import BULK_PREFIX
from bot.store.records.drafts import REFERENCE_LENGTH
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import SHORT_ID_LENGTH
from bot.ui.components.modal import APP_NAME
from bot.ui.components.text import code, context, date, escape, header, mention, quantity, safe_text, section
from bot.ui.reply import File, Message, Viewer

_MARKS = {
    "done": "✅",
    "waiting": "✋",
    "started": "⏳",
    "asked": "💬",
    "kept": "↩️",
    "refused": "🚫",
    "failed": "⚠️",
    "unknown": "❓",
}
_OUTCOME_WORDS = {
    "waiting": "waiting for approval",
    "asked": "asked, not answered",
    "kept": "answered no",
    "unknown": "outcome unknown",
}
"""The outcomes whose stored name is not what people read."""
_DECIDED = {"approve": "approved", "decline": "declined", "discard": "discarded", "drop": "discarded"}
_DRAFT_VERBS = ("send", "preview", *_DECIDED)
_RULES = {
    "not admin": "only administrators can do this",
    "not operator": "only operators can do this",
    "not approver": "only approvers can do this",
    "not reader": "only readers can do this",
    "guest": "guests can't do this",
    "outsider": "people from other organizations can't do this",
    "wrong channel": "not allowed in this channel",
    "external channel": "not allowed in a channel shared with another organization",
}
_DETAILS = {
    "channel_not_found": "the channel is gone, or I'm not in it",
    "not_in_channel": "I'm not in the channel",
    "is_archived": "the channel is archived",
    "message_not_found": "the message to answer is gone",
    "user_not_found": "the person left Slack",
    "user_disabled": "the person left Slack",
}
_EVENTS = {
    "ended": "ended",
    "canceled": "canceled",
    "gone": "deleted",
    "expires_soon": "expires soon",
    "results_expire_7d": "results expire in 7 days",
    "results_expire_1d": "results expire in a day",
    "unseen": "not seen in the API",
}
_CODE = re.compile("[a-z]+(?:_[a-z]+)+")
_UNITS = {"h": "hour", "d": "day", "w": "week"}
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
_COLUMNS = ("id", "at", "user_id", "team_id", "channel_id", "verb", "command", "subject", "confirmation_id")
_ENDINGS = ("outcome", "detail", "finished_at", "times")


def render_audit(outcome: AuditOutcome, viewer: Viewer) -> Message | File:
    """Return a page of the audit log, or its entries as a file."""
    match outcome:
        case AuditShown():
            return _render_page(outcome, viewer)
        case AuditExported():
            return _render_export(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_page(outcome: AuditShown, viewer: Viewer) -> Message:
    """Return a row for each act, newest first."""
    query = outcome.query
    title = f"Audit of {_title_words(query.subject)}" if query.subject else "Audit"
    filters = _filter_words(query, viewer)
    filter_line = f"Filter: {' · '.join(filters)}"
    chosen = [context(filter_line)] if filters else []
    empty = _empty_words(outcome)
    body = [section(_act_row(act)) for act in outcome.acts] or [section(empty)]
    older = actions([button("Older", outcome.older, renew=True)] if outcome.older else [])
    hint = context("`/batch audit --export` sends every entry as a file.")
    spoken = [_spoken_act(act) for act in outcome.acts]
    text = ". ".join([safe_text(title), *([filter_line] if filters else []), *(spoken or [empty.rstrip(".")])])
    return Message(text, (header(title), *chosen, *body, *older, hint), public=query.public)


def _title_words(subject: str) -> str:
    return f"Batch {subject.removeprefix(PREFIX)[:SHORT_ID_LENGTH]}" if subject.startswith(PREFIX) else subject


def _filter_words(query: Audit, viewer: Viewer) -> list[str]:
    by = [f"by {mention(query.by)}"] if query.by else []
    verb = [f"command {code(query.only_verb, 30)}"] if query.only_verb else []
    since = [f"last {quantity(int(query.since[:-1]), _UNITS[query.since[-1]])}"] if query.since else []
    return [*by, *verb, *since]


def _empty_words(outcome: AuditShown) -> str:
    if outcome.verbs:
        verbs = ", ".join(code(verb, 30) for verb in outcome.verbs)
        return f"No entry matches. Commands on record: {verbs}."
    query = outcome.query
    is_filtered = query.by or query.only_verb or query.since or query.subject
    return "No entry matches." if is_filtered else "Nothing is recorded yet."


def _act_row(act: RecordedAct) -> str:
    """Return what was done with the words typed, the outcome, the people, the place, the time, and the subject."""
    entry = act.entry
    what = " ".join([f"*{escape(entry.verb)}*", *_typed_words(entry)])
    place = _place_words(entry)
    parts = [f"{what}: {_outcome_name(entry)}", f"{_people_words(act)}{place}", date(entry.at)]
    about = [*_subject_words(entry), *([_detail_words(entry.detail)] if entry.detail else [])]
    row = f"{_mark(entry)} {' · '.join(parts)}"
    return f"{row}\n{' · '.join(about)}" if about else row


def _detail_words(detail: str) -> str:
    """Return a recorded detail as people read it; the code of Slack or of a rule as code, after what it means."""
    if (rule := detail.removeprefix("not permitted: ")) != detail:
        return _RULES.get(rule, f"not permitted ({safe_text(rule)})")
    if detail in _DETAILS:
        return f"{_DETAILS[detail]} ({code(detail)})"
    return code(detail, 80) if _CODE.fullmatch(detail) else safe_text(detail)


def _mark(entry: AuditEntry) -> str:
    return _MARKS["waiting"] if entry.is_request else _MARKS.get(entry.outcome or "", "⏳")


def _outcome_name(entry: AuditEntry) -> str:
    outcome: RecordedOutcome | None = "waiting" if entry.is_request else entry.outcome
    if entry.times is not None and entry.times > 1:
        return f"refused {quantity(entry.times, 'time')}"
    if entry.verb == "notice" and outcome == "failed":
        return "not delivered"
    return _OUTCOME_WORDS.get(outcome, escape(outcome)) if outcome is not None else "in progress"


def _people_words(act: RecordedAct) -> str:
    """Return who did it; for a request that was settled, who asked and who settled it."""
    entry = act.entry
    request = act.request
    if request is None:
        return mention(entry.user_id) if entry.user_id else APP_NAME
    if entry.outcome == "done" and request.user_id == entry.user_id:
        return f"requested and {_DECIDED[entry.verb]} by {mention(entry.user_id)}"
    settled = _DECIDED[entry.verb] if entry.outcome == "done" else "attempted"
    return f"requested by {mention(request.user_id)} · {settled} by {mention(entry.user_id)}"


def _place_words(entry: AuditEntry) -> str:
    if entry.channel_id is None:
        return ""
    return f" in <#{entry.channel_id}>" if _CHANNEL.fullmatch(entry.channel_id) else " in direct messages"


def _typed_words(entry: AuditEntry) -> list[str]:
    """Return what was typed after the verb, without the subject, which has a line of its own."""
    if entry.verb == "notice" and (event := _EVENTS.get(entry.command.removeprefix("notice "))):
        return [f"“{event}”"]
    try:
        words = split_words(entry.command)[1:]
    except TextTooLong:
        return [code(entry.command, 200)]
    shown = words[1:] if words and (words[0] == entry.subject or entry.verb in _DRAFT_VERBS) else words
    if entry.verb in ("label", "note", "decline"):
        text = " ".join(shown)
        return [code(text) if text == "--remove" else f"“{safe_text(text)}”"] if text else []
    return [_typed_word(word) for word in shown]


def _typed_word(word: str) -> str:
    if _CHANNEL.fullmatch(word):
        return f"<#{word}>"
    return mention(word) if _PERSON.fullmatch(word) else code(word, 100)


def _subject_words(entry: AuditEntry) -> list[str]:
    subject = entry.subject
    if subject is None:
        return []
    if subject.startswith(PREFIX):
        return [code(subject)]
    if subject.startswith(BULK_PREFIX):
        return []  # what was typed says which batches, and each of them has a row of its own
    if _CHANNEL.fullmatch(subject):
        return [f"<#{subject}>"]
    if _PERSON.fullmatch(subject):
        return [f"direct messages with {mention(subject)}"]
    return [f"file {code(subject[:REFERENCE_LENGTH])}"]


def _spoken_act(act: RecordedAct) -> str:
    entry = act.entry
    subject = _subject_words(entry)
    about = f" ({', '.join(subject)})" if subject else ""
    typed = " ".join([escape(entry.verb), *_typed_words(entry)])
    return f"{date(entry.at)}: {typed}{about}: {_outcome_name(entry)}, {_people_words(act)}"


def _render_export(outcome: AuditExported, viewer: Viewer) -> File:
    """Return the entries as CSV, without cells that a spreadsheet would run as formulas."""
    header_row = (*_COLUMNS, *_ENDINGS)
    text = f"📄 Sent you the audit log · {quantity(len(outcome.entries), 'entry', 'entries')}"
    return File(
        name=f"batchdesk-audit-{viewer.now:%Y-%m-%d}.csv",
        title="Batchdesk audit log",
        content=write_csv([header_row, *map(_export_row, outcome.entries)]),
        message=Message(text, (section(text),)),
    )


def _export_row(entry: AuditEntry) -> list[str | int]:
    row = asdict(entry) | {
        "at": entry.at.isoformat(),
        "finished_at": entry.finished_at and entry.finished_at.isoformat(),
    }
    return ["" if row[column] is None else row[column] for column in (*_COLUMNS, *_ENDINGS)]


def audit_line(caller: Caller, command_text: str, conclusion: str) -> Message:
    """Return the line for the audit channel: who ran which command where, and its outcome."""
    place = f" in <#{caller.channel}>" if caller.channel else ""
    mark = _MARKS.get(conclusion, "❓")
    typed = code(f"/batch {command_text}")
    text = f"{mark} <@{caller.user}>{place}: {typed} → {_OUTCOME_WORDS.get(conclusion, escape(conclusion))}"
    return Message(text, (section(text),))
