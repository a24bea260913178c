"""The audit record: a page of it, the export, and the line for the audit channel."""

import csv
import io
from typing import assert_never

from msgspec.structs import asdict

from bot.caller import Caller
from bot.commands.audit import AuditEntry, AuditExported, AuditOutcome, AuditShown
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, date, escape, header, quantity, safe_text, section, utc
from bot.ui.reply import File, Message, Viewer

_MARKS = {"done": "✅", "asked": "❔", "kept": "↩️", "refused": "🚫", "failed": "⚠️", "unknown": "❓"}
_COLUMNS = ("id", "at", "user_id", "team_id", "channel_id", "verb", "command", "subject", "confirmation_id")
_ENDINGS = ("outcome", "detail", "finished_at")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_audit(outcome: AuditOutcome, viewer: Viewer) -> Message | File:
    """Return a page of the record, or the whole record as a file."""
    match outcome:
        case AuditShown():
            return _render_page(outcome, viewer)
        case AuditExported():
            return _render_export(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_page(outcome: AuditShown, viewer: Viewer) -> Message:
    """Return a line for each entry, newest first."""
    lines = [_entry_line(entry) for entry in outcome.entries]
    title = f"Audit of {outcome.query.subject}" if outcome.query.subject else "Audit"
    body = [section(line) for line in lines] or [section("Nothing is recorded.")]
    older = actions([button("Older", outcome.older, renew=True)] if outcome.older else [])
    hint = context("`/batch audit --export` sends the whole record as a file.")
    spoken = [_spoken_entry(entry) for entry in outcome.entries]
    text = ". ".join([safe_text(title), *(spoken or ["Nothing is recorded"])])
    return Message(text, (header(title), *body, *older, hint), public=outcome.query.public)


def _entry_line(entry: AuditEntry) -> str:
    place = f" in <#{entry.channel_id}>" if entry.channel_id else ""
    detail = f" · {code(entry.detail)}" if entry.detail else ""
    mark = _MARKS.get(entry.outcome or "", "⏳")
    outcome_name = entry.outcome or "under way"
    return (
        f"{mark} {date(entry.at)} · <@{entry.user_id}>{place} · *{escape(entry.verb)}*: {escape(outcome_name)}\n"
        f"{code(entry.subject or entry.command)}{detail}"
    )


def _spoken_entry(entry: AuditEntry) -> str:
    return f"{utc(entry.at)}: {entry.user_id} {safe_text(entry.command, 60)}: {entry.outcome or 'under way'}"


def _render_export(outcome: AuditExported, viewer: Viewer) -> File:
    """Return the whole record as CSV (RFC 4180), without cells that a spreadsheet would run as formulas."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*_COLUMNS, *_ENDINGS])
    for entry in outcome.entries:
        row = asdict(entry) | {
            "at": entry.at.isoformat(),
            "finished_at": entry.finished_at and entry.finished_at.isoformat(),
        }
        writer.writerow([defuse_formula(row[column]) for column in (*_COLUMNS, *_ENDINGS)])
    text = f"The record, {quantity(len(outcome.entries), 'entry', 'entries')}, is in your messages with me."
    return File(
        name=f"batchdesk-audit-{viewer.now:%Y-%m-%d}.csv",
        title="Batchdesk audit record",
        content=sheet.getvalue().encode(),
        message=Message(text, (section(text),)),
    )


def defuse_formula(cell: object) -> str:
    """Return the text of a cell, with a quote before it if a spreadsheet would run it as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def audit_line(caller: Caller, command_text: str, conclusion: str) -> Message:
    """Return the line for the audit channel: who ran which command where, and its outcome."""
    place = f" in <#{caller.channel}>" if caller.channel else ""
    mark = _MARKS.get(conclusion, "❓")
    typed = code(f"/batch {command_text}")
    text = f"{mark} <@{caller.user}>{place}: {typed} → {escape(conclusion)}"
    return Message(text, (section(text),))
